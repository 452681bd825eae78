use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use crate::math::softplus;

/// Real samples should look more real than the average generated one, and generated ones less.
///
/// ```text
/// D: E softplus(-(r - E f)) + E softplus(f - E r),    G: E softplus(-(f - E r)) + E softplus(r - E f)
/// ```
///
/// `r`, `f`: scores of real and of generated samples; their means are over all scores of the batch. The
/// generator's loss is the discriminator's with the roles exchanged, and neither has a factor 1/2 (some
/// published implementations halve both).
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::RelativisticAverageStandard;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[2.0], [0.5]], &device);
/// let fake = Tensor::<2>::from_data([[-2.0], [-1.0]], &device);
/// let ahead: f32 = RelativisticAverageStandard.discriminator(real.clone(), fake.clone()).into_scalar();
/// let behind: f32 = RelativisticAverageStandard.generator(fake, Some(real)).into_scalar();
/// assert!(ahead < behind);
/// ```
///
/// # References
/// Jolicoeur-Martineau 2018, "The relativistic discriminator", arXiv:1807.00734 (RaSGAN).
#[derive(Debug, Clone, Copy, Default)]
pub struct RelativisticAverageStandard;

impl AdversarialLoss for RelativisticAverageStandard {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let real_mean = real.clone().mean().unsqueeze();
        let fake_mean = fake.clone().mean().unsqueeze();
        softplus(fake_mean - real).mean() + softplus(fake - real_mean).mean()
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        // Without real scores the generator is judged against an undecided discriminator.
        let real = real.unwrap_or_else(|| fake.zeros_like());
        self.discriminator(fake, real)
    }

    fn generator_needs_real(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::RelativisticAverageStandard;
    use crate::testing::{TFGAN, both, close};

    #[test]
    fn values_of_tensorflow_gan() {
        let real = [-2.0, 0.4, 12.5, 2.7];
        close(
            &both(&RelativisticAverageStandard, &real, &TFGAN.1),
            &[4.390114, 4.9401135],
            1e-6,
        );
    }
}
