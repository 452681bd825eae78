use agon_core::random::{self, Random};
use agon_core::{Bout, Discriminator, Error, Penalty, Result, Sample};
use burn::prelude::Tensor;

use super::gradient::{Terms, Way, mean_of_norms, with_terms};
use super::gradient_penalty::square;

/// The slope of the discriminator should be one around the data.
///
/// ```text
/// lambda E (|grad D(x + d)| - t)^2,    d = a c sigma u
/// ```
///
/// `x`: a real sample; `sigma`: the standard deviation of all values of the batch; `u`: uniform in `[0, 1)`,
/// one per value; `a`: the same, one per sample; `c`: the scale, 0.5; `t`: the target, 1; `lambda`: the
/// weight.
///
/// # Example
/// ```
/// use agon_losses::Dragan;
///
/// let penalty = Dragan::new(10.0).scale(1.0);
/// # let _ = penalty;
/// ```
///
/// # References
/// Kodali et al. 2017, "On Convergence and Stability of GANs", arXiv:1705.07215. The noise is that of the
/// authors' code; the text has a normal one of fixed variance, and many implementations leave out `a`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dragan {
    weight: f64,
    target: f64,
    scale: f64,
    terms: Terms,
}

impl Dragan {
    /// With this weight, `lambda`.
    pub const fn new(weight: f64) -> Self {
        Self {
            weight,
            target: 1.0,
            scale: 0.5,
            terms: Terms::DEFAULT,
        }
    }

    /// The slope aimed at.
    pub const fn target(mut self, target: f64) -> Self {
        self.target = target;
        self
    }

    /// The size of the noise in standard deviations of the batch.
    pub const fn scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    fn perturbed<S: Sample>(&self, real: &S, random: &mut Random) -> S {
        let rows = real.rows().detach();
        let [batch, features] = rows.dims();
        let mut uniform = |shape| random::uniform(shape, 0.0, 1.0, random, &rows.device()).cast(rows.dtype());
        let noise: Tensor<2> = uniform([batch, features]) * uniform([batch, 1]);
        let deviation = (rows.clone() - rows.clone().mean().unsqueeze()).square().mean().sqrt();
        real.with_rows(rows + noise * deviation.unsqueeze() * self.scale)
    }
}

with_terms!(Dragan);

impl<D: Discriminator> Penalty<D> for Dragan {
    fn penalty(&self, bout: &Bout<'_, D>, random: &mut Random) -> Tensor<1> {
        let at = self.perturbed(bout.real, random);
        let formula = |norms| square(norms, |norms| norms - self.target);
        mean_of_norms(bout.discriminator, &at, self.terms.way, formula) * self.weight
    }

    fn name(&self) -> &'static str {
        "dragan"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of Dragan", self.weight)?;
        Error::unless_at_least_zero("target of Dragan", self.target)?;
        Error::unless_at_least_zero("scale of Dragan", self.scale)
    }

    fn interval(&self) -> u64 {
        self.terms.interval
    }
}
