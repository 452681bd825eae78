use agon_core::checkpoint::Entry;
use agon_core::{AnyPlayer, Ending, Level, Measurements, Note, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::curve::Curve;
use super::pictures::Pictures;
use crate::page::{Page, data_of};

/// The layout of the data in a report.
const FORMAT: u32 = 1;
/// The most figures and notes that are kept.
const MOST_CURVES: usize = 200;
const MOST_NOTES: usize = 500;

/// All that a report shows, which is also all that it needs to be continued.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Contents {
    pub format: u32,
    pub agon: String,
    pub title: String,
    /// The game with its settings.
    pub game: String,
    /// As text, since JavaScript's numbers are too coarse for it.
    pub seed: String,
    pub step: u64,
    pub total: Option<u64>,
    /// Rounds played in all parts of the run, and how long that took.
    pub played: u64,
    pub seconds: f64,
    /// When it was written, in seconds since 1970.
    pub updated: u64,
    pub ending: End,
    pub curves: Vec<Curve>,
    pub pictures: Vec<Pictures>,
    pub notes: Vec<Note>,
    pub players: Vec<Described>,
    pub environment: Vec<(String, String)>,
    pub commands: Vec<Command>,
}

/// Where the run stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct End {
    pub kind: String,
    pub reason: String,
}

/// A player and its settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Described {
    pub name: String,
    pub network: String,
    pub config: Option<Value>,
    pub optimizer: String,
    pub parameters: usize,
    pub steps: u64,
}

/// A command, and what it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Command {
    pub what: String,
    pub text: String,
}

impl Described {
    pub fn of(player: &dyn AnyPlayer) -> Self {
        let Entry {
            name,
            network,
            config,
            steps,
            ..
        } = player.entry();
        Self {
            name,
            network,
            config,
            optimizer: player.learns_by(),
            parameters: player.parameters(),
            steps,
        }
    }
}

impl Contents {
    /// A report with nothing in it.
    pub fn new(title: &str, seed: u64) -> Self {
        Self {
            format: FORMAT,
            agon: env!("CARGO_PKG_VERSION").to_owned(),
            title: title.to_owned(),
            seed: seed.to_string(),
            ending: End {
                kind: "running".to_owned(),
                reason: String::new(),
            },
            ..Self::default()
        }
    }

    /// What an earlier part of this run reported up to round `last`, if `html` is such a report.
    pub fn continued(html: &str, title: &str, seed: u64, last: u64) -> Option<Self> {
        let old: Self = data_of(html)?;
        if old.format != FORMAT || old.seed != seed.to_string() {
            return None;
        }
        let mut contents = Self {
            played: old.played,
            seconds: old.seconds,
            curves: old.curves,
            pictures: old.pictures,
            notes: old.notes,
            ..Self::new(title, seed)
        };
        contents.curves.iter_mut().for_each(|curve| curve.keep(last));
        contents.curves.retain(|curve| !curve.points.is_empty());
        contents.pictures.iter_mut().for_each(|pictures| pictures.keep(last));
        contents.notes.retain(|note| note.step <= last);
        Some(contents)
    }

    /// The page.
    pub fn html(&self) -> Result<String> {
        let page = Page {
            title: &self.title,
            style: include_str!("report.css"),
            body: include_str!("report.html"),
            script: concat!(include_str!("charts.js"), include_str!("report.js")),
        };
        page.with(self)
    }

    /// Adds the figures of a round.
    pub fn record(&mut self, step: u64, figures: &Measurements) -> Result<()> {
        for (name, value) in figures.all()? {
            self.add(step, name, value);
        }
        Ok(())
    }

    /// Adds one figure of a round.
    pub fn add(&mut self, step: u64, name: &str, value: f64) {
        if !value.is_finite() {
            return self.warn_once(step, format!("`{name}` is not a finite number"));
        }
        if let Some(curve) = self.curves.iter_mut().find(|curve| curve.name == name) {
            return curve.push(step, value as f32);
        }
        if self.curves.len() == MOST_CURVES {
            return self.warn_once(step, format!("only {MOST_CURVES} figures are shown, `{name}` is not"));
        }
        let mut curve = Curve::new(name);
        curve.push(step, value as f32);
        self.curves.push(curve);
    }

    /// The pictures of this name.
    pub fn pictures(&mut self, name: &str, every: u64) -> &mut Pictures {
        let index = self.pictures.iter().position(|pictures| pictures.name == name);
        let index = index.unwrap_or_else(|| {
            self.pictures.push(Pictures::new(name, every));
            self.pictures.len() - 1
        });
        &mut self.pictures[index]
    }

    /// Adds a note; the oldest go when there are too many.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
        let surplus = self.notes.len().saturating_sub(MOST_NOTES);
        self.notes.drain(..surplus);
    }

    fn warn_once(&mut self, step: u64, text: String) {
        if !self.notes.iter().any(|note| note.text == text) {
            self.note(Note {
                step,
                level: Level::Warning,
                source: "report".to_owned(),
                text,
            });
        }
    }

    /// Says how the run ended.
    pub fn end(&mut self, ending: &Ending) {
        let (kind, reason) = match ending {
            Ending::Spent => ("spent", ""),
            Ending::Stopped(reason) => ("stopped", reason.as_str()),
            Ending::Failed(error) => ("failed", error.as_str()),
        };
        self.ending = End {
            kind: kind.to_owned(),
            reason: reason.to_owned(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::figures;

    #[test]
    fn names_of_anything_stay_text() {
        let nasty = "</script><img src=x onerror=alert(1)>/\"&'";
        let mut contents = Contents::new(nasty, u64::MAX);
        contents.record(1, &figures(&[("loss", 1.5)])).unwrap();
        contents.add(1, nasty, 2.0);
        contents.add(2, nasty, f64::NAN);
        contents.add(3, nasty, f64::NAN);
        let html = contents.html().unwrap();
        assert_eq!(html.matches("</script>").count(), 2);
        assert!(!html.contains("<img src=x"));
        let again = Contents::continued(&html, nasty, u64::MAX, 2).unwrap();
        assert_eq!(again.curves, contents.curves);
        assert_eq!(again.notes.len(), 1, "{:?}", again.notes);
        assert!(Contents::continued(&html, nasty, 3, 2).is_none(), "of another run");
        assert!(Contents::continued("", nasty, 3, 2).is_none());
    }

    #[test]
    fn a_hundred_thousand_rounds_take_no_more_room_than_twenty_thousand() {
        let mut contents = Contents::new("long", 0);
        let mut sizes = Vec::new();
        for step in 1..=100_000 {
            for name in ["loss/generator", "loss/discriminator"] {
                let noise = agon_core::random::mix(name.len() as u64, step) as f64 / u64::MAX as f64;
                contents.add(step, name, noise);
            }
            if [20_000, 100_000].contains(&step) {
                sizes.push(contents.html().unwrap().len());
            }
        }
        assert!(sizes[1] < sizes[0] * 5 / 4 && sizes[1] < 150_000, "{sizes:?}");
    }

    #[test]
    fn nothing_grows_for_ever() {
        let mut contents = Contents::new("many", 0);
        for i in 0..1_000 {
            contents.add(i, &format!("figure {i}"), 1.0);
            contents.note(Note {
                step: i,
                level: Level::Info,
                source: "test".to_owned(),
                text: i.to_string(),
            });
        }
        assert_eq!(contents.curves.len(), MOST_CURVES);
        assert_eq!(contents.notes.len(), MOST_NOTES);
    }
}
