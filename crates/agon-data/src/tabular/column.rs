use rand::RngExt;
use rand_distr::StandardNormal;

use crate::error::{Error, Result, ensure};
use crate::random::Random;

/// One bell of a number's distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// How likely it is, as a share of the weights beside it.
    pub weight: f64,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
}

impl Mode {
    /// Of this weight, mean and standard deviation.
    pub const fn new(weight: f64, mean: f64, sd: f64) -> Self {
        Self { weight, mean, sd }
    }
}

/// A column of a [`Tabular`](super::Tabular) world, as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    /// The column it depends on.
    pub(super) given: Option<String>,
    pub(super) kind: Kind,
}

/// For each category of the column it depends on, or once, how a column is distributed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Category { names: Vec<String>, weights: Vec<Vec<f64>> },
    Number { modes: Vec<Vec<Mode>> },
}

impl Column {
    /// An error unless it can be drawn, given how many categories the column has that it depends on (1: none).
    pub(super) fn check(&self, cases: usize) -> Result<()> {
        let wrong = |expected: &str, got: String| {
            Error::config("a column of a table", expected, format!("`{}`: {got}", self.name))
        };
        let distributions = match &self.kind {
            Kind::Category { weights, .. } => weights.len(),
            Kind::Number { modes } => modes.len(),
        };
        if distributions != cases {
            let expected = format!("{cases} distributions, one for each category it depends on");
            return Err(wrong(&expected, distributions.to_string()));
        }
        let weights = |weights: &mut dyn Iterator<Item = f64>| {
            let weights: Vec<f64> = weights.collect();
            let usable = weights.iter().all(|w| w.is_finite() && *w >= 0.0) && weights.iter().sum::<f64>() > 0.0;
            if usable {
                Ok(())
            } else {
                Err(wrong("weights of at least 0, one above", format!("{weights:?}")))
            }
        };
        match &self.kind {
            Kind::Category { names, weights: table } => {
                ensure(!names.is_empty(), "the categories of a column", "at least one", 0)?;
                if let Some(row) = table.iter().find(|row| row.len() != names.len()) {
                    return Err(wrong(
                        &format!("{} weights, one for each category", names.len()),
                        row.len().to_string(),
                    ));
                }
                table.iter().try_for_each(|row| weights(&mut row.iter().copied()))
            }
            Kind::Number { modes } => modes.iter().try_for_each(|modes| {
                let usable = |mode: &Mode| mode.mean.is_finite() && mode.sd.is_finite() && mode.sd >= 0.0;
                if let Some(mode) = modes.iter().find(|mode| !usable(mode)) {
                    return Err(wrong("finite means, deviations of at least 0", format!("{mode:?}")));
                }
                weights(&mut modes.iter().map(|mode| mode.weight))
            }),
        }
    }
}

/// Which of several, by their weights.
pub(super) fn choose(weights: impl Iterator<Item = f64> + Clone, random: &mut Random) -> usize {
    let mut left = weights.clone().sum::<f64>() * random.random::<f64>();
    let mut last = 0;
    for (i, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        last = i;
        if left < weight {
            break;
        }
        left -= weight;
    }
    last
}

/// A number out of a mixture.
pub(super) fn number(modes: &[Mode], random: &mut Random) -> f64 {
    let mode = modes[choose(modes.iter().map(|mode| mode.weight), random)];
    mode.mean + mode.sd * random.sample::<f64, _>(StandardNormal)
}
