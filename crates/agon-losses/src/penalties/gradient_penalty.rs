use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result};
use burn::prelude::Tensor;
use burn::tensor::activation::relu;

use super::gradient::{Terms, Way, between, mean_of_norms, with_terms};
use crate::math::least;

/// The slope of the critic should be one (or at most one) between real and generated samples.
///
/// ```text
/// lambda E (|grad D(z)| - t)^2, or lambda E max(0, |grad D(z)| - t)^2,    z = a x + (1 - a) g
/// ```
///
/// `x`, `g`: a real and a generated sample; `a`: uniform in `[0, 1)`, one per sample, drawn on the host;
/// `t`: the target, 1; `lambda`: the weight; the norm is over all dimensions of one sample, the mean over
/// the batch. The two-sided form is WGAN-GP, the one-sided form WGAN-LP.
///
/// The value is exact. So is the gradient for the weights where the network overrides
/// [`Discriminator::derivative`]; elsewhere it comes from central differences. A discriminator with batch
/// normalization couples the samples of a batch, and the penalty then means something else. Of a critic with several
/// scores for a sample, such as one of patches, the slope is that of their sum, as in published programs, where a loss takes
/// their mean.
///
/// # Example
/// ```
/// use agon_losses::GradientPenalty;
///
/// let wgan_gp = GradientPenalty::two_sided(10.0);
/// let lazy = GradientPenalty::one_sided(10.0).every(4);
/// # let _ = (wgan_gp, lazy);
/// ```
///
/// # References
/// Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028 (lambda 10; 0.1 for toy
/// data); Petzka, Fischer, Lukovnikov 2018, arXiv:1709.08894 (one-sided).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientPenalty {
    weight: f64,
    target: f64,
    one_sided: bool,
    terms: Terms,
}

impl GradientPenalty {
    /// Slopes above and below the target cost: WGAN-GP.
    pub const fn two_sided(weight: f64) -> Self {
        Self {
            weight,
            target: 1.0,
            one_sided: false,
            terms: Terms::DEFAULT,
        }
    }

    /// Only slopes above the target cost: WGAN-LP.
    pub const fn one_sided(weight: f64) -> Self {
        Self {
            one_sided: true,
            ..Self::two_sided(weight)
        }
    }

    /// The slope aimed at.
    pub const fn target(mut self, target: f64) -> Self {
        self.target = target;
        self
    }
}

with_terms!(GradientPenalty);

impl<D: Discriminator> Penalty<D> for GradientPenalty {
    fn penalty(&self, bout: &Bout<'_, D>, random: &mut Random) -> Tensor<1> {
        let at = between(bout.real, bout.fake, random);
        let excess = |norms: Tensor<2>| {
            let excess = norms - self.target;
            if self.one_sided { relu(excess) } else { excess }
        };
        mean_of_norms(bout.discriminator, &at, self.terms.way, |norms| square(norms, excess)) * self.weight
    }

    fn name(&self) -> &'static str {
        "gradient_penalty"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of GradientPenalty", self.weight)?;
        Error::unless_at_least_zero("target of GradientPenalty", self.target)
    }

    fn interval(&self) -> u64 {
        self.terms.interval
    }
}

/// The square of what `excess` makes of the norms, and its slope over the norm.
pub(super) fn square(norms: Tensor<2>, excess: impl Fn(Tensor<2>) -> Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let excess = excess(norms.clone());
    // At a vanishing gradient the norm has no derivative; the floor makes the direction zero there.
    let least = least(&norms).max(1e-12);
    let factor = excess.clone() * 2.0 / norms.clamp_min(least);
    (excess.square(), factor)
}
