use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use agon_core::{Ending, Game, Measurements, Moment, Observer, Result, Signal};
use ratatui::crossterm::terminal::window_size;

use super::status::Status;

/// Says on the standard error how far the run has come: rounds, rounds per second, time left, and the newest
/// figures.
///
/// On a terminal it is one line that is redrawn up to ten times a second; elsewhere (in a file, through a
/// pipe) a plain line every ten seconds. Figures are read from the device only when they are shown, so that
/// the rounds in between run undisturbed. That a line cannot be shown never ends a run.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Trainer};
/// use agon_observe::Progress;
///
/// # fn example(game: impl Game + 'static) {
/// Trainer::new(game).observe(Progress::new());
/// # }
/// ```
pub struct Progress {
    out: Box<dyn Write + Send>,
    redraws: bool,
    pause: Duration,
    clock: Option<Clock>,
    status: Status,
}

/// When what was seen.
#[derive(Debug, Clone, Copy)]
struct Clock {
    started: Instant,
    first: u64,
    shown: Instant,
    shown_at: u64,
}

const REDRAW: Duration = Duration::from_millis(100);
const PLAIN: Duration = Duration::from_secs(10);
/// Of a terminal that does not tell how wide it is.
const WIDTH: usize = 80;
/// How much the newest rate counts beside the earlier ones.
const NEWEST: f64 = 0.2;

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// On the standard error.
    pub fn new() -> Self {
        let err = std::io::stderr();
        let redraws = err.is_terminal();
        Self::on(Box::new(err), redraws)
    }

    fn on(out: Box<dyn Write + Send>, redraws: bool) -> Self {
        let pause = if redraws { REDRAW } else { PLAIN };
        Self {
            out,
            redraws,
            pause,
            clock: None,
            status: Status::default(),
        }
    }

    /// Says something at most once in so long. 0.1 seconds on a terminal and 10 elsewhere, unless said
    /// otherwise.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    fn begin(&mut self, step: u64, total: Option<u64>) {
        self.clock = Some(Clock::new(step));
        self.status = Status {
            step,
            total,
            ..Status::default()
        };
        if self.redraws {
            self.show();
        }
    }

    /// Shows the figures if it is time to.
    fn tick(&mut self, step: u64, total: Option<u64>, figures: &Measurements) -> Result<()> {
        let clock = self.clock.get_or_insert_with(|| Clock::new(step.saturating_sub(1)));
        if clock.shown.elapsed() < self.pause && total != Some(step) {
            return Ok(());
        }
        self.status.figures = figures
            .all()?
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        self.status.rate = clock.rate(step, self.status.rate);
        self.status.elapsed = clock.started.elapsed();
        (self.status.step, self.status.total) = (step, total);
        self.show();
        Ok(())
    }

    fn end(&mut self, step: u64, ending: &Ending) {
        let clock = self.clock.take().unwrap_or_else(|| Clock::new(step));
        self.status.step = step;
        self.status.rate = clock.mean_rate(step);
        self.status.elapsed = clock.started.elapsed();
        let summary = self.status.ended(ending);
        let before = if self.redraws { "\n" } else { "" };
        self.say(&format!("{before}{summary}\n"));
    }

    fn show(&mut self) {
        if self.redraws {
            let line = self.status.line(Some(width()));
            self.say(&format!("\r{line}\x1b[K"));
        } else {
            let line = self.status.line(None);
            self.say(&format!("{line}\n"));
        }
    }

    /// That nobody listens is no reason to stop.
    fn say(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// The characters of a line. The last column is left free: some terminals begin a new line when it is written.
fn width() -> usize {
    let variable = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let window = || window_size().ok().map(|window| usize::from(window.columns));
    let width = variable.or_else(window).filter(|width| *width > 0);
    width.unwrap_or(WIDTH) - 1
}

impl Clock {
    fn new(step: u64) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            first: step,
            shown: now,
            shown_at: step,
        }
    }

    /// Rounds per second since the line was last shown, smoothed.
    fn rate(&mut self, step: u64, before: Option<f64>) -> Option<f64> {
        let seconds = self.shown.elapsed().as_secs_f64();
        let newest = step.checked_sub(self.shown_at)? as f64 / seconds.max(1e-9);
        (self.shown, self.shown_at) = (Instant::now(), step);
        Some(before.map_or(newest, |before| before + NEWEST * (newest - before)))
    }

    /// Rounds per second since the start.
    fn mean_rate(&self, step: u64) -> Option<f64> {
        let rounds = step.checked_sub(self.first).filter(|rounds| *rounds > 0)?;
        Some(rounds as f64 / self.started.elapsed().as_secs_f64().max(1e-9))
    }
}

impl<G: Game> Observer<G> for Progress {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.begin(moment.step, moment.total);
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.tick(moment.step, moment.total, moment.figures)?;
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        self.end(moment.step, ending);
        if let (Ending::Stopped(_), Some(path)) = (ending, moment.checkpoint()) {
            self.say(&format!("to go on, resume from {}\n", path.display()));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress")
            .field("redraws", &self.redraws)
            .field("pause", &self.pause)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Paper, figures};

    fn run(progress: &mut Progress, total: Option<u64>) {
        progress.begin(0, total);
        for step in 1..=5 {
            progress.tick(step, total, &figures(&[("loss", step as f64)])).unwrap();
        }
        progress.end(5, &Ending::Spent);
    }

    #[test]
    fn in_a_file_there_are_plain_lines_only() {
        let paper = Paper::default();
        run(&mut Progress::on(Box::new(paper.clone()), false), Some(5));
        let text = paper.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("5/5 100 %") && lines[0].ends_with("loss 5.000"),
            "{text}"
        );
        assert!(
            lines[1].starts_with("5 rounds, 0:00") && lines[1].ends_with(": done"),
            "{text}"
        );
        assert!(!text.contains(['\r', '\x1b']));
    }

    #[test]
    fn on_a_terminal_the_line_is_redrawn() {
        let paper = Paper::default();
        let terminal = Progress::on(Box::new(paper.clone()), true);
        run(&mut terminal.pause(Duration::ZERO), Some(5));
        let text = paper.text();
        assert_eq!(text.matches('\r').count(), 6, "{text:?}");
        assert_eq!(text.matches('\n').count(), 2, "{text:?}");
    }

    #[test]
    fn between_two_lines_nothing_is_said() {
        let paper = Paper::default();
        run(&mut Progress::on(Box::new(paper.clone()), true), None);
        let text = paper.text();
        assert!(text.starts_with("\rround 0  0:00"), "{text:?}");
        assert_eq!(text.matches('\r').count(), 1, "{text:?}");
    }

    #[test]
    fn a_closed_pipe_ends_nothing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        run(&mut Progress::on(Box::new(Closed), true), Some(5));
    }
}
