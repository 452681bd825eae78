//! What a sentence is worth to the one who made it.

use std::fmt::Debug;

use agon_core::{AdversarialLoss, Discriminator, Result};
use agon_losses::NonSaturating;
use burn::prelude::{Int, Tensor};
use burn::tensor::activation::sigmoid;

use super::TextDiscriminator;

/// What a sentence is worth to the one who made it, and what the judge learns.
///
/// # Example
/// ```
/// use agon_core::Discriminator;
/// use agon_models::{Reward, TextDiscriminator};
/// use burn::prelude::{Int, Tensor};
///
/// /// Raw scores, without a squash.
/// #[derive(Debug)]
/// struct Scores;
///
/// impl Reward for Scores {
///     fn worth(&self, judge: &TextDiscriminator, sequences: &Tensor<2, Int>, _real: &Tensor<2, Int>) -> Tensor<1> {
///         judge.scores_of_many(sequences).squeeze_dim(1)
///     }
/// }
/// ```
pub trait Reward: Debug + Send + 'static {
    /// What each of the sequences is worth, without a gradient: `[n]`. `real` is there to compare with.
    fn worth(&self, judge: &TextDiscriminator, sequences: &Tensor<2, Int>, real: &Tensor<2, Int>) -> Tensor<1>;

    /// The weights of the log-likelihoods of tokens, from what the sentences that each can lead to are worth in the
    /// mean.
    ///
    /// # Shapes
    /// `[batch, length]` to the same.
    fn weights(&self, worth: Tensor<2>) -> Tensor<2> {
        worth
    }

    /// An error for settings that cannot work; games ask before they play.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// What the judge minimises: the cross entropy of real and generated, unless said otherwise.
    fn judgement(&self, judge: &TextDiscriminator, real: Tensor<2, Int>, fake: Tensor<2, Int>) -> Tensor<1> {
        NonSaturating.discriminator(judge.discriminate(real), judge.discriminate(fake)) * 0.5
    }
}

/// The probability to be real: the reward of SeqGAN.
///
/// ```text
/// worth = D(sequence),    weight = worth, or worth - mean of the batch
/// ```
///
/// # References
/// Yu et al. 2017, "SeqGAN", arXiv:1609.05473. The authors' code has no baseline.
#[derive(Debug, Clone, Default)]
pub struct Realness {
    baseline: bool,
}

impl Realness {
    /// Without a baseline.
    pub const fn new() -> Self {
        Self { baseline: false }
    }

    /// Subtracts the mean over the batch at each place: the same gradient on average, with less variance.
    pub const fn with_baseline(mut self) -> Self {
        self.baseline = true;
        self
    }
}

impl Reward for Realness {
    fn worth(&self, judge: &TextDiscriminator, sequences: &Tensor<2, Int>, _real: &Tensor<2, Int>) -> Tensor<1> {
        sigmoid(judge.scores_of_many(sequences)).squeeze_dim(1)
    }

    fn weights(&self, worth: Tensor<2>) -> Tensor<2> {
        if self.baseline { above_mean(worth) } else { worth }
    }
}

/// What is above the mean of the batch at each place.
pub(super) fn above_mean(worth: Tensor<2>) -> Tensor<2> {
    worth.clone() - worth.mean_dim(0)
}
