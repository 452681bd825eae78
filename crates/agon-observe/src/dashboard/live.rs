//! A dashboard that is on the screen: what the run's thread does for it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use agon_core::{Ending, Game, Level, Moment, Result, Signal};

use super::board::Board;
use super::desk::Desk;
use super::samples::Pictures;
use super::terminal::{self, Claim};
use super::window::Window;
use crate::health::Condition;
use crate::progress::status::Status;
use crate::{StopOnInterrupt, interrupt};

/// Rounds between two that measure what only a dashboard wants.
pub(super) const MEASURED: u64 = 10;
/// Reading waits for such a round, but no longer than so many pauses between readings.
const PATIENCE: u32 = 5;
/// Warnings that are repeated when the run is over.
const REPEATED: usize = 5;

/// The run's side of a dashboard.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) desk: Arc<Desk>,
    screen: Option<(Claim, JoinHandle<()>)>,
    interrupt: StopOnInterrupt,
    pub(super) settings: Settings,
    /// When figures were last read.
    read: Option<Instant>,
    /// Which notes have been heard.
    heard: u64,
    condition: Condition,
}

/// What the user chose.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Figures are read once in so long at most.
    pub(super) pause: Duration,
    /// Where pictures go that the user asks for.
    pub(super) folder: PathBuf,
}

impl Live {
    /// On the terminal, if there is one that nobody else uses.
    pub(super) fn start(board: Board, settings: Settings) -> Option<Self> {
        if !terminal::suits() {
            return None;
        }
        let claim = Claim::stake()?;
        claim.enter().ok()?;
        let mut live = Self::without_screen(board, settings);
        let window = Window::open(Arc::clone(&live.desk)).ok()?;
        let desk = Arc::clone(&live.desk);
        let draw = move || {
            // Also when drawing panics.
            let closes = Closes(desk);
            // A terminal that is gone is no reason to stop training.
            let _ = window.run();
            drop(closes);
        };
        let thread = std::thread::Builder::new()
            .name("dashboard".to_owned())
            .spawn(draw)
            .ok()?;
        live.interrupt.listen_to_keys();
        live.screen = Some((claim, thread));
        Some(live)
    }

    pub(super) fn without_screen(board: Board, settings: Settings) -> Self {
        Self {
            desk: Arc::new(Desk::new(board)),
            screen: None,
            interrupt: StopOnInterrupt::new(),
            settings,
            read: None,
            heard: 0,
            condition: Condition::default(),
        }
    }

    /// Whether the screen's thread has gone.
    pub(super) fn is_over(&self) -> bool {
        self.desk.is_closed()
    }

    /// Whether somebody wants the run to end.
    pub(super) fn signal(&self) -> Signal {
        self.interrupt.signal()
    }

    /// Shows the start of the run.
    pub(super) fn begin<G: Game>(
        &mut self,
        moment: &mut Moment<'_, G>,
        pictures: Option<&mut Pictures<G>>,
    ) -> Result<()> {
        self.condition = Condition::begin(moment);
        // What was said in earlier rounds belongs to another run.
        let step = moment.step;
        let mut board = self.desk.board();
        for note in moment
            .all_notes()
            .unread(&mut self.heard)
            .filter(|note| note.step >= step)
        {
            board.hear(note);
        }
        drop(board);
        self.desk.board().draws = pictures.is_some();
        self.draw(moment, pictures)
    }

    /// After a round: shows what is due, and does what the keys asked for.
    pub(super) fn round<G: Game>(
        &mut self,
        moment: &mut Moment<'_, G>,
        mut pictures: Option<&mut Pictures<G>>,
    ) -> Result<Signal> {
        let now = Instant::now();
        if self.is_due(moment.step, now) || moment.total == Some(moment.step) {
            self.revive(moment.step);
            self.publish(moment)?;
        }
        let room = self.desk.room();
        if pictures
            .as_ref()
            .is_some_and(|pictures| pictures.is_due(moment.step, now, room))
        {
            self.draw(moment, pictures.as_deref_mut())?;
        }
        if self.desk.is_ordered() || interrupt::is_pressed() {
            return self.obey(moment, pictures);
        }
        Ok(Signal::Continue)
    }

