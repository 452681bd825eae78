use crate::player::short_type_name;
use crate::{AnyPlayer, Feed, Memory, Optimizer, Result, Round, Sample};

/// Who plays, and how one round goes.
///
/// A variant of adversarial training with its own players is one type which implements this; everything
/// else (trainer, checkpoints, observers, min-max methods) is shared.
pub trait Game: Send {
    /// What the data gives it.
    type Batch;

    /// Plays one round, taking as many batches as it needs.
    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()>;

    /// Everybody who learns.
    fn players(&mut self) -> Vec<&mut dyn AnyPlayer>;

    /// Everybody learns by this rule.
    ///
    /// A game which replaces its players' rules during a run has to override this, and one around another has to pass it on.
    fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self
    where
        Self: Sized,
    {
        let optimizer = optimizer.into();
        for player in self.players() {
            player.set_optimizer(optimizer.clone());
        }
        self
    }

    /// What it is, with its settings, in one line: for reports and manifests.
    fn describe(&self) -> String {
        short_type_name::<Self>()
    }

    /// Small state besides the players', to keep in a checkpoint.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Takes that state back.
    fn recall(&mut self, _memory: &Memory) {}
}

/// A game that can show what its generator makes.
pub trait Sampling {
    /// What it makes.
    type Sample: Sample;

    /// `n` samples from seeded codes, as one would use the generator after training.
    fn sample(&self, n: usize, seed: u64) -> Self::Sample;
}
