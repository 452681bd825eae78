use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result, Sample};
use burn::prelude::Tensor;

use super::gradient::{Terms, Way, half_square, mean_of_norms, with_terms};

/// The slope of the discriminator should vanish at the data.
///
/// ```text
/// gamma/2 E |grad D(x)|^2
/// ```
///
/// `x`: real samples; `gamma`: the weight; the norm is over all dimensions of one sample, the mean over the
/// batch.
///
/// The value is exact; the gradient for the weights is too where the network overrides
/// [`Discriminator::derivative`].
///
/// # Example
/// ```
/// use agon_losses::R1;
///
/// let penalty = R1::new(10.0).every(16);
/// # let _ = penalty;
/// ```
///
/// # References
/// Mescheder, Geiger, Nowozin 2018, "Which Training Methods for GANs do actually Converge?", arXiv:1801.04406;
/// every 16 turns: Karras et al. 2020, arXiv:1912.04958. Some implementations leave out the 1/2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct R1 {
    gamma: f64,
    terms: Terms,
}

impl R1 {
    /// With this weight, `gamma`.
    pub const fn new(gamma: f64) -> Self {
        Self {
            gamma,
            terms: Terms::DEFAULT,
        }
    }
}

with_terms!(R1);

impl<D: Discriminator> Penalty<D> for R1 {
    fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let at = bout.real.detached();
        mean_of_norms(bout.discriminator, &at, self.terms.way, half_square) * self.gamma
    }

    fn name(&self) -> &'static str {
        "r1"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("gamma of R1", self.gamma)
    }

    fn interval(&self) -> u64 {
        self.terms.interval
    }
}