    /// Whether to read the figures of round `step`.
    fn is_due(&self, step: u64, now: Instant) -> bool {
        let Some(read) = self.read else {
            return true;
        };
        let since = now.saturating_duration_since(read);
        let patience = if step.is_multiple_of(MEASURED) { 1 } else { PATIENCE };
        since >= self.settings.pause.saturating_mul(patience)
    }

    /// Reads the figures and shows them.
    pub(super) fn publish<G: Game>(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        let mut rates = Vec::new();
        for player in moment.game.players() {
            let name = format!("rate/{}", player.name());
            if moment.figures.names().all(|other| *other != name) {
                rates.push((name, player.learning_rate()));
            }
        }
        let figures = moment.figures.all()?;
        let rates = rates.iter().map(|(name, rate)| (&**name, *rate));
        let mut board = self.desk.board();
        (board.step, board.total) = (moment.step, moment.total);
        board.stopping |= interrupt::is_pressed();
        board.watch.lap(moment.step, Instant::now());
        board.record(moment.step, figures.into_iter().chain(rates));
        drop(board);
        self.hear(moment);
        self.read = Some(Instant::now());
        Ok(())
    }

    /// Takes what other observers have said since.
    pub(super) fn hear<G: Game>(&mut self, moment: &Moment<'_, G>) {
        let mut board = self.desk.board();
        board.light.condition = self.condition.level(moment);
        for note in moment.all_notes().unread(&mut self.heard) {
            board.hear(note);
        }
    }

    fn draw<G: Game>(&mut self, moment: &mut Moment<'_, G>, pictures: Option<&mut Pictures<G>>) -> Result<()> {
        if let Some(pictures) = pictures {
            let image = pictures.draw(moment.game, self.desk.room())?;
            self.desk.board().show(image, moment.step);
        }
        Ok(())
    }

    pub(super) fn say(&self, step: u64, level: Level, text: impl Into<String>) {
        self.desk.board().say(step, level, text);
    }

    /// Comes back to the screen after a panic that did not end the run.
    fn revive(&mut self, step: u64) {
        let Some((claim, _)) = self
            .screen
            .as_ref()
            .filter(|_| !terminal::is_up() && !self.desk.is_closed())
        else {
            return;
        };
        if let Some(message) = terminal::panicked() {
            self.say(step, Level::Warning, format!("a thread panicked: {message}"));
        }
        if claim.enter().is_err() {
            self.desk.close();
        }
    }

