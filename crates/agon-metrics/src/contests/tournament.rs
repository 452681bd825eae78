use serde::{Deserialize, Serialize};

use super::Entrant;
use super::standings::{Match, Standings, Verdict};
use crate::error::{Error, Result, ensure};

/// Trained pairs of networks judge each other: the generative adversarial metric.
///
/// Of pairs `(G1, D1)` and `(G2, D2)`, with `err` the share of samples that a discriminator gets wrong,
///
/// ```text
/// r_test   = err(D1, test) / err(D2, test)
/// r_sample = err(D1, G2's samples) / err(D2, G1's samples)
/// ```
///
/// the first wins if `r_sample < 1`, the second if `r_sample > 1`, provided that `r_test` is about 1: otherwise
/// one discriminator is simply the better, by overfitting say, and there is no verdict. [`Ratio::Accuracies`]
/// takes shares that are right instead, turned around so that the same side wins: as the authors' program does, and
/// without a division by zero when a discriminator errs never.
///
/// The second form, GAM-II, needs no test ratio: each generator is scored by how often the discriminators of all
/// others take its samples for real, on average and by the worst of them.
///
/// # Errors
/// Fewer than two entrants, no samples; a discriminator that does not say probabilities.
///
/// # Example
/// ```
/// use agon_metrics::contests::{Entrant, Tournament};
/// use burn::prelude::*;
///
/// // Real numbers are at least 5. Both know that, but the second generator makes smaller ones.
/// let device = Device::default();
/// let judge = |x: &Tensor<1>| x.clone().greater_equal_elem(5.0).float();
/// let entrants = [
///     Entrant::new("good", |n, _| Tensor::full([n], 6.0, &device), judge),
///     Entrant::new("bad", |n, _| Tensor::full([n], 4.0, &device), judge),
/// ];
/// let standings = Tournament::new(100).play(&entrants, &Tensor::full([50], 5.5, &device))?;
/// assert_eq!(standings.wins(), [1, 0]);
/// println!("{standings}");
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Im et al. 2016, "Generating images with recurrent adversarial networks", arXiv:1602.05110; Im et al. 2016,
/// "Generative adversarial parallelization", arXiv:1612.04021.
#[derive(Debug, Clone, PartialEq)]
pub struct Tournament {
    samples: usize,
    seed: u64,
    slack: f64,
    ratio: Ratio,
}

/// Of what the ratios are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Ratio {
    /// Shares that are wrong, as in the paper.
    Errors,
    /// Shares that are right, the other way up, as in the authors' program.
    #[default]
    Accuracies,
}

impl Tournament {
    /// With so many samples of each generator.
    pub fn new(samples: usize) -> Self {
        Self {
            samples,
            seed: 0,
            slack: 0.1,
            ratio: Ratio::default(),
        }
    }

    /// From other codes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How far from 1 the test ratio may be, either way; 0.1 unless said otherwise.
    pub fn slack(mut self, slack: f64) -> Self {
        self.slack = slack;
        self
    }

    /// Takes the ratios of errors or of accuracies.
    pub fn ratio(mut self, ratio: Ratio) -> Self {
        self.ratio = ratio;
        self
    }

    /// Everybody against everybody else, on these real samples, which nobody has learnt from.
    ///
    /// # Errors
    /// As for the type.
    pub fn play<S>(&self, entrants: &[Entrant<'_, S>], test: &S) -> Result<Standings> {
        ensure(
            entrants.len() >= 2,
            "the entrants of a tournament",
            "at least 2",
            entrants.len(),
        )?;
        ensure(
            self.samples > 0,
            "the samples of a tournament",
            "at least 1",
            self.samples,
        )?;
        let usable = self.slack >= 0.0 && self.slack < 1.0;
        ensure(usable, "the slack of the test ratio", "in [0, 1)", self.slack)?;
        let mut on_test = Vec::new();
        for entrant in entrants {
            on_test.push(entrant.error(test, true)?);
        }
        // Row by row: whose discriminator; column by column: whose samples.
        let mut on_samples = vec![Vec::new(); entrants.len()];
        for generator in entrants {
            let samples = generator.samples(self.samples, self.seed);
            for (judge, errors) in entrants.iter().zip(&mut on_samples) {
                errors.push(judge.error(&samples, false)?);
            }
        }
        let names: Vec<String> = entrants.iter().map(|entrant| entrant.name.clone()).collect();
        if let Some(name) = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
            return Err(Error::config(
                "the names of entrants",
                "names that differ",
                format!("`{}` twice", name.1),
            ));
        }
        let mut matches = Vec::new();
        for first in 0..entrants.len() {
            for second in first + 1..entrants.len() {
                let test = self.of(on_test[first], on_test[second]);
                let sample = self.of(on_samples[first][second], on_samples[second][first]);
                matches.push(self.judged([first, second], test, sample));
            }
        }
        Ok(Standings::new(names, matches, on_test, on_samples, self.samples))
    }

    /// The ratio, below 1 if the first is better.
    fn of(&self, first: f64, second: f64) -> f64 {
        let (above, below) = match self.ratio {
            Ratio::Errors => (first, second),
            Ratio::Accuracies => (1.0 - second, 1.0 - first),
        };
        if above == below { 1.0 } else { above / below }
    }

    fn judged(&self, players: [usize; 2], test_ratio: f64, sample_ratio: f64) -> Match {
        let fair = (1.0 - self.slack..=1.0 / (1.0 - self.slack)).contains(&test_ratio);
        let verdict = match sample_ratio {
            _ if !fair => Verdict::Unfair,
            ratio if ratio < 1.0 => Verdict::First,
            ratio if ratio > 1.0 => Verdict::Second,
            _ => Verdict::Tie,
        };
        Match {
            players,
            test_ratio,
            sample_ratio,
            verdict,
        }
    }
}
