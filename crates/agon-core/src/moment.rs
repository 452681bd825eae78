use std::path::{Path, PathBuf};

use crate::checkpoint::{self, Manifest, Reader, Writer, memory_file};
use crate::ledger::Ledger;
use crate::{Budget, Error, Game, Level, Measurements, Memory, Note, Notes, Result};

/// A run between two rounds, as observers see it.
#[derive(Debug)]
pub struct Moment<'a, G: Game> {
    /// The game: to sample from, to evaluate, to change.
    pub game: &'a mut G,
    /// The round that has just been played; 0 at the start of a new run.
    pub step: u64,
    /// How many rounds there will be, if that can be told.
    pub total: Option<u64>,
    /// How many batches have been taken from the data.
    pub position: u64,
    /// The seed of the run.
    pub seed: u64,
    /// The figures of the round; observers may add their own.
    pub figures: &'a mut Measurements,
    pub(crate) ledger: &'a mut Ledger,
}

impl<G: Game> Moment<'_, G> {
    /// An error that names the first figure so far, or the first player's weights, that are not finite.
    pub fn check_finite(&mut self) -> Result<()> {
        self.ledger.guard.look()?;
        self.ledger.guard.check(self.step, self.figures)?;
        for player in self.game.players() {
            if !player.is_finite()? {
                return Err(Error::NotFinite {
                    round: self.step,
                    name: format!("weights of {}", player.name()),
                    value: f64::NAN,
                });
            }
        }
        Ok(())
    }

    /// Writes a checkpoint of this moment as the directory `path`, which appears whole or not at all.
    ///
    /// # Errors
    /// As [`check_finite`](Self::check_finite): what has diverged is not kept. [`Error::Device`] if the state of the game
    /// or of an observer could not be read, [`Error::Io`] if it cannot be written; what was there before still is.
    pub fn save(&mut self, path: impl AsRef<Path>) -> Result<()> {
        self.check_finite()?;
        let mut writer = Writer::begin(path.as_ref())?;
        let mut players = Vec::new();
        for player in self.game.players() {
            players.push(player.save(&mut writer)?);
        }
        let memory = self.game.memory();
        memory.check()?;
        self.ledger.memories.values().try_for_each(Memory::check)?;
        let (memory, long) = memory.parted();
        for (name, bytes) in long.into_bytes() {
            writer.put(&memory_file(&name), &bytes)?;
        }
        let manifest = Manifest {
            step: self.step,
            seed: self.seed,
            position: self.position,
            players,
            memory,
            description: self.game.describe(),
            observers: self.ledger.memories.clone(),
            figures: self
                .figures
                .all()?
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            ..Manifest::of::<G>()
        };
        writer.commit(manifest)?;
        self.ledger.saved = Some(path.as_ref().to_owned());
        self.note(Level::Info, "checkpoints", format!("wrote {}", path.as_ref().display()));
        Ok(())
    }

    /// How long the run is to be, in words: `2000 rounds`, `3 epochs`.
    pub fn budget(&self) -> String {
        match (self.ledger.budget, self.total) {
            (Some(budget), _) => budget.to_string(),
            (None, Some(total)) => Budget::steps(total).to_string(),
            (None, None) => "unknown".to_owned(),
        }
    }

    /// Writes a checkpoint of this moment now, where [`Checkpoints`](crate::Checkpoints) keeps those of the run.
    ///
    /// # Errors
    /// As [`save`](Self::save), and [`Error::Config`] if the run keeps no checkpoints.
    pub fn save_now(&mut self) -> Result<()> {
        let Some(directory) = &self.ledger.checkpoints else {
            return Err(Error::config(
                "a checkpoint at once",
                "a run with `Checkpoints` among its observers",
                "one without",
            ));
        };
        self.save(checkpoint::path_at(directory, self.step))
    }

    /// The newest checkpoint that this run has written.
    pub fn checkpoint(&self) -> Option<&Path> {
        self.ledger.saved.as_deref()
    }

    /// The checkpoints beside the newest one, with their rounds, oldest first.
    pub fn checkpoints(&self) -> Vec<(u64, PathBuf)> {
        let folder = self.checkpoint().and_then(Path::parent);
        folder.map(checkpoint::in_folder).unwrap_or_default()
    }

    /// Puts the game back to where it was in a checkpoint, and answers which round that was: weights,
    /// optimizers, averages, the memory of losses and penalties.
    ///
    /// Rounds go on counting (an optimizer's schedule, which counts its player's steps, goes back), and data and
    /// random choices go on from where they are, so that what follows is
    /// not what followed the first time. Learning rates that were lowered stay lowered. Figures of this round
    /// and before are no longer asked to be finite.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] or [`Error::Io`] if the checkpoint is not whole or of another game; the game is as
    /// it was.
    pub fn go_back_to(&mut self, checkpoint: impl AsRef<Path>) -> Result<u64> {
        let reader = Reader::open(checkpoint)?;
        reader.check_game::<G>()?;
        reader.check_files()?;
        let paces: Vec<f64> = self.game.players().iter().map(|player| player.pace()).collect();
        reader.restore(self.game)?;
        for (player, pace) in self.game.players().into_iter().zip(paces) {
            player.set_pace(pace.min(player.pace()));
        }
        self.ledger.guard.forgive(self.step);
        Ok(reader.manifest().step)
    }

    /// Keeps an observer's own state in every checkpoint that is written from now on. What is said in
    /// [`Observer::round`](crate::Observer::round) is in the checkpoint of the same round.
    pub fn remember(&mut self, observer: impl Into<String>, memory: Memory) {
        self.ledger.memories.insert(observer.into(), memory);
    }

    /// What [`remember`](Self::remember) kept, in this run or the one that it resumes.
    pub fn remembered(&self, observer: &str) -> Option<&Memory> {
        self.ledger.memories.get(observer)
    }

    /// Leaves a note for the other observers. `source` is who says so: `health`, `checkpoints`.
    pub fn note(&mut self, level: Level, source: impl Into<String>, text: impl Into<String>) {
        self.ledger.notes.leave(Note {
            step: self.step,
            level,
            source: source.into(),
            text: text.into(),
        });
    }

    /// The notes of this round so far. Observers that stand later in the line may leave more:
    /// [`Notes::unread`] misses none.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        let step = self.step;
        self.ledger.notes.iter().filter(move |note| note.step == step)
    }

    /// The notes of the run, the newest thousand of them.
    ///
    /// # Example
    /// ```
    /// # use agon_core::{Game, Moment, Observer, Result, Signal};
    /// /// Counts the alarms of a run.
    /// #[derive(Default)]
    /// struct Alarms {
    ///     read: u64,
    ///     count: usize,
    /// }
    ///
    /// impl<G: Game> Observer<G> for Alarms {
    ///     fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
    ///         let unread = moment.all_notes().unread(&mut self.read);
    ///         self.count += unread.filter(|note| note.level == agon_core::Level::Alarm).count();
    ///         Ok(Signal::Continue)
    ///     }
    /// }
    /// ```
    pub fn all_notes(&self) -> &Notes {
        &self.ledger.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AnyPlayer, Feed, Rehearsal, Round};

    /// A game whose state cannot be read.
    struct Forgetful;

    impl Game for Forgetful {
        type Batch = ();

        fn play(&mut self, _: &mut Feed<'_, ()>, _: &mut Round) -> Result<()> {
            Ok(())
        }

        fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
            Vec::new()
        }

        fn memory(&self) -> Memory {
            Memory::new().nest("penalty0", Memory::new().without("mean", "the device is gone"))
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_saved_as_nothing() {
        let path = std::env::temp_dir().join(format!("agon-forgetful-{}", std::process::id()));
        let error = Rehearsal::of(Forgetful).moment().save(&path).unwrap_err();
        assert!(matches!(&error, Error::Device(_)), "{error}");
        assert!(
            error
                .to_string()
                .contains("`mean` cannot be remembered: the device is gone"),
            "{error}"
        );
        assert!(!path.exists());
    }
}
