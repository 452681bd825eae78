use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result, Sample};
use burn::prelude::Tensor;

use super::gradient::{Terms, Way, half_square, mean_of_norms, with_terms};

/// The slope of the discriminator should vanish at the generated samples.
///
/// ```text
/// gamma/2 E |grad D(g)|^2
/// ```
///
/// `g`: generated samples; `gamma`: the weight; the norm is over all dimensions of one sample, the mean over
/// the batch.
///
/// The value is exact; the gradient for the weights is too where the network overrides
/// [`Discriminator::derivative`].
///
/// # Example
/// ```
/// use agon_losses::R2;
///
/// let penalty = R2::new(10.0).every(16);
/// # let _ = penalty;
/// ```
///
/// # References
/// Mescheder, Geiger, Nowozin 2018, "Which Training Methods for GANs do actually Converge?", arXiv:1801.04406;
/// together with R1: Huang et al. 2024, arXiv:2501.05441.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct R2 {
    gamma: f64,
    terms: Terms,
}

impl R2 {
    /// With this weight, `gamma`.
    pub const fn new(gamma: f64) -> Self {
        Self {
            gamma,
            terms: Terms::DEFAULT,
        }
    }
}

with_terms!(R2);

impl<D: Discriminator> Penalty<D> for R2 {
    fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let at = bout.fake.detached();
        mean_of_norms(bout.discriminator, &at, self.terms.way, half_square) * self.gamma
    }

    fn name(&self) -> &'static str {
        "r2"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("gamma of R2", self.gamma)
    }

    fn interval(&self) -> u64 {
        self.terms.interval
    }
}
