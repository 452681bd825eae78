use burn::prelude::Tensor;

/// How much generated samples differ among themselves, beside real ones: what a collapsed generator loses.
///
/// ```text
/// spread = sqrt(mean_j Var_i x_ij),    duplicates = |{i : min_k |g_i - g_k| < d / 10}| / n
/// across = sqrt(E |r - g|^2 / 2 m)
/// ```
///
/// `x`: the rows of a batch, `g` those of the generated one; `d`: the mean distance from a real sample to its
/// nearest neighbour in its batch; `r`: the rows of the real one, of `m` features. `across` is the spread of both batches
/// if they are alike, and more the farther apart they are. A generator whose samples are much nearer to each other than
/// to real ones has collapsed, also if batch norm holds them apart. Since `d` shrinks as the batch grows, in as many
/// dimensions as the data has, both batches should be of one size.
///
/// # Shapes
/// Rows `[batch, features]`, of at least two members and both of as many features; results of one element.
///
/// # Example
/// ```
/// use agon_core::Diversity;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_floats([[0.0, 0.0], [2.0, 0.0]], &device);
/// let same = Tensor::<2>::from_floats([[0.1, 0.0], [0.2, 0.0]], &device);
/// let diversity = Diversity::of(real, same);
/// assert_eq!(diversity.duplicates.into_scalar::<f32>(), 1.0);
/// ```
#[derive(Debug, Clone)]
pub struct Diversity {
    /// The spread of the real samples.
    pub real: Tensor<1>,
    /// The spread of the generated ones.
    pub fake: Tensor<1>,
    /// The share of generated samples which have a twin.
    pub duplicates: Tensor<1>,
    /// How far a generated sample is from a real one, as a spread.
    pub across: Tensor<1>,
}

impl Diversity {
    /// Of these rows; nothing is read from the device.
    pub fn of(real: Tensor<2>, fake: Tensor<2>) -> Self {
        let (real, fake) = (real.detach().inner(), fake.detach().inner());
        let (real, fake) = (Batch::of(real), Batch::of(fake));
        let apart = (real.mean.clone() - fake.mean.clone()).square().mean();
        let near = real.nearest().mean().mul_scalar(0.1);
        Self {
            duplicates: fake.nearest().lower(near.unsqueeze()).float().mean(),
            across: ((real.variance() + fake.variance() + apart) * 0.5).sqrt(),
            real: real.variance().sqrt(),
            fake: fake.variance().sqrt(),
        }
    }

    /// All of it, by the names under which games measure it.
    pub fn figures(&self) -> [(&'static str, &Tensor<1>); 4] {
        [
            ("spread/real", &self.real),
            ("spread/fake", &self.fake),
            ("spread/across", &self.across),
            ("duplicates/fake", &self.duplicates),
        ]
    }
}

/// The rows of a batch, seen from their mean: distances do not change with the origin, but what is lost to rounding
/// in `|a|^2 + |b|^2 - 2ab` does.
struct Batch {
    rows: Tensor<2>,
    mean: Tensor<2>,
}

impl Batch {
    fn of(rows: Tensor<2>) -> Self {
        let mean = rows.clone().mean_dim(0);
        Self {
            rows: rows - mean.clone(),
            mean,
        }
    }

    fn variance(&self) -> Tensor<1> {
        self.rows.clone().square().mean()
    }

    /// The distance from each row to the nearest other one: `[batch, 1]`.
    fn nearest(&self) -> Tensor<2> {
        let squares = self.rows.clone().square().sum_dim(1);
        let products = self.rows.clone().matmul(self.rows.clone().transpose());
        let distances = squares.clone() + squares.transpose() - products.mul_scalar(2.0);
        let [n, _] = distances.dims();
        let same = Tensor::<2>::eye(n, &distances.device()).bool();
        distances.mask_fill(same, f32::MAX).min_dim(1).clamp_min(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::random::{normal, stream};

    fn noise(n: usize, features: usize, seed: u64) -> Tensor<2> {
        normal([n, features], &mut stream(seed, 0), &Device::default())
    }

    fn figures(real: Tensor<2>, fake: Tensor<2>) -> [f32; 3] {
        let Diversity {
            real, fake, duplicates, ..
        } = Diversity::of(real, fake);
        [real, fake, duplicates].map(|figure| figure.into_scalar())
    }

    #[test]
    fn what_is_far_from_the_data_is_farther_across_than_within() {
        let across = |fake: Tensor<2>| Diversity::of(noise(256, 20, 7), fake).across.into_scalar::<f32>();
        let alike = across(noise(256, 20, 8));
        assert!((alike - 1.0).abs() < 0.05, "{alike}");
        // Of a spread of a half, three away from the data: (1 + 1/4 + 9) / 2.
        let away = across(noise(256, 20, 8) * 0.5 + 3.0);
        assert!((away - 5.125f32.sqrt()).abs() < 0.05, "{away}");
        // Half of the mean square distance between members of both.
        let (real, fake) = (noise(8, 3, 1), noise(8, 3, 2) + 1.0);
        let pairs = real.clone().unsqueeze_dim::<3>(1) - fake.clone().unsqueeze_dim::<3>(0);
        let expected = (pairs.square().mean() * 0.5).sqrt().into_scalar::<f32>();
        let found = Diversity::of(real, fake).across.into_scalar::<f32>();
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }

    #[test]
    fn like_data_has_like_figures_and_few_twins() {
        for features in [2, 10, 100] {
            let [real, fake, duplicates] = figures(noise(64, features, 1), noise(64, features, 2));
            assert!((real - 1.0).abs() < 0.2 && (fake - 1.0).abs() < 0.2, "{real} {fake}");
            assert!(duplicates < 0.05, "{features}: {duplicates}");
        }
    }

    #[test]
    fn twins_are_counted_and_a_point_has_no_spread() {
        let once = noise(32, 20, 3);
        let twice = Tensor::cat(vec![once.clone(), once.clone() + noise(32, 20, 4) * 1e-3], 0);
        assert_eq!(figures(noise(64, 20, 5), twice)[2], 1.0);
        let half = Tensor::cat(vec![noise(48, 20, 6), once.narrow(0, 0, 1).repeat_dim(0, 16)], 0);
        assert!((figures(noise(64, 20, 5), half)[2] - 0.25).abs() < 1e-6);
        let point = Tensor::<2>::ones([64, 20], &Device::default()) * 0.3;
        let [_, fake, duplicates] = figures(noise(64, 20, 5), point);
        assert!(fake < 1e-3 && duplicates == 1.0, "{fake} {duplicates}");
    }
}
