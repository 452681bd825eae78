use agon_core::AdversarialLoss;
use burn::prelude::Tensor;
use burn::tensor::activation::relu;

/// Each score should lie at least one above, or one below, the other side's average.
///
/// ```text
/// D: E max(0, 1 - (r - E f)) + E max(0, 1 + (f - E r)),    G: E max(0, 1 - (f - E r)) + E max(0, 1 + (r - E f))
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
/// use agon_losses::RelativisticAverageHinge;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[2.0], [0.5]], &device);
/// let fake = Tensor::<2>::from_data([[-2.0], [-1.0]], &device);
/// let ahead: f32 = RelativisticAverageHinge.discriminator(real.clone(), fake.clone()).into_scalar();
/// let behind: f32 = RelativisticAverageHinge.generator(fake, Some(real)).into_scalar();
/// assert!(ahead < behind);
/// ```
///
/// # References
/// Jolicoeur-Martineau 2018, "The relativistic discriminator", arXiv:1807.00734 (RaHingeGAN).
#[derive(Debug, Clone, Copy, Default)]
pub struct RelativisticAverageHinge;

impl AdversarialLoss for RelativisticAverageHinge {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let real_mean = real.clone().mean().unsqueeze();
        let fake_mean = fake.clone().mean().unsqueeze();
        relu(fake_mean - real + 1.0).mean() + relu(fake - real_mean + 1.0).mean()
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
