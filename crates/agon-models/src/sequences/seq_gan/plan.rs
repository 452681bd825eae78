//! How a game goes.

use agon_core::{Error, Result};
use burn::config::Config;

/// How a game of [`SeqGan`](super::SeqGan) goes; the defaults are the authors', for 10,000 sequences in batches of 64.
#[derive(Config, Debug)]
pub struct SeqGanConfig {
    /// Rounds of maximum likelihood, a batch each, before anything else (120 epochs).
    #[config(default = 18_720)]
    pub likelihood_rounds: u64,
    /// Rounds in which only the discriminator learns, before the contest.
    #[config(default = 50)]
    pub discriminator_rounds: u64,
    /// Steps of the policy gradient in a round of the contest.
    #[config(default = 1)]
    pub generator_steps: usize,
    /// How often in a round of the contest the discriminator learns from new samples.
    #[config(default = 5)]
    pub discriminator_steps: usize,
    /// Batches of new samples each time.
    #[config(default = 156)]
    pub negatives: usize,
    /// How often it sees each of them.
    #[config(default = 3)]
    pub epochs: usize,
    /// Completions of each beginning of a sequence.
    #[config(default = 16)]
    pub rollouts: usize,
    /// How much of itself the policy that completes keeps in a round.
    #[config(default = 0.8)]
    pub lag: f64,
    /// Decay of the discriminator's last layer.
    #[config(default = 0.2)]
    pub decay: f64,
}

/// What a round is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Likelihood,
    Discriminator,
    Contest,
}

impl SeqGanConfig {
    pub(super) fn part(&self, step: u64) -> Part {
        let alone = self.likelihood_rounds;
        match step.saturating_sub(alone.saturating_add(self.discriminator_rounds)) {
            _ if step <= alone => Part::Likelihood,
            0 => Part::Discriminator,
            _ => Part::Contest,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        if [self.rollouts, self.negatives, self.epochs, self.generator_steps].contains(&0) {
            let got = format!(
                "{} rollouts, {} negatives, {} epochs, {} steps of the generator",
                self.rollouts, self.negatives, self.epochs, self.generator_steps
            );
            return Err(Error::config("plan of SeqGAN", "at least one of each", got));
        }
        Error::unless_part("the lag of SeqGAN", self.lag)?;
        Error::unless_at_least_zero("the decay of SeqGAN's judge", self.decay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_follow_each_other() {
        let plan = SeqGanConfig::new()
            .with_likelihood_rounds(2)
            .with_discriminator_rounds(1);
        let parts: Vec<Part> = (1..=5).map(|step| plan.part(step)).collect();
        assert_eq!(
            parts,
            [
                Part::Likelihood,
                Part::Likelihood,
                Part::Discriminator,
                Part::Contest,
                Part::Contest
            ]
        );
    }
}
