use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use crate::math::softplus;

/// Real samples should look more real than generated ones, pair by pair.
///
/// ```text
/// D: E softplus(-(r_i - f_i)),    G: E softplus(-(f_i - r_i))
/// ```
///
/// `r_i`, `f_i`: scores of the i-th real and the i-th generated sample; `softplus(-v) = -log s(v)`.
///
/// # Shapes
/// Scores `[batch, scores]`, of one shape for real and fake; losses `[1]`.
///
/// # Panics
/// When real and fake differ in number.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::RelativisticStandard;
/// use burn::prelude::*;
///
/// let scores = Tensor::<2>::ones([4, 1], &Device::default());
/// let loss: f32 = RelativisticStandard.discriminator(scores.clone(), scores).into_scalar();
/// assert!((loss - 2f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Jolicoeur-Martineau 2018, "The relativistic discriminator", arXiv:1807.00734 (RSGAN).
#[derive(Debug, Clone, Copy, Default)]
pub struct RelativisticStandard;

impl AdversarialLoss for RelativisticStandard {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        softplus(fake - real).mean()
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        // Without real scores the generator is judged against an undecided discriminator.
        let real = real.unwrap_or_else(|| fake.zeros_like());
        softplus(real - fake).mean()
    }

    fn generator_needs_real(&self) -> bool {
        true
    }
}
