use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

/// Batch norm by a fixed reference batch, so that samples of a batch do not depend on each other.
///
/// ```text
/// y = scale (x - m) / sqrt(v + e) + shift,    m = (x_mean + n m_r) / (n + 1),    v + m^2 likewise of squares
/// ```
///
/// `m_r`: the mean of the reference batch of `n` samples, per channel; `x_mean`: that of the sample itself, over its
/// places. The reference batch goes through the network beside each batch and is normalized by itself
/// ([`reference`](Self::reference)).
///
/// # Shapes
/// `[batch, channels, ..]`, unchanged.
///
/// # References
/// Salimans et al. 2016, arXiv:1606.03498, section 3.4.
#[derive(Module, Debug)]
pub struct VirtualBatchNorm {
    scale: Param<Tensor<1>>,
    shift: Param<Tensor<1>>,
    epsilon: f64,
}

/// What a layer knows of its reference batch.
#[derive(Debug, Clone)]
pub struct Reference {
    mean: Tensor<2>,
    square: Tensor<2>,
    size: usize,
}

impl VirtualBatchNorm {
    /// For so many channels; scale 1, shift 0.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            scale: Initializer::Ones.init([channels], device),
            shift: Initializer::Zeros.init([channels], device),
            epsilon: 1e-5,
        }
    }

    /// The reference batch, normalized by itself, and what is to be known of it.
    pub fn reference<const D: usize>(&self, x: Tensor<D>) -> (Tensor<D>, Reference) {
        let (mean, square) = (moment(x.clone()).mean_dim(0), moment(x.clone().square()).mean_dim(0));
        let normalized = self.normalized(x.clone(), mean.clone(), square.clone());
        let size = x.dims()[0];
        (normalized, Reference { mean, square, size })
    }

    /// Samples, normalized by the reference and each by itself.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, reference: &Reference) -> Tensor<D> {
        let share = 1.0 / (reference.size + 1) as f64;
        let with = |own: Tensor<2>, of_all: &Tensor<2>| own * share + of_all.clone() * (1.0 - share);
        let mean = with(moment(x.clone()), &reference.mean);
        let square = with(moment(x.clone().square()), &reference.square);
        self.normalized(x, mean, square)
    }

    fn normalized<const D: usize>(&self, x: Tensor<D>, mean: Tensor<2>, square: Tensor<2>) -> Tensor<D> {
        let variance = square - mean.clone().square();
        let factor = (variance + self.epsilon).sqrt().recip() * self.scale.val().unsqueeze();
        let per_channel = |values: Tensor<2>| {
            let [batch, channels] = values.dims();
            let mut shape = [1; D];
            (shape[0], shape[1]) = (batch, channels);
            values.reshape(shape)
        };
        (x - per_channel(mean)) * per_channel(factor) + per_channel(self.shift.val().unsqueeze())
    }
}

/// The mean over the places of each sample: `[batch, channels]`.
fn moment<const D: usize>(x: Tensor<D>) -> Tensor<2> {
    let [batch, channels] = [x.dims()[0], x.dims()[1]];
    let places = x.reshape([batch as i64, channels as i64, -1]);
    places.mean_dim(2).reshape([batch, channels])
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn a_sample_counts_as_one_more_than_the_reference() {
        let device = Device::default();
        let norm = VirtualBatchNorm::new(1, &device);
        let (own, reference) = norm.reference(Tensor::<2>::from_data([[1.0], [3.0]], &device));
        let own: Vec<f32> = own.try_into_vec_as().unwrap();
        assert!((own[0] + 1.0).abs() < 1e-4 && (own[1] - 1.0).abs() < 1e-4, "{own:?}");
        let y = norm.forward(Tensor::<2>::from_data([[5.0], [2.0]], &device), &reference);
        let y: Vec<f32> = y.try_into_vec_as().unwrap();
        // With 1, 3 and 5: mean 3, variance 8 / 3; with 1, 3 and 2: mean 2.
        assert!(
            (y[0] - 2.0 / (8.0f32 / 3.0).sqrt()).abs() < 1e-4 && y[1].abs() < 1e-4,
            "{y:?}"
        );
    }

    #[test]
    fn samples_of_a_batch_do_not_depend_on_each_other() {
        let device = Device::default();
        let norm = VirtualBatchNorm::new(2, &device);
        let batch = |n: usize| Tensor::<1>::from_floats(&[0.3, 1.0, -2.0, 0.5, 4.0, 1.5, 0.0, 2.5][..4 * n], &device);
        let (_, reference) = norm.reference(batch(2).reshape([2, 2, 1, 2]) * 0.7);
        let two = norm.forward::<4>(batch(2).reshape([2, 2, 1, 2]), &reference);
        let one = norm.forward::<4>(batch(1).reshape([1, 2, 1, 2]), &reference);
        two.narrow(0, 0, 1).into_data().assert_eq(&one.into_data(), true);
    }
}
