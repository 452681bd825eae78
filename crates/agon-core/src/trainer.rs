use std::path::PathBuf;
use std::time::{Duration, Instant};

use burn::prelude::Device;

use crate::checkpoint::{self, Reader};
use crate::ledger::Ledger;
use crate::{
    AnyPlayer, Batches, Budget, Error, Feed, Game, Guard, Measurements, Moment, Notes, Observer, Result, Round, Signal,
    Wishes, panics, random,
};

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The budget is spent.
    Spent,
    /// An observer said stop, for this reason.
    Stopped(String),
    /// An error ended it.
    Failed(String),
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Rounds played since the beginning, resumed ones included.
    pub steps: u64,
    /// Why it ended.
    pub ending: Ending,
    /// How long this part of the run took.
    pub elapsed: Duration,
    /// The last checkpoint of the run, to resume from.
    pub checkpoint: Option<PathBuf>,
}

/// Plays a game until the budget is spent or an observer says stop.
///
/// The seed decides everything: initial weights (unless they have values already), codes, the order of the
/// data. A run that was stopped and resumed equals the run that never was.
///
/// # Errors
/// [`run`](Self::run) turns panics in networks, losses, data and observers into [`Error::Panic`] with the
/// round's number, and NaN or infinity in any figure into [`Error::NotFinite`] with its name.
pub struct Trainer<G: Game> {
    game: G,
    seed: Option<u64>,
    observers: Vec<Box<dyn Observer<G>>>,
    resume: Option<PathBuf>,
    wishes: Wishes,
    at: Place,
    /// The figures of the last round.
    last: Measurements,
    ledger: Ledger,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    seed: u64,
    step: u64,
    position: u64,
    prepared: bool,
}

impl<G: Game> Trainer<G> {
    /// A run of this game with seed 0.
    pub fn new(game: G) -> Self {
        Self {
            game,
            seed: None,
            observers: Vec::new(),
            resume: None,
            wishes: Wishes::none(),
            at: Place::default(),
            last: Measurements::default(),
            ledger: Ledger::default(),
        }
    }

    /// Decides every random choice of the run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Has somebody watch. Observers are called in the order in which they were added.
    pub fn observe(mut self, observer: impl Observer<G> + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// How often figures are looked at for NaN and infinity; every 100 rounds unless said otherwise.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.ledger.guard = guard;
        self
    }

    /// Has these figures measured, besides those that observers ask for.
    ///
    /// # Example
    /// ```
    /// # use agon_core::{Game, Trainer};
    /// use agon_core::{Wish, Wishes};
    ///
    /// # fn example(game: impl Game) {
    /// Trainer::new(game).measure(Wishes::of([Wish::Gradients, Wish::Rates]).every(10));
    /// # }
    /// ```
    pub fn measure(mut self, wishes: Wishes) -> Self {
        self.wishes = self.wishes.and(wishes);
        self
    }

    /// Goes on from a checkpoint: a checkpoint directory, or `.../latest` or `.../best` beside them.
    pub fn resume(mut self, checkpoint: impl Into<PathBuf>) -> Self {
        self.resume = Some(checkpoint.into());
        self
    }

    /// The game.
    pub fn game(&self) -> &G {
        &self.game
    }

    /// The game, when the run is over.
    pub fn into_game(self) -> G {
        self.game
    }

    /// What observers told each other.
    pub fn notes(&self) -> &Notes {
        &self.ledger.notes
    }

    /// Plays until the budget is spent, an observer stops the run, or something fails.
    pub fn run(&mut self, mut data: impl Batches<Batch = G::Batch>, budget: Budget) -> Result<Outcome> {
        let started = Instant::now();
        self.ledger.budget = Some(budget);
        caught(self.at.step, || self.prepare())?;
        let device = self.device()?;
        let place = self.at;
        let mut feed = caught(place.step, || {
            Feed::new(&mut data, device.clone(), place.seed, place.position)
        })?;
        if budget.needs_epochs() && feed.per_epoch().is_none() {
            return Err(Error::config("budget", "steps, since this data never ends", "epochs"));
        }
        let result = self.play_all(&mut feed, &device, budget);
        let ending = match &result {
            Ok(ending) => ending.clone(),
            Err(error) => Ending::Failed(error.to_string()),
        };
        let finished = self.finish(&ending, budget, feed.per_epoch());
        if matches!(result, Err(Error::NotFinite { .. })) {
            // It is said now, and not once more should the run be continued.
            self.ledger.guard.forgive(self.at.step);
        }
        // Whatever is still on its way fails here and not in somebody else's call, and a program that ends next
        // does not take its driver away from a device at work.
        let settled = device.sync().map_err(Error::device);
        let ending = result?;
        finished.and(settled)?;
        Ok(Outcome {
            steps: self.at.step,
            ending,
            elapsed: started.elapsed(),
            checkpoint: self.ledger.saved.clone(),
        })
    }

