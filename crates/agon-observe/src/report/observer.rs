use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use agon_core::checkpoint::write_atomically;
use agon_core::{Ending, Error, Game, Moment, Observer, Result, Sampling, Signal, Wish, Wishes};

use super::contents::{Command, Contents, Described};
use super::environment::{command, environment};
use crate::strip::{self, Strip};
use crate::{Drawable, Image};

/// Keeps one HTML file that shows the run: curves to zoom into, samples over time, figures, notes, the
/// players' settings, the environment, and the commands that run it again.
///
/// The file needs nothing but itself: no network, no other files. It is written anew every few seconds, and
/// appears whole or not at all, so a run that is killed leaves the last one. It stays small however long the
/// run: of each figure 2,000 points at most are kept (the lowest, highest and last of each stretch of rounds),
/// of each kind of pictures 40, evenly thinned. Writing takes 2 % of the time at most: when it is slow, it is
/// rarer. Each new checkpoint has it written at once, so that a run which is killed and resumed from there has
/// no gap (unless it was killed between the two).
///
/// A resumed run continues the report that is there: what came after the round it is resumed at is
/// forgotten, and comes again. So the curves and pictures of a run that was stopped and resumed are those of
/// the one that never was. A new run takes the place of an old report when it has played its first rounds.
///
/// Add it after the observers which add figures and write checkpoints, so that it sees them.
///
/// # Errors
/// If samples cannot be drawn, or the file not written, the run ends with an error that says which.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Sampling, Trainer};
/// # use burn::prelude::Tensor;
/// use agon_observe::Report;
///
/// # fn example(game: impl Game + Sampling<Sample = Tensor<4>> + 'static) {
/// let report = Report::every(10)
///     .title("Digits")
///     .samples(200, 8)
///     .resumed_by("cargo run -- --resume")
///     .to("out/report.html");
/// Trainer::new(game).observe(report);
/// # }
/// ```
pub struct Report<G> {
    every: u64,
    path: PathBuf,
    title: Option<String>,
    strips: Vec<Strip<G>>,
    pause: Duration,
    commands: Vec<Command>,
    contents: Contents,
    clock: Option<Clock>,
    /// Whether a round has been played.
    begun: bool,
    /// The newest checkpoint that was seen.
    saved: Option<PathBuf>,
    /// How many notes of the run were taken over.
    read: u64,
}

/// What the time was when.
#[derive(Debug, Clone, Copy)]
struct Clock {
    started: Instant,
    /// What earlier parts of the run took.
    before: f64,
    /// The last time the file was written, and how long that took.
    written: Option<(Instant, Duration)>,
}

const PAUSE: Duration = Duration::from_secs(5);
/// Writing may take one part in so many of the time.
const SHARE: u32 = 50;

impl<G> Report<G> {
    /// With the figures of every so many rounds, as `report.html`, at most every five seconds.
    pub fn every(rounds: u64) -> Self {
        Self {
            every: rounds,
            path: PathBuf::from("report.html"),
            title: None,
            strips: Vec::new(),
            pause: PAUSE,
            commands: Vec::new(),
            contents: Contents::default(),
            clock: None,
            begun: false,
            saved: None,
            read: 0,
        }
    }

    /// As this file; its folder is made if need be.
    pub fn to(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = path.into();
        self
    }

    /// What stands at the top; the name of the program unless said otherwise.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Shows `side` by `side` samples from the same codes, after every so many rounds.
    pub fn samples(mut self, every: u64, side: usize) -> Self
    where
        G: Sampling<Sample: Drawable>,
    {
        self.strips.push(Strip::samples(every, side));
        self
    }

    /// Shows what `draw` makes of the game, after every so many rounds, under this name.
    pub fn pictures(
        mut self,
        name: impl Into<String>,
        every: u64,
        draw: impl Fn(&G) -> Result<Image> + Send + 'static,
    ) -> Self {
        self.strips.push(Strip::of(name, every, draw));
        self
    }

    /// The command that goes on from the last checkpoint.
    pub fn resumed_by(mut self, command: impl Into<String>) -> Self {
        self.commands.push(Command {
            what: "Go on from the last checkpoint".to_owned(),
            text: command.into(),
        });
        self
    }

    /// The command that does the same once more.
    pub fn repeated_by(mut self, command: impl Into<String>) -> Self {
        self.commands.push(Command {
            what: "Do the same once more".to_owned(),
            text: command.into(),
        });
        self
    }

