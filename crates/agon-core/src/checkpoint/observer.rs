use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::atomic::write_atomically;
use super::reader::checkpoints;
use super::writer::REPLACED;
use crate::{Ending, Error, Game, Level, Moment, Observer, Result, Signal};

/// The file that says which checkpoint is the best.
pub(super) const BEST: &str = "best.json";

/// Writes checkpoints as the run goes on, and a last one when it ends.
///
/// Each is a directory `step-00001000`; the newest few are kept, and the best by a figure if one is named.
/// Weights, running statistics and figures that are not finite are never written. Checkpoints are written when every
/// observer has seen the round, so that wherever this one stands in the line, they hold what all of them know and measure.
///
/// A directory holds the checkpoints of one run. A run that is resumed at one of them goes on writing there; those of later
/// rounds are kept as `abandoned-00001000` (and `abandoned-00001000-2`, if there is one already), which nothing but you
/// removes. Where another run left checkpoints, a new run, and one that is resumed from elsewhere, is refused before it
/// begins, unless it is [`replacing`](Self::replacing) them.
///
/// # Example
/// ```
/// use agon_core::Checkpoints;
///
/// let checkpoints = Checkpoints::every(1_000).keep(3).lowest("frechet").to("out/checkpoints");
/// ```
#[derive(Debug, Clone)]
pub struct Checkpoints {
    every: u64,
    keep: usize,
    directory: PathBuf,
    goal: Option<Goal>,
    best: Option<Best>,
    replace: bool,
    newest: Option<u64>,
}

#[derive(Debug, Clone)]
struct Goal {
    figure: String,
    lower: bool,
    /// Whether any round had the figure; nothing before the first.
    seen: Option<bool>,
}

impl Goal {
    fn new(figure: String, lower: bool) -> Self {
        Self {
            figure,
            lower,
            seen: None,
        }
    }

