//! How much the parts count.

use agon_core::{Error, Result};

/// How much the parts of a [`TripleGan`](super::TripleGan) count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TripleWeights {
    /// Of the classifier's pairs among the wrong ones; the rest are the generator's (1/2 in the paper).
    pub alpha: f64,
    /// Of classifying generated samples as what they were asked to be (0.1 in the authors' code).
    pub pseudo: f64,
    /// From which round of the run on it does, since generated samples are no use before (the authors' code waits 300
    /// epochs, ten times as long as the classifier is `alone`).
    pub pseudo_from: u64,
    /// Of being sure of unlabelled samples (0.3).
    pub confidence: f64,
    /// Of using all classes alike (1e-3).
    pub balance: f64,
    /// Of unlabelled samples, as the classifier takes them, among the true pairs; the rest are the labelled ones. Those
    /// alone are so few that the discriminator knows them by heart (1 in 401 in the authors' code for digits).
    pub trusted: f64,
    /// Rounds in which the classifier learns alone, before its guesses are trusted (30 epochs in the authors' code).
    pub alone: u64,
    /// Of using all classes alike in those rounds (0.3).
    pub balance_alone: f64,
}

impl Default for TripleWeights {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            pseudo: 0.1,
            pseudo_from: 1_000,
            confidence: 0.3,
            balance: 1e-3,
            trusted: 0.9,
            alone: 200,
            balance_alone: 0.3,
        }
    }
}

impl TripleWeights {
    pub(super) fn check(&self) -> Result<()> {
        Error::unless_part("alpha of a Triple-GAN", self.alpha)?;
        Error::unless_part("trusted of a Triple-GAN", self.trusted)?;
        for (what, weight) in [
            ("pseudo", self.pseudo),
            ("confidence", self.confidence),
            ("balance", self.balance),
            ("balance_alone", self.balance_alone),
        ] {
            Error::unless_at_least_zero(format!("{what} of a Triple-GAN"), weight)?;
        }
        Ok(())
    }
}