    fn prepare(&mut self) -> Result<()> {
        if self.at.prepared {
            return Ok(());
        }
        let reader = self.resume.as_ref().map(Reader::open).transpose()?;
        self.at.seed = match (&reader, self.seed) {
            (Some(reader), Some(seed)) if seed != reader.manifest().seed => {
                let expected = format!("{}, as the run to be resumed", reader.manifest().seed);
                return Err(Error::config("seed", expected, seed));
            }
            (Some(reader), _) => reader.manifest().seed,
            (None, seed) => seed.unwrap_or_default(),
        };
        if let Some(reader) = &reader {
            reader.check_game::<G>()?;
        }
        self.check_names()?;
        for (index, player) in self.game.players().into_iter().enumerate() {
            player.initialize(random::mix(self.at.seed, 0x1417 + index as u64))?;
        }
        if let Some(reader) = reader {
            reader.restore(&mut self.game)?;
            let manifest = reader.manifest();
            (self.at.step, self.at.position) = (manifest.step, manifest.position);
            self.ledger.memories = manifest.observers.clone();
            self.ledger.saved = Some(reader.path().to_owned());
        }
        // Until here a run that could not be resumed is one that still has to be.
        self.resume = None;
        self.at.prepared = true;
        Ok(())
    }

    /// An error for players whose files and figures could not be told apart.
    fn check_names(&mut self) -> Result<()> {
        let players = self.game.players();
        for (index, player) in players.iter().enumerate() {
            let name = player.name();
            if !checkpoint::is_file_name(name) {
                let expected = "one that can begin the name of a file";
                return Err(Error::config("the name of a player", expected, format!("`{name}`")));
            }
            if players[..index].iter().any(|other| other.name() == name) {
                let got = format!("two of the name `{name}`");
                return Err(Error::config(
                    "players",
                    "different names (`Player::named`, `Gan::numbered`)",
                    got,
                ));
            }
        }
        Ok(())
    }

    /// An error for a learning rate that a schedule of one's own has made something else.
    fn check_rates(&mut self) -> Result<()> {
        for player in self.game.players() {
            let rate = player.learning_rate();
            if !(rate.is_finite() && rate >= 0.0) {
                let what = format!("learning rate of `{}` after {} steps", player.name(), player.steps());
                return Err(Error::config(what, "a finite number >= 0", rate));
            }
        }
        Ok(())
    }

    fn device(&mut self) -> Result<Device> {
        match self.game.players().first() {
            Some(player) => Ok(player.device().autodiff()),
            None => Err(Error::config("game", "at least one player", "none")),
        }
    }

    fn play_all(&mut self, feed: &mut Feed<'_, G::Batch>, device: &Device, budget: Budget) -> Result<Ending> {
        let per_epoch = feed.per_epoch();
        let asked = self.observers.iter().map(|observer| observer.wishes());
        let wishes = asked.fold(self.wishes, Wishes::and);
        self.notify(&mut Measurements::default(), budget, per_epoch, |observer, moment| {
            observer.start(moment)
        })?;
        while !budget.is_spent(self.at.step, self.at.position, per_epoch) {
            if let Signal::Stop(reason) = self.play_round(feed, device, budget, wishes)? {
                self.look(budget, per_epoch)?;
                return Ok(Ending::Stopped(reason));
            }
        }
        self.look(budget, per_epoch)?;
        Ok(Ending::Spent)
    }

    fn play_round(
        &mut self,
        feed: &mut Feed<'_, G::Batch>,
        device: &Device,
        budget: Budget,
        wishes: Wishes,
    ) -> Result<Signal> {
        let mut round = Round::new(self.at.step + 1, self.at.seed, device.clone()).wishing(wishes);
        let played = caught(round.step(), || {
            self.check_rates()?;
            self.game.play(feed, &mut round)
        });
        if let Err(error) = played {
            // A panic may have left them halfway.
            self.game.players().into_iter().for_each(AnyPlayer::settle);
            return self.mend(error, budget, feed.per_epoch()).map(|()| Signal::Continue);
        }
        self.at.step += 1;
        self.at.position = feed.position();
        self.tell(round.into_measurements(), budget, feed.per_epoch())
    }