    /// Whether this was the best by the same measure.
    fn found(&self, best: &Best) -> bool {
        self.figure == best.figure && best.lower.is_none_or(|lower| lower == self.lower)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Best {
    step: u64,
    figure: String,
    value: f64,
    /// Whether the lowest value is the best; older versions did not say.
    #[serde(default)]
    lower: Option<bool>,
}

impl Checkpoints {
    /// One every so many rounds, into `checkpoints`; the newest three are kept.
    pub fn every(rounds: u64) -> Self {
        Self {
            every: rounds.max(1),
            keep: 3,
            directory: PathBuf::from("checkpoints"),
            goal: None,
            best: None,
            replace: false,
            newest: None,
        }
    }

    /// How many of the newest are kept (at least one).
    pub fn keep(mut self, newest: usize) -> Self {
        self.keep = newest.max(1);
        self
    }

    /// The directory they are written to.
    pub fn to(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// Also keeps the one with the lowest value of this figure, written in the round that has it.
    pub fn lowest(mut self, figure: impl Into<String>) -> Self {
        self.goal = Some(Goal::new(figure.into(), true));
        self
    }

    /// Also keeps the one with the highest value of this figure.
    pub fn highest(mut self, figure: impl Into<String>) -> Self {
        self.goal = Some(Goal::new(figure.into(), false));
        self
    }

    /// Takes the place of another run that left checkpoints in the directory, all of which are removed, instead of
    /// failing.
    pub fn replacing(mut self) -> Self {
        self.replace = true;
        self
    }

    fn path(&self, step: u64) -> PathBuf {
        path_at(&self.directory, step)
    }

    fn write<G: Game>(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        moment.save(self.path(moment.step))?;
        self.newest = Some(moment.step);
        Ok(())
    }

    /// The figure of this round if it is the best so far.
    fn improved<G: Game>(&mut self, moment: &Moment<'_, G>) -> Result<Option<Best>> {
        let Some(goal) = &mut self.goal else {
            return Ok(None);
        };
        let value = moment.figures.get(&goal.figure)?;
        goal.seen = Some(goal.seen == Some(true) || value.is_some());
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return Ok(None);
        };
        let better = self
            .best
            .as_ref()
            .is_none_or(|best| (value < best.value) == goal.lower && value != best.value);
        Ok(better.then(|| Best {
            step: moment.step,
            figure: goal.figure.clone(),
            value,
            lower: Some(goal.lower),
        }))
    }

    /// Says so if no round had the figure by which to find the best.
    fn miss<G: Game>(&self, moment: &mut Moment<'_, G>) {
        let missing = |goal: &&Goal| goal.seen == Some(false) && self.best.is_none();
        if let Some(goal) = self.goal.as_ref().filter(missing) {
            let says = format!(
                "no round had the figure `{}`, by which to keep the best checkpoint",
                goal.figure
            );
            moment.note(Level::Warning, "checkpoints", says);
        }
    }

    fn prune(&self) -> Result<()> {
        let all = checkpoints(&self.directory);
        let best = self.best.as_ref().map(|best| best.step);
        for (step, path) in all.iter().rev().skip(self.keep) {
            if Some(*step) != best {
                remove(path)?;
            }
        }
        Ok(())
    }

    /// Whether the checkpoints in the directory are of this run: it has been writing there, or was resumed from there.
    fn is_own<G: Game>(&self, moment: &Moment<'_, G>) -> bool {
        let folder = |checkpoint: &Path| Some(fs::canonicalize(checkpoint).ok()?.parent()?.to_owned());
        let resumed_from = moment.checkpoint().and_then(folder);
        self.newest.is_some() || (resumed_from.is_some() && resumed_from == fs::canonicalize(&self.directory).ok())
    }

    /// Puts away what would be taken for a part of this run: leftovers of writes that were cut short, and
    /// checkpoints of rounds that are still to come.
    fn clear<G: Game>(&self, moment: &Moment<'_, G>) -> Result<()> {
        let (there, own) = (checkpoints(&self.directory), self.is_own(moment));
        match there.last() {
            Some((newest, _)) if !own && !self.replace => {
                let got =
                    format!("checkpoints of another run, up to round {newest}: resume it, or choose another directory");
                let expected = "a directory without checkpoints";
                return Err(Error::checkpoint(&self.directory, expected, got));
            }
            _ if own => self.put_aside(there, moment.step)?,
            _ => {
                let _ = fs::remove_file(self.directory.join(BEST));
                there.iter().try_for_each(|(_, path)| remove(path))?;
            }
        }
        leftovers(&self.directory).iter().try_for_each(|path| remove(path))
    }

    /// Gives the run's own checkpoints their names: those that were about to be replaced their old one, and those of
    /// rounds after `now` another.
    fn put_aside(&self, there: Vec<(u64, PathBuf)>, now: u64) -> Result<()> {
        for (step, path) in there {
            let name = match step > now {
                true => self.abandoned(step),
                false => self.path(step),
            };
            if name != path {
                fs::rename(&path, &name).map_err(|error| Error::io(&path, error))?;
            }
        }
        Ok(())
    }

    /// A name for a checkpoint that is no longer of this run, and that nothing else has.
    fn abandoned(&self, step: u64) -> PathBuf {
        let mut path = self.directory.join(format!("abandoned-{step:08}"));
        let mut number = 1;
        while path.exists() {
            number += 1;
            path.set_file_name(format!("abandoned-{step:08}-{number}"));
        }
        path
    }

    fn read_best(&self, step: u64) -> Option<Best> {
        let text = fs::read(self.directory.join(BEST)).ok()?;
        let best: Best = serde_json::from_slice(&text).ok()?;
        (best.step <= step && self.path(best.step).exists() && self.goal.as_ref().is_some_and(|goal| goal.found(&best)))
            .then_some(best)
    }
}

impl<G: Game> Observer<G> for Checkpoints {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        fs::create_dir_all(&self.directory).map_err(|error| Error::io(&self.directory, error))?;
        self.clear(moment)?;
        self.best = self.read_best(moment.step);
        moment.ledger.checkpoints = Some(self.directory.clone());
        let here = self.path(moment.step);
        self.newest = here.exists().then_some(moment.step);
        // It was resumed by a hidden name, and has its own again.
        if self.newest.is_some() && moment.checkpoint().is_some_and(|path| !path.exists()) {
            moment.ledger.saved = Some(here);
        }
        Ok(())
    }

    fn between(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let improved = self.improved(moment)?;
        if improved.is_none() && !moment.step.is_multiple_of(self.every) {
            return Ok(Signal::Continue);
        }
        // In this order, so that what `best` names is there at any time.
        self.write(moment)?;
        if let Some(best) = improved {
            let text = serde_json::to_vec(&best).map_err(Error::other)?;
            write_atomically(self.directory.join(BEST), &text)?;
            self.best = Some(best);
        }
        self.prune()?;
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        self.miss(moment);
        let failed = matches!(ending, Ending::Failed(_));
        if failed || moment.step == 0 || self.newest == Some(moment.step) {
            return Ok(());
        }
        self.write(moment)?;
        self.prune()
    }
}

/// The checkpoint of round `step` in a directory of checkpoints.
pub(crate) fn path_at(directory: &Path, step: u64) -> PathBuf {
    directory.join(format!("step-{step:08}"))
}

/// The step of a checkpoint directory, by its name.
pub(super) fn step_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("step-")?.parse().ok()
}

/// What a checkpoint is called by while it is removed.
const DOOMED: &str = "doomed";

fn leftovers(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_leftover = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".step-")
            && ["partial", REPLACED, DOOMED]
                .iter()
                .any(|what| name.contains(&format!(".{what}.")))
    };
    paths.filter(is_leftover).collect()
}

/// Removes a checkpoint: first its name, then its files, so that it is never seen half gone.
fn remove(path: &Path) -> Result<()> {
    let doomed = super::atomic::hidden_beside(path, DOOMED);
    let doomed = if path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
    {
        path.to_owned()
    } else {
        fs::rename(path, &doomed).map_err(|error| Error::io(path, error))?;
        doomed
    };
    let removed = if doomed.is_dir() {
        fs::remove_dir_all(&doomed)
    } else {
        fs::remove_file(&doomed)
    };
    removed.map_err(|error| Error::io(&doomed, error))
}
