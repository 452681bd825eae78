use rand::RngExt;

use crate::Interval;
use crate::error::{Result, ensure};
use crate::random::{Random, stream};

/// Resampling with replacement, as often as this, from this seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bootstrap {
    pub resamplings: usize,
    pub seed: u64,
}

/// One resampling.
pub(crate) struct Draw(Random);

impl Draw {
    /// As many indices as there are, each any of them.
    pub fn indices(&mut self, n: usize) -> Vec<usize> {
        (0..n).map(|_| self.0.random_range(0..n)).collect()
    }
}

impl Bootstrap {
    /// The middle 95 % of a statistic over resamplings, moved so that their mean is the value.
    ///
    /// A statistic that is biased by its number of samples is biased once more by resampling them; the move
    /// takes that out.
    pub fn interval(&self, value: f64, statistic: impl Fn(&mut Draw) -> Result<f64>) -> Result<Interval> {
        ensure(
            self.resamplings >= 2,
            "the number of resamplings",
            "at least 2",
            self.resamplings,
        )?;
        let mut found = (0..self.resamplings)
            .map(|index| statistic(&mut Draw(stream(self.seed, index as u64))))
            .collect::<Result<Vec<f64>>>()?;
        found.sort_unstable_by(f64::total_cmp);
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        Ok(Interval {
            low: value + quantile(&found, 0.025) - mean,
            high: value + quantile(&found, 0.975) - mean,
            level: 0.95,
        })
    }
}

/// Of sorted values, between the two nearest.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}
