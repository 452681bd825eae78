use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

/// Configuration of a [`MinibatchDiscrimination`].
#[derive(Config, Debug)]
pub struct MinibatchDiscriminationConfig {
    /// Features of a sample, `A` in the paper.
    pub features: usize,
    /// Features that are added, `B` in the paper.
    #[config(default = 100)]
    pub kernels: usize,
    /// Numbers that each of them compares, `C` in the paper.
    #[config(default = 5)]
    pub dims: usize,
    /// Divides each sum by the number of others, so that it lies in `[0, 1]` like the features beside it, whatever the
    /// batch.
    #[config(default = false)]
    pub mean: bool,
    /// Where the tensor comes from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.05 }")]
    pub initializer: Initializer,
}

impl MinibatchDiscriminationConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> MinibatchDiscrimination {
        MinibatchDiscrimination {
            tensor: self.initializer.init([self.features, self.kernels * self.dims], device),
            kernels: self.kernels,
            mean: self.mean,
        }
    }
}

/// Features that tell how close each sample is to the others of its batch.
///
/// ```text
/// M_i = f(x_i) T,    o(x_i)_b = sum over j != i of exp(-|M_ib - M_jb|_1)
/// ```
///
/// `f`: features of a sample; `T`: a tensor that is learned; `b`: one of its kernels. A discriminator that sees `o`
/// beside `f` notices when all samples of a batch look alike. Each batch must be of one kind, real or generated.
///
/// # Shapes
/// `[batch, features]` to `[batch, features + kernels]`.
///
/// # Example
/// ```
/// use agon_nn::MinibatchDiscriminationConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let company = MinibatchDiscriminationConfig::new(128).with_kernels(50).init(&device);
/// assert_eq!(company.forward(Tensor::zeros([64, 128], &device)).dims(), [64, 178]);
/// ```
///
/// # References
/// Salimans et al. 2016, arXiv:1606.03498, section 3.2. The paper's sum includes `j = i`, which adds 1 to every feature;
/// the authors' code, like this, leaves it out.
#[derive(Module, Debug)]
pub struct MinibatchDiscrimination {
    tensor: Param<Tensor<2>>,
    kernels: usize,
    mean: bool,
}

impl MinibatchDiscrimination {
    /// The features with those of their company beside them.
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        let batch = features.dims()[0];
        let rows = features.clone().matmul(self.tensor.val());
        let rows = rows.reshape([batch as i64, self.kernels as i64, -1]);
        let pairs = rows.clone().unsqueeze_dim::<4>(0) - rows.unsqueeze_dim::<4>(1);
        let close = pairs.abs().sum_dim(3).neg().exp();
        // Everybody is at distance zero from himself.
        let company = close.sum_dim(0).reshape([batch, self.kernels]) - 1.0;
        let company = match self.mean {
            true => company / batch.saturating_sub(1).max(1) as f64,
            false => company,
        };
        Tensor::cat(vec![features, company], 1)
    }
}

/// One more channel, constant over a batch: how much its members differ.
///
/// ```text
/// mean over all features of sqrt(Var over the batch + 1e-8)
/// ```
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, channels + 1, height, width]`.
///
/// # References
/// Karras, Aila, Laine and Lehtinen 2018, arXiv:1710.10196, section 3. The authors' code takes it over groups of four
/// samples; this is the paper's, over the whole batch.
pub fn minibatch_deviation(features: Tensor<4>) -> Tensor<4> {
    let [batch, _, height, width] = features.dims();
    let centred = features.clone() - features.clone().mean_dim(0);
    let deviation = (centred.square().mean_dim(0) + 1e-8).sqrt().mean();
    let channel = deviation.reshape([1, 1, 1, 1]).expand([batch, 1, height, width]);
    Tensor::cat(vec![features, channel], 1)
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn company_is_what_the_equation_says() {
        let device = Device::default();
        let layer = MinibatchDiscriminationConfig::new(1)
            .with_kernels(2)
            .with_dims(2)
            .init(&device);
        let layer = MinibatchDiscrimination {
            tensor: Param::from_tensor(Tensor::from_data([[1.0, 2.0, 0.5, 0.0]], &device)),
            ..layer
        };
        let x = Tensor::<2>::from_data([[0.0], [1.0], [3.0]], &device);
        let found: Vec<f32> = layer.forward(x).try_into_vec_as().unwrap();
        // The kernels stretch distances 3 and 1/2 times.
        let close = |scale: f32, distances: [f32; 2]| distances.map(|d| (-scale * d).exp()).iter().sum::<f32>();
        let of = |x: f32, distances| [x, close(3.0, distances), close(0.5, distances)];
        let expected = [of(0.0, [1.0, 3.0]), of(1.0, [1.0, 2.0]), of(3.0, [3.0, 2.0])].concat();
        assert!(
            found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6),
            "{found:?} {expected:?}"
        );
    }

    #[test]
    fn means_are_those_of_the_others() {
        let device = Device::default();
        let layer = MinibatchDiscriminationConfig::new(2).with_kernels(3);
        let (sums, means) = (layer.init(&device), layer.clone().with_mean(true).init(&device));
        let means = MinibatchDiscrimination {
            tensor: sums.tensor.clone(),
            ..means
        };
        let company = |layer: &MinibatchDiscrimination, rows: usize| -> Vec<f32> {
            let x = Tensor::<2>::from_data([[0.0, 1.0], [2.0, -1.0], [3.0, 0.5], [-4.0, 0.2]], &device);
            let seen = layer.forward(x.narrow(0, 0, rows)).narrow(1, 2, 3);
            seen.try_into_vec_as().unwrap()
        };
        for rows in [2, 4] {
            for (sum, mean) in company(&sums, rows).into_iter().zip(company(&means, rows)) {
                assert!(
                    (sum / (rows - 1) as f32 - mean).abs() < 1e-6 && mean > 0.0,
                    "{sum} {mean}"
                );
            }
        }
        assert!(company(&means, 1).iter().all(|nobody| nobody.abs() < 1e-6));
    }

    #[test]
    fn the_deviation_is_one_number_for_the_batch() {
        let device = Device::default();
        let x = Tensor::<4>::from_data([[[[1.0]], [[0.0]]], [[[3.0]], [[4.0]]]], &device);
        let found: Vec<f32> = minibatch_deviation(x).try_into_vec_as().unwrap();
        // Deviations 1 and 2.
        let expected = [1.0, 0.0, 1.5, 3.0, 4.0, 1.5];
        assert!(
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
            "{found:?}"
        );
    }
}
