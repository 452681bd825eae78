use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::atomic::write_atomically;
use super::reader::checkpoints;
use crate::{Ending, Error, Game, Moment, Observer, Result, Signal};

/// The file that says which checkpoint is the best.
pub(super) const BEST: &str = "best.json";

/// Writes checkpoints as the run goes on, and a last one when it ends.
///
/// Each is a directory `step-00001000`; the newest few are kept, and the best by a figure if one is named.
/// Weights or figures that are not finite are never written.
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
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Best {
    step: u64,
    figure: String,
    value: f64,
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
        self.goal = Some(Goal {
            figure: figure.into(),
            lower: true,
        });
        self
    }

    /// Also keeps the one with the highest value of this figure.
    pub fn highest(mut self, figure: impl Into<String>) -> Self {
        self.goal = Some(Goal {
            figure: figure.into(),
            lower: false,
        });
        self
    }

    /// A new run takes the place of one that left checkpoints in the directory, instead of failing.
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
    fn improved<G: Game>(&self, moment: &Moment<'_, G>) -> Result<Option<Best>> {
        let Some(goal) = &self.goal else {
            return Ok(None);
        };
        let Some(value) = moment.figures.get(&goal.figure)?.filter(|value| value.is_finite()) else {
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
        }))
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

    /// Puts away what would be taken for a part of this run: leftovers of writes that were cut short, and
    /// checkpoints of rounds that are still to come.
    fn clear(&mut self, step: u64) -> Result<()> {
        let later: Vec<_> = checkpoints(&self.directory)
            .into_iter()
            .filter(|(other, _)| *other > step)
            .collect();
        if let Some((newest, _)) = later.last()
            && step == 0
            && !self.replace
        {
            let got =
                format!("checkpoints of another run, up to round {newest}: resume it, or choose another directory");
            return Err(Error::checkpoint(
                &self.directory,
                "a directory without checkpoints",
                got,
            ));
        }
        if step == 0 {
            let _ = fs::remove_file(self.directory.join(BEST));
        }
        for leftover in leftovers(&self.directory) {
            remove(&leftover)?;
        }
        for (other, path) in later {
            if step == 0 {
                remove(&path)?;
            } else {
                let aside = self.directory.join(format!("abandoned-{other:08}"));
                let _ = fs::remove_dir_all(&aside);
                fs::rename(&path, &aside).map_err(|error| Error::io(&path, error))?;
            }
        }
        Ok(())
    }

    fn read_best(&self, step: u64) -> Option<Best> {
        let text = fs::read(self.directory.join(BEST)).ok()?;
        let best: Best = serde_json::from_slice(&text).ok()?;
        (best.step <= step
            && self.path(best.step).exists()
            && self.goal.as_ref().is_some_and(|goal| goal.figure == best.figure))
        .then_some(best)
    }
}

impl<G: Game> Observer<G> for Checkpoints {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        fs::create_dir_all(&self.directory).map_err(|error| Error::io(&self.directory, error))?;
        self.clear(moment.step)?;
        self.best = self.read_best(moment.step);
        moment.ledger.checkpoints = Some(self.directory.clone());
        self.newest = self.path(moment.step).exists().then_some(moment.step);
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
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

fn leftovers(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_leftover = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".step-") && (name.contains(".partial.") || name.contains(".replaced."))
    };
    paths.filter(is_leftover).collect()
}

/// Removes a checkpoint: first its name, then its files, so that it is never seen half gone.
fn remove(path: &Path) -> Result<()> {
    let doomed = super::atomic::hidden_beside(path, "replaced");
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
