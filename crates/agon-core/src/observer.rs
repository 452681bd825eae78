use std::path::Path;

use crate::checkpoint::{self, Manifest, Writer};
use crate::ledger::Ledger;
use crate::{Ending, Error, Game, Level, Measurements, Note, Notes, Result, Wishes, guard};

/// Whether to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Go on.
    Continue,
    /// Stop after this round, for this reason.
    Stop(String),
}

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
        guard::finite(self.step, self.figures)?;
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
    /// As [`check_finite`](Self::check_finite): what has diverged is not kept. [`Error::Io`] if it cannot be
    /// written; what was there before still is.
    pub fn save(&mut self, path: impl AsRef<Path>) -> Result<()> {
        self.check_finite()?;
        let mut writer = Writer::begin(path.as_ref())?;
        let mut players = Vec::new();
        for player in self.game.players() {
            players.push(player.save(&mut writer)?);
        }
        let manifest = Manifest {
            step: self.step,
            seed: self.seed,
            position: self.position,
            players,
            memory: self.game.memory(),
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

/// Something that watches a run, and may stop it.
pub trait Observer<G: Game>: Send {
    /// What it would like to have measured; asked once, before the first round.
    fn wishes(&self) -> Wishes {
        Wishes::none()
    }

    /// Before the first round: `moment.step` is 0, or where the run was resumed.
    fn start(&mut self, _moment: &mut Moment<'_, G>) -> Result<()> {
        Ok(())
    }

    /// After each round.
    fn round(&mut self, _moment: &mut Moment<'_, G>) -> Result<Signal> {
        Ok(Signal::Continue)
    }

    /// After the last round, whatever ended the run.
    fn finish(&mut self, _moment: &mut Moment<'_, G>, _ending: &Ending) -> Result<()> {
        Ok(())
    }
}