    /// Tells every observer that a round has been played, and then, as soon as what is not finite has been mended, that
    /// all of them know.
    fn tell(&mut self, mut figures: Measurements, budget: Budget, per_epoch: Option<u64>) -> Result<Signal> {
        let (first, told) = self.ask(&mut figures, budget, per_epoch, |observer, moment| {
            observer.round(moment)
        });
        self.last = figures.clone();
        told.or_else(|error| self.mend(error, budget, per_epoch))?;
        let (second, told) = self.ask(&mut figures, budget, per_epoch, |observer, moment| {
            observer.between(moment)
        });
        self.last = figures.clone();
        let watched = told.and_then(|()| self.ledger.guard.watch(self.at.step, figures));
        watched.or_else(|error| self.mend(error, budget, per_epoch))?;
        Ok(first.or(second))
    }

    /// Reads the figures that nobody has looked at yet.
    fn look(&mut self, budget: Budget, per_epoch: Option<u64>) -> Result<()> {
        let looked = self.ledger.guard.look();
        looked.or_else(|error| self.mend(error, budget, per_epoch))
    }

    /// Asks the observers one after the other to mend what can be mended; the error stays if none does. What has been
    /// mended is not asked for again.
    fn mend(&mut self, error: Error, budget: Budget, per_epoch: Option<u64>) -> Result<()> {
        if !matches!(error, Error::NotFinite { .. }) {
            return Err(error);
        }
        let mut mended = false;
        let mut figures = self.last.clone();
        self.notify(&mut figures, budget, per_epoch, |observer, moment| {
            mended = mended || observer.mend(moment, &error)?;
            Ok(())
        })?;
        if !mended {
            return Err(error);
        }
        self.ledger.guard.forgive(self.at.step);
        Ok(())
    }

    /// Tells every observer that the run is over, in the opposite order, so that those who report know what
    /// those after them have written. Nobody is left out because another failed.
    fn finish(&mut self, ending: &Ending, budget: Budget, per_epoch: Option<u64>) -> Result<()> {
        let mut figures = std::mem::take(&mut self.last);
        let mut observers = std::mem::take(&mut self.observers);
        let mut result = Ok(());
        for observer in observers.iter_mut().rev() {
            let mut moment = self.moment(&mut figures, budget, per_epoch);
            let step = moment.step;
            let finished = caught(step, || observer.finish(&mut moment, ending));
            result = result.and(finished);
        }
        self.observers = observers;
        result
    }

    fn moment<'a>(
        &'a mut self,
        figures: &'a mut Measurements,
        budget: Budget,
        per_epoch: Option<u64>,
    ) -> Moment<'a, G> {
        let Place {
            seed, step, position, ..
        } = self.at;
        Moment {
            game: &mut self.game,
            step,
            total: budget.total(step, position, per_epoch),
            position,
            seed,
            figures,
            ledger: &mut self.ledger,
        }
    }

    /// Asks every observer, also when one of them says stop or fails. What the first says who wants to stop, and the
    /// first error.
    fn ask(
        &mut self,
        figures: &mut Measurements,
        budget: Budget,
        per_epoch: Option<u64>,
        call: impl Fn(&mut dyn Observer<G>, &mut Moment<'_, G>) -> Result<Signal>,
    ) -> (Signal, Result<()>) {
        let (mut signal, mut result) = (Signal::Continue, Ok(()));
        let asked = self.notify(figures, budget, per_epoch, |observer, moment| {
            match (caught(moment.step, || call(observer, moment)), &signal) {
                (Ok(said), Signal::Continue) => signal = said,
                (Ok(_), _) => {}
                (Err(error), _) if result.is_ok() => result = Err(error),
                (Err(_), _) => {}
            }
            Ok(())
        });
        (signal, result.and(asked))
    }

    /// Calls the observers in their order, until one fails.
    fn notify(
        &mut self,
        figures: &mut Measurements,
        budget: Budget,
        per_epoch: Option<u64>,
        mut call: impl FnMut(&mut dyn Observer<G>, &mut Moment<'_, G>) -> Result<()>,
    ) -> Result<()> {
        let mut observers = std::mem::take(&mut self.observers);
        let result = observers.iter_mut().try_for_each(|observer| {
            let mut moment = self.moment(figures, budget, per_epoch);
            caught(moment.step, || call(&mut **observer, &mut moment))
        });
        self.observers = observers;
        result
    }
}

/// Runs code that may be anybody's, and turns a panic into an error.
fn caught<T>(round: u64, work: impl FnOnce() -> Result<T>) -> Result<T> {
    panics::caught(work).unwrap_or_else(|message| Err(Error::Panic { round, message }))
}

impl<G: Game> std::fmt::Debug for Trainer<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("at", &self.at)
            .field("observers", &self.observers.len())
            .finish_non_exhaustive()
    }
}