    /// Gives the terminal back and says what the run came to.
    pub(super) fn finish<G: Game>(mut self, moment: &mut Moment<'_, G>, ending: &Ending) {
        self.hear(moment);
        self.leave();
        let text = self.summary(moment.step, moment.checkpoint(), ending);
        // That nobody reads it is no reason to fail.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Gives the terminal back.
    fn leave(&mut self) {
        self.desk.close();
        if let Some((claim, thread)) = self.screen.take() {
            // What it may have panicked with has been said by the hook.
            let _ = thread.join();
            drop(claim);
        }
        self.interrupt.leave();
    }

    fn summary(&self, step: u64, checkpoint: Option<&Path>, ending: &Ending) -> String {
        let board = self.desk.board();
        let now = Instant::now();
        let groups = board.groups();
        let figures = groups
            .iter()
            .flat_map(|group| &group.members)
            .filter_map(|&i| board.series.get(i));
        let status = Status {
            step,
            total: board.total,
            rate: board.watch.mean_rate(step, now),
            elapsed: board.watch.elapsed(now),
            figures: figures.map(|series| (series.name.clone(), series.latest)).collect(),
        };
        let mut text = format!("{}\n", status.line(None));
        let warnings: Vec<_> = board
            .messages
            .iter()
            .filter(|message| message.level > Level::Info)
            .collect();
        for message in warnings.iter().skip(warnings.len().saturating_sub(REPEATED)) {
            text.push_str(&format!("round {}: {}\n", message.step, message.text));
        }
        text.push_str(&status.ended(ending));
        text.push('\n');
        if let (Ending::Stopped(_), Some(path)) = (ending, checkpoint) {
            text.push_str(&format!("to go on, resume from {}\n", path.display()));
        }
        text
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Closes the desk when it goes.
pub(super) struct Closes(pub(super) Arc<Desk>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use agon_core::{AnyPlayer, Feed, Rehearsal, Round};

    use super::*;
    use crate::Image;
    use crate::dashboard::samples::Every;
    use crate::testing::Folder;

    pub(in crate::dashboard) struct Nobody;

    impl Game for Nobody {
        type Batch = ();

        fn play(&mut self, _: &mut Feed<'_, ()>, _: &mut Round) -> Result<()> {
            Ok(())
        }

        fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
            Vec::new()
        }
    }

    pub(in crate::dashboard) fn live(folder: &Folder) -> Live {
        let settings = Settings {
            pause: Duration::ZERO,
            folder: folder.path().join("samples"),
        };
        Live::without_screen(Board::new(0, Some(10), Instant::now()), settings)
    }

    pub(in crate::dashboard) fn pictures() -> Pictures<Nobody> {
        let draw = |_: &mut Nobody, _, seed| Ok(Image::filled(2, 2, &[seed as u8]));
        Pictures::new(Every::Rounds(5), Box::new(draw))
    }

    /// Runs one more round of the rehearsal, as the trainer would.
    pub(in crate::dashboard) fn round(
        rehearsal: &mut Rehearsal<Nobody>,
        live: &mut Live,
        pictures: Option<&mut Pictures<Nobody>>,
    ) -> Result<Signal> {
        struct Watch<'a>(&'a mut Live, Option<&'a mut Pictures<Nobody>>);
        impl agon_core::Observer<Nobody> for Watch<'_> {
            fn between(&mut self, moment: &mut Moment<'_, Nobody>) -> Result<Signal> {
                self.0.round(moment, self.1.as_deref_mut())
            }
        }
        rehearsal.round(&mut Watch(live, pictures), [("loss/generator", 0.5)])
    }

    pub(in crate::dashboard) fn messages(live: &Live) -> String {
        let board = live.desk.board();
        board
            .messages
            .iter()
            .map(|message| format!("{} {}\n", message.step, message.text))
            .collect()
    }

    #[test]
    fn figures_notes_and_pictures_are_shown() {
        let folder = Folder::new("live-shows");
        let (mut live, mut pictures, mut rehearsal) = (live(&folder), pictures(), Rehearsal::of(Nobody));
        live.begin(&mut rehearsal.moment(), Some(&mut pictures)).unwrap();
        for step in 1..=7 {
            if step == 5 {
                // However long the first took.
                pictures.begin();
            }
            rehearsal.moment().note(Level::Warning, "disk", "hm");
            assert_eq!(
                round(&mut rehearsal, &mut live, Some(&mut pictures)).unwrap(),
                Signal::Continue
            );
        }
        let board = live.desk.board();
        assert_eq!((board.step, board.span()), (7, Some((1.0, 7.0))));
        assert_eq!(board.picture.as_ref().map(|picture| picture.step), Some(5));
        assert_eq!(
            (board.messages.len(), board.light.shown().map(|(level, _)| level)),
            (7, Some(Level::Warning))
        );
    }

    #[test]
    fn the_summary_says_what_the_run_came_to() {
        let folder = Folder::new("live-summary");
        let (mut live, mut rehearsal) = (live(&folder), Rehearsal::of(Nobody).total(10));
        rehearsal.moment().note(Level::Alarm, "health", "collapsed");
        round(&mut rehearsal, &mut live, None).unwrap();
        let text = live.summary(
            1,
            Some(Path::new("out/step-1")),
            &Ending::Stopped("asked to".to_owned()),
        );
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("1/10  10 %") && lines[0].ends_with("loss/generator 0.500"),
            "{text}"
        );
        assert_eq!(lines[1], "round 0: health: collapsed");
        assert!(
            lines[2].starts_with("1 round, 0:00") && lines[2].ends_with(": stopped, asked to"),
            "{text}"
        );
        assert_eq!(lines[3], "to go on, resume from out/step-1");
    }
}
