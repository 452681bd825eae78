//! What a dashboard shows, as plain data: the run's thread writes it, the screen's thread draws it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use agon_core::{Level, Note};

use super::history::History;
use super::stopwatch::Stopwatch;
use crate::Image;
use crate::health::is_monitor;

/// Figures that are kept; a run that invents more names than this shows the first ones.
const FIGURES: usize = 64;
/// Messages that are kept.
const MESSAGES: usize = 100;
/// What comes first, whatever was measured first.
const FIRST: [&str; 3] = ["loss", "gradient", "rate"];

/// The state of a run.
#[derive(Debug, Clone)]
pub(super) struct Board {
    pub(super) step: u64,
    pub(super) total: Option<u64>,
    pub(super) watch: Stopwatch,
    pub(super) series: Vec<Series>,
    /// The round of the newest figures.
    recorded: Option<u64>,
    pub(super) picture: Option<Picture>,
    /// Whether there will be pictures.
    pub(super) draws: bool,
    pub(super) messages: VecDeque<Message>,
    pub(super) light: Light,
    pub(super) paused: bool,
    pub(super) stopping: bool,
    /// Grows whenever there is something new to see.
    pub(super) changes: u64,
}

/// One figure.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) latest: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) history: History,
}

/// What the generator makes.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) image: Arc<Image>,
    pub(super) step: u64,
    /// Tells pictures apart.
    pub(super) number: u64,
}

/// Something worth a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) step: u64,
    pub(super) level: Level,
    pub(super) text: String,
}

/// How the run is doing, as far as anybody says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Light {
    /// What the monitor of the run's health finds; none if there is no monitor.
    pub(super) condition: Option<Level>,
    /// What the monitor last complained about.
    symptom: Option<Note>,
    /// The worst that others complained about and have not taken back.
    complaint: Option<Note>,
}

impl Light {
    /// The worst, and who said so. None if nobody looks and nobody complains.
    pub(super) fn shown(&self) -> Option<(Level, Option<&Note>)> {
        let complaint = self.complaint.as_ref().map(|note| (note.level, Some(note)));
        let condition = self.condition.map(|level| match level {
            Level::Info => (level, None),
            _ => (level, self.symptom.as_ref()),
        });
        complaint.into_iter().chain(condition).max_by_key(|(level, _)| *level)
    }

    fn hear(&mut self, note: &Note) {
        if is_monitor(&note.source) {
            if note.level > Level::Info {
                self.symptom = Some(note.clone());
            }
            return;
        }
        let takes_back = |other: &Note| note.level == Level::Info && other.source == note.source;
        if self.complaint.as_ref().is_some_and(takes_back) {
            self.complaint = None;
        }
        let worst = self.complaint.as_ref().map_or(Level::Info, |complaint| complaint.level);
        if note.level > Level::Info && note.level >= worst {
            self.complaint = Some(note.clone());
        }
    }
}

/// Figures that are drawn together: those whose names begin alike, up to a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    /// Places in `series`.
    pub(super) members: Vec<usize>,
}

impl Board {
    /// Before the round after `step`.
    pub(super) fn new(step: u64, total: Option<u64>, now: Instant) -> Self {
        Self {
            step,
            total,
            watch: Stopwatch::start(step, now),
            series: Vec::new(),
            recorded: None,
            picture: None,
            draws: false,
            messages: VecDeque::new(),
            light: Light::default(),
            paused: false,
            stopping: false,
            changes: 0,
        }
    }

