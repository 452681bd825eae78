use agon_core::{AdversarialLoss, Result};
use burn::prelude::Tensor;

use super::Divergence;

/// The variational lower bound of any f-divergence, in both forms of the generator's loss.
///
/// ```text
/// D: -(E T(r) - E f*(T(f))),    G: -E f*(T(f)), or -E T(f) in the alternative form
/// ```
///
/// `r`, `f`: raw scores of real and of generated samples; `T`: the divergence's output activation; `f*`: its
/// conjugate (see [`Divergence`]). With the perfect discriminator `T = f'(p/q)` the bound is the divergence
/// itself. The alternative form has the same fixed point and larger gradients early on.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::{Divergence, FDivergence};
/// use burn::prelude::*;
///
/// let fake = Tensor::<2>::from_data([[1.0], [3.0]], &Device::default());
/// let loss = FDivergence::new(Divergence::Kl).alternative();
/// let value: f32 = loss.generator(fake, None).into_scalar();
/// assert_eq!(value, -2.0);
/// ```
///
/// # References
/// Nowozin, Cseke, Tomioka 2016, "f-GAN: Training Generative Neural Samplers using Variational Divergence
/// Minimization", arXiv:1606.00709; the alternative form is that of section 3.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FDivergence {
    divergence: Divergence,
    alternative: bool,
}

impl FDivergence {
    /// The bound as it is: the generator minimises what the discriminator maximises.
    pub const fn new(divergence: Divergence) -> Self {
        Self {
            divergence,
            alternative: false,
        }
    }

    /// The generator maximises `E T(f)` instead.
    pub const fn alternative(mut self) -> Self {
        self.alternative = true;
        self
    }
}

impl AdversarialLoss for FDivergence {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        self.divergence.conjugate(fake).mean() - self.divergence.activation(real).mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        if self.alternative {
            -self.divergence.activation(fake).mean()
        } else {
            -self.divergence.conjugate(fake).mean()
        }
    }

    fn check(&self) -> Result<()> {
        self.divergence.check()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        let as_real = -self.divergence.activation(scores.clone()).mean();
        let as_fake = self.divergence.conjugate(scores).mean();
        Some(as_real * real + as_fake * (1.0 - real))
    }
}