    /// Writes the file at most once in so long.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    fn check(&self) -> Result<()> {
        if self.every == 0 {
            return Err(Error::config(
                "the rounds between two points of a report",
                "at least 1",
                0,
            ));
        }
        strip::check(&self.strips)
    }

    /// Begins at round `step`.
    fn begin(&mut self, step: u64, seed: u64) -> Result<()> {
        self.check()?;
        let title = self.title.clone().unwrap_or_else(program);
        let old = match step {
            0 => None,
            _ => fs::read_to_string(&self.path).ok(),
        };
        let continued = old.and_then(|html| Contents::continued(&html, &title, seed, step));
        self.contents = continued.unwrap_or_else(|| Contents::new(&title, seed));
        self.contents.commands = vec![Command {
            what: "The command of this run".to_owned(),
            text: command(),
        }];
        self.contents.commands.extend(self.commands.iter().cloned());
        self.clock = Some(Clock {
            started: Instant::now(),
            before: self.contents.seconds,
            written: None,
        });
        Ok(())
    }

    /// Draws the pictures that are due, or all of them.
    fn draw(&mut self, step: u64, game: &G, all: bool) -> Result<bool> {
        let mut drawn = false;
        for strip in &self.strips {
            let pictures = self.contents.pictures(&strip.name, strip.every);
            if (all || step.is_multiple_of(strip.every)) && !pictures.has(step) {
                pictures.push(step, &(strip.draw)(game)?)?;
                drawn = true;
            }
        }
        Ok(drawn)
    }

    /// Whether it is time to write.
    fn is_due(&self) -> bool {
        self.clock
            .and_then(|clock| clock.written)
            .is_none_or(|(when, took)| when.elapsed() >= self.pause.max(took * SHARE))
    }

    fn write(&mut self) -> Result<()> {
        let begun = Instant::now();
        if let Some(clock) = &self.clock {
            self.contents.seconds = clock.before + clock.started.elapsed().as_secs_f64();
        }
        self.contents.updated = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        write_atomically(&self.path, self.contents.html()?.as_bytes())?;
        if let Some(clock) = &mut self.clock {
            clock.written = Some((Instant::now(), begun.elapsed()));
        }
        Ok(())
    }
}

/// The name of the program, as a title.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| "agon".to_owned())
}

impl<G: Game> Report<G> {
    /// Takes over what the moment says of the run.
    fn look(&mut self, moment: &mut Moment<'_, G>) {
        self.contents.step = moment.step;
        self.contents.total = moment.total;
        for note in moment.all_notes().unread(&mut self.read) {
            self.contents.note(note.clone());
        }
    }

    /// Writes what is known by now.
    fn update(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.look(moment);
        self.describe(moment);
        self.write()
    }

    fn describe(&mut self, moment: &mut Moment<'_, G>) {
        let players = moment.game.players();
        if let Some(player) = players.first()
            && self.contents.environment.is_empty()
        {
            self.contents.environment = environment(&player.device());
        }
        self.contents.players = players.into_iter().map(|player| Described::of(player)).collect();
        self.contents.game = moment.game.describe();
    }
}

impl<G: Game> Observer<G> for Report<G> {
    fn wishes(&self) -> Wishes {
        Wishes::of([Wish::Rates, Wish::Gradients]).every(self.every)
    }

    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.begin(moment.step, moment.seed)?;
        self.describe(moment);
        if moment.step == 0 {
            self.draw(0, moment.game, true)?;
        }
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.contents.played += 1;
        self.begun = true;
        let mut news = self.draw(moment.step, moment.game, false)?;
        if moment.step.is_multiple_of(self.every) {
            self.contents.record(moment.step, moment.figures)?;
            news = true;
        }
        if news && self.is_due() {
            self.update(moment)?;
        }
        Ok(Signal::Continue)
    }

    fn between(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.look(moment);
        if moment.checkpoint() != self.saved.as_deref() {
            self.saved = moment.checkpoint().map(Path::to_owned);
            self.update(moment)?;
        }
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        // A run that was refused before its first round leaves an older report alone.
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        self.look(moment);
        self.contents.end(ending);
        // A game that failed may not be whole, and is not looked at.
        let drawn = match ending {
            Ending::Failed(_) => Ok(false),
            Ending::Spent | Ending::Stopped(_) => {
                self.describe(moment);
                self.draw(moment.step, moment.game, true)
            }
        };
        self.write()?;
        drawn.map(|_| ())
    }
}

impl<G> std::fmt::Debug for Report<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report")
            .field("every", &self.every)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