    /// Takes the figures of round `step`.
    pub(super) fn record<'a>(&mut self, step: u64, figures: impl IntoIterator<Item = (&'a str, f64)>) {
        if self.recorded.replace(step).is_some_and(|last| last > step) {
            // Back at a checkpoint.
            self.series.iter_mut().for_each(|series| series.history.cut(step));
        }
        for (name, value) in figures {
            if let Some(series) = self.series.iter_mut().find(|series| series.name == name) {
                series.push(step, value);
            } else if self.series.len() < FIGURES {
                self.series.push(Series::new(name, step, value));
            }
        }
        self.changes += 1;
    }

    /// Shows the picture instead of the one before.
    pub(super) fn show(&mut self, image: Image, step: u64) {
        let number = self.picture.as_ref().map_or(0, |picture| picture.number) + 1;
        self.picture = Some(Picture {
            image: Arc::new(image),
            step,
            number,
        });
        self.changes += 1;
    }

    /// Takes what an observer said.
    pub(super) fn hear(&mut self, note: &Note) {
        self.say(note.step, note.level, format!("{}: {}", note.source, note.text));
        self.light.hear(note);
    }

    /// Adds a line.
    pub(super) fn say(&mut self, step: u64, level: Level, text: impl Into<String>) {
        if self.messages.len() == MESSAGES {
            self.messages.pop_front();
        }
        let text = text.into();
        self.messages.push_back(Message { step, level, text });
        self.changes += 1;
    }

    /// The groups in the order in which they are shown.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (index, series) in self.series.iter().enumerate() {
            let name = series.group();
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.members.push(index),
                None => groups.push(Group {
                    name: name.to_owned(),
                    members: vec![index],
                }),
            }
        }
        let rank = |group: &Group| FIRST.iter().position(|first| *first == group.name);
        groups.sort_by_key(|group| rank(group).unwrap_or(FIRST.len()));
        groups
    }

    /// The first and the last round that any figure knows.
    pub(super) fn span(&self) -> Option<(f64, f64)> {
        let spans = self.series.iter().filter_map(|series| series.history.span());
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

impl Series {
    fn new(name: &str, step: u64, value: f64) -> Self {
        let mut series = Self {
            name: name.to_owned(),
            latest: value,
            lowest: value,
            highest: value,
            history: History::default(),
        };
        series.push(step, value);
        series
    }

    fn push(&mut self, step: u64, value: f64) {
        self.latest = value;
        self.lowest = self.lowest.min(value);
        self.highest = self.highest.max(value);
        self.history.push(step, value);
    }

    /// What stands before the slash.
    fn group(&self) -> &str {
        self.name.split_once('/').map_or(&*self.name, |(group, _)| group)
    }

    /// What stands after the slash.
    pub(super) fn member(&self) -> &str {
        self.name.split_once('/').map_or(&*self.name, |(_, member)| member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        Board::new(0, Some(10), Instant::now())
    }

    #[test]
    fn figures_are_grouped_and_losses_come_first() {
        let mut board = board();
        board.record(
            1,
            [("rate/g", 1e-4), ("evals", 3.0), ("loss/g", 0.5), ("loss/d", f64::NAN)],
        );
        let groups: Vec<_> = board
            .groups()
            .into_iter()
            .map(|group| (group.name, group.members))
            .collect();
        let expected = [("loss", vec![2, 3]), ("rate", vec![0]), ("evals", vec![1])];
        assert_eq!(groups, expected.map(|(name, members)| (name.to_owned(), members)));
        assert_eq!((board.series[2].member(), board.series[1].member()), ("g", "evals"));
        assert_eq!(board.span(), Some((1.0, 1.0)));
    }

    #[test]
    fn what_runs_over_is_dropped() {
        let mut board = board();
        for step in 1..=200_u64 {
            board.record(step, [(&*format!("figure {step}"), 1.0)]);
            board.say(step, Level::Info, "written");
        }
        assert_eq!((board.series.len(), board.messages.len()), (FIGURES, MESSAGES));
        assert_eq!(board.messages.back().map(|message| message.step), Some(200));
    }

    fn note(level: Level, source: &str, text: &str) -> Note {
        Note {
            step: 1,
            level,
            source: source.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_light_shows_the_worst_that_was_not_taken_back() {
        let mut light = Light::default();
        let mut hear = |level, source: &str, text: &str| {
            light.hear(&note(level, source, text));
            light
                .shown()
                .map(|(_, note)| note.map(|note| note.text.clone()).unwrap_or_default())
        };
        let lit = |text: &str| Some(text.to_owned());
        assert_eq!(hear(Level::Info, "checkpoints", "written"), None);
        assert_eq!(hear(Level::Warning, "disk", "nearly full"), lit("nearly full"));
        assert_eq!(hear(Level::Alarm, "disk", "full"), lit("full"));
        assert_eq!(hear(Level::Warning, "metrics", "slow"), lit("full"));
        assert_eq!(hear(Level::Info, "metrics", "fast"), lit("full"));
        assert_eq!(hear(Level::Info, "disk", "free"), None);
    }

    #[test]
    fn what_the_monitor_finds_counts_and_not_what_it_said() {
        let mut light = Light::default();
        light.hear(&note(Level::Alarm, "health", "collapsed"));
        assert_eq!(light.shown(), None);
        light.condition = Some(Level::Alarm);
        let alarm = note(Level::Alarm, "health", "collapsed");
        assert_eq!(light.shown(), Some((Level::Alarm, Some(&alarm))));
        light.hear(&note(Level::Info, "health", "slowed down"));
        assert_eq!(light.shown(), Some((Level::Alarm, Some(&alarm))));
        light.condition = Some(Level::Info);
        assert_eq!(light.shown(), Some((Level::Info, None)));
    }

    #[test]
    fn a_run_that_goes_back_forgets_what_came_after() {
        let mut board = board();
        for step in [10, 20, 30, 40, 15, 25] {
            board.record(step, [("loss", step as f64)]);
        }
        assert_eq!(
            board.series[0].history.points(0.0, 100.0, 100),
            [(10.0, 10.0), (15.0, 15.0), (25.0, 25.0)]
        );
    }

    #[test]
    fn extremes_are_kept() {
        let mut board = board();
        for (step, value) in [(1, 2.0), (2, f64::NAN), (3, -1.0), (4, 0.0)] {
            board.record(step, [("loss", value)]);
        }
        let series = &board.series[0];
        assert_eq!((series.lowest, series.highest, series.latest), (-1.0, 2.0, 0.0));
    }
}
