use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use crate::math::norm;

/// The critic embeds; the loss is the distance between the two mean embeddings.
///
/// ```text
/// D: -|E phi(x) - E phi(g)|_2,    G: |E phi(x) - E phi(g)|_2
/// ```
///
/// `phi`: the rows of the score matrix. Like [`Wasserstein`](super::Wasserstein), of which it is the
/// generalisation to several columns, it needs a critic with bounded slope. The gradient is zero where the
/// means coincide.
///
/// # Shapes
/// Scores `[batch, embedding]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::MeanFeatureMatching;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[3.0, 4.0], [3.0, 4.0]], &device);
/// let loss = MeanFeatureMatching.generator(Tensor::zeros([2, 2], &device), Some(real));
/// assert_eq!(loss.into_scalar::<f32>(), 5.0);
/// ```
///
/// # References
/// Mroueh, Sercu, Goel 2017, "McGan: Mean and Covariance Feature Matching GAN", arXiv:1702.08398 (the mean,
/// with q = 2).
#[derive(Debug, Clone, Copy, Default)]
pub struct MeanFeatureMatching;

impl AdversarialLoss for MeanFeatureMatching {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        -norm((real.mean_dim(0) - fake.mean_dim(0)).flatten(0, 1))
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        let real = real.unwrap_or_else(|| fake.zeros_like());
        -self.discriminator(real, fake)
    }

    fn generator_needs_real(&self) -> bool {
        true
    }

    fn sign_of_real(&self) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, f64s, value};
    use burn::prelude::Device;

    #[test]
    fn it_is_the_distance_of_the_means() {
        let matrix = |values: &[f64]| f64s(values, &Device::default()).reshape([2, 2]);
        let (real, fake) = (matrix(&[1.0, 2.0, 3.0, 4.0]), matrix(&[0.0, 0.0, -2.0, -2.0]));
        let losses = [
            value(MeanFeatureMatching.discriminator(real.clone(), fake.clone())),
            value(MeanFeatureMatching.generator(fake, Some(real))),
        ];
        close(&losses, &[-5.0, 5.0], 1e-9);
    }
}
