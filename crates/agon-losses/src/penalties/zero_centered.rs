use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result};
use burn::prelude::Tensor;

use super::gradient::{Terms, Way, between, half_square, mean_of_norms, with_terms};

/// The slope of the discriminator should vanish between real and generated samples.
///
/// ```text
/// lambda E |grad D(z)|^2,    z = a x + (1 - a) g
/// ```
///
/// `x`, `g`: a real and a generated sample; `a`: uniform in `[0, 1)`, one per sample, drawn on the host;
/// `lambda`: the weight (without the 1/2 of [`R1`](super::R1)).
///
/// The value is exact; the gradient for the weights is too where the network overrides
/// [`Discriminator::derivative`].
///
/// # Example
/// ```
/// use agon_losses::ZeroCentered;
///
/// let penalty = ZeroCentered::new(10.0).every(16);
/// # let _ = penalty;
/// ```
///
/// # References
/// Thanh-Tung, Tran, Venkatesh 2019, "Improving Generalization and Stability of Generative Adversarial
/// Networks", arXiv:1902.03984.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZeroCentered {
    weight: f64,
    terms: Terms,
}

impl ZeroCentered {
    /// With this weight, `lambda`.
    pub const fn new(weight: f64) -> Self {
        Self {
            weight,
            terms: Terms::DEFAULT,
        }
    }
}

with_terms!(ZeroCentered);

impl<D: Discriminator> Penalty<D> for ZeroCentered {
    fn penalty(&self, bout: &Bout<'_, D>, random: &mut Random) -> Tensor<1> {
        let at = between(bout.real, bout.fake, random);
        mean_of_norms(bout.discriminator, &at, self.terms.way, half_square) * (2.0 * self.weight)
    }

    fn name(&self) -> &'static str {
        "zero_centered"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of ZeroCentered", self.weight)
    }

    fn interval(&self) -> u64 {
        self.terms.interval
    }
}
