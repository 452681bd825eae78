use crate::{Augment, Error, Result, Round, Sample, random};

/// Gaussian noise on everything the discriminator sees, fading out as training goes on.
///
/// Both distributions are blurred until they overlap, so that the discriminator cannot be perfect.
///
/// # References
/// Soenderby et al. 2017, arXiv:1610.04490; Arjovsky and Bottou 2017, arXiv:1701.04862.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstanceNoise {
    start: f64,
    end: f64,
    over: u64,
}

impl InstanceNoise {
    /// The same standard deviation throughout.
    pub const fn constant(sigma: f64) -> Self {
        Self::annealed(sigma, sigma, 1)
    }

    /// A standard deviation that goes in a straight line from `start` to `end` over `over` rounds.
    pub const fn annealed(start: f64, end: f64, over: u64) -> Self {
        Self { start, end, over }
    }

    /// The standard deviation in this round.
    pub fn sigma(&self, step: u64) -> f64 {
        let done = (step.saturating_sub(1) as f64 / self.over.max(1) as f64).min(1.0);
        self.start + (self.end - self.start) * done
    }
}

impl<S: Sample> Augment<S> for InstanceNoise {
    fn augment(&self, samples: &S, round: &mut Round) -> S {
        let sigma = self.sigma(round.step());
        if sigma == 0.0 {
            return samples.clone();
        }
        let rows = samples.rows();
        let noise = random::normal(rows.dims(), round.random(), &rows.device()).cast(rows.dtype());
        samples.with_rows(rows + noise * sigma)
    }

    fn name(&self) -> &'static str {
        "instance noise"
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn check(&self) -> Result<()> {
        for sigma in [self.start, self.end] {
            Error::unless_at_least_zero("instance noise", sigma)?;
        }
        Ok(())
    }
}
