use crate::ledger::Ledger;
use crate::{Ending, Game, Measurements, Moment, Notes, Observer, Result, Signal};

/// A run without a trainer, to try an observer on: rounds pass, and nothing is played unless you do.
///
/// # Example
/// ```
/// use agon_core::{Game, Level, Moment, Observer, Rehearsal, Result, Signal};
/// # use agon_core::{AnyPlayer, Feed, Round};
/// # struct Nobody;
/// # impl Game for Nobody {
/// #     type Batch = ();
/// #     fn play(&mut self, _: &mut Feed<'_, ()>, _: &mut Round) -> Result<()> { Ok(()) }
/// #     fn players(&mut self) -> Vec<&mut dyn AnyPlayer> { Vec::new() }
/// # }
///
/// struct Patience(f64);
///
/// impl<G: Game> Observer<G> for Patience {
///     fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
///         if moment.figures.get("loss")?.is_some_and(|loss| loss > self.0) {
///             moment.note(Level::Warning, "patience", "the loss is too high");
///         }
///         Ok(Signal::Continue)
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let mut rehearsal = Rehearsal::of(Nobody);
/// rehearsal.round(&mut Patience(1.0), [("loss", 0.5)])?;
/// rehearsal.round(&mut Patience(1.0), [("loss", 2.0)])?;
/// assert_eq!(rehearsal.notes().iter().map(|note| note.step).collect::<Vec<_>>(), [2]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Rehearsal<G> {
    game: G,
    step: u64,
    total: Option<u64>,
    seed: u64,
    figures: Measurements,
    ledger: Ledger,
}

impl<G: Game> Rehearsal<G> {
    /// Of this game, before the first round, with seed 0.
    pub fn of(game: G) -> Self {
        Self {
            game,
            step: 0,
            total: None,
            seed: 0,
            figures: Measurements::default(),
            ledger: Ledger::default(),
        }
    }

    /// Of a run with this seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Of a run of so many rounds.
    pub fn total(mut self, rounds: u64) -> Self {
        self.total = Some(rounds);
        self
    }

    /// Of a run that was resumed after so many rounds.
    pub fn at(mut self, step: u64) -> Self {
        self.step = step;
        self
    }

    /// The game.
    pub fn game(&mut self) -> &mut G {
        &mut self.game
    }

    /// The notes so far.
    pub fn notes(&self) -> &Notes {
        &self.ledger.notes
    }

    /// The figures of the last round.
    pub fn figures(&self) -> &Measurements {
        &self.figures
    }

    /// The run as observers see it now.
    pub fn moment(&mut self) -> Moment<'_, G> {
        Moment {
            game: &mut self.game,
            step: self.step,
            total: self.total,
            position: self.step,
            seed: self.seed,
            figures: &mut self.figures,
            ledger: &mut self.ledger,
        }
    }

    /// Tells the observer that the run begins.
    pub fn start(&mut self, observer: &mut dyn Observer<G>) -> Result<()> {
        observer.start(&mut self.moment())
    }

    /// Tells the observer that one more round has been played, with these figures.
    pub fn round<'a>(
        &mut self,
        observer: &mut dyn Observer<G>,
        figures: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<Signal> {
        self.step += 1;
        self.figures = Measurements::default();
        for (name, value) in figures {
            self.figures.add_known(name.to_owned(), value);
        }
        let signal = observer.round(&mut self.moment())?;
        let between = observer.between(&mut self.moment())?;
        Ok(signal.or(between))
    }

    /// Tells the observer that the run is over.
    pub fn finish(&mut self, observer: &mut dyn Observer<G>, ending: &Ending) -> Result<()> {
        observer.finish(&mut self.moment(), ending)
    }
}
