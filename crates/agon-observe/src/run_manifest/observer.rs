use std::path::PathBuf;

use agon_core::{Ending, Error, Game, Moment, Observer, Result};
use serde::Serialize;

use super::environment::{Command, Machine, Versions, now};
use super::record::{FORMAT, PlayerRecord, RunRecord};

/// Writes down what a run is when it begins, and what came of it when it ends: game, players, seed, budget, data,
/// command line, versions, machine; ending, figures and a digest of every network.
///
/// Two runs with the same manifest but for their circumstances ([`RunRecord::differences`]) have the same weights,
/// to the bit. The file appears whole or not at all.
///
/// # Errors
/// If the file cannot be written, the run does not start, or ends with an error.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Trainer};
/// use agon_observe::RunManifest;
///
/// # fn example(game: impl Game + 'static) {
/// let manifest = RunManifest::to("out/run.json")
///     .setting("width", 16)
///     .data("glyphs of 28 by 28 pixels");
/// Trainer::new(game).observe(manifest);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RunManifest {
    path: PathBuf,
    record: RunRecord,
    /// Settings which cannot be written.
    problem: Option<String>,
}

impl RunManifest {
    /// Into this file; its folder is made if need be.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            record: RunRecord {
                format: FORMAT,
                ..RunRecord::default()
            },
            problem: None,
        }
    }

    /// With a setting of the program which the game does not know.
    pub fn setting(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match serde_json::to_value(value) {
            Ok(value) => {
                self.record.settings.insert(name, value);
            }
            Err(error) => self.problem = Some(format!("`{name}`: {error}")),
        }
        self
    }

    /// With a word for the data: a fingerprint of its files, or what it was made from.
    pub fn data(mut self, fingerprint: impl Into<String>) -> Self {
        self.record.data = Some(fingerprint.into());
        self
    }

    fn look<G: Game>(&mut self, moment: &mut Moment<'_, G>, ended: bool) -> Result<()> {
        let mut players = Vec::new();
        for player in moment.game.players() {
            let entry = player.entry();
            players.push(PlayerRecord {
                name: entry.name,
                network: entry.network,
                config: entry.config,
                optimizer: entry.optimizer,
                parameters: player.parameters(),
                steps: entry.steps,
                digest: if ended { Some(player.digest()?) } else { None },
            });
        }
        self.record.players = players;
        self.record.steps = moment.step;
        let known = |value: f64| Some(value).filter(|value| value.is_finite());
        let figures = moment.figures.all()?.into_iter();
        self.record.figures = figures.map(|(name, value)| (name.to_owned(), known(value))).collect();
        Ok(())
    }
}

impl<G: Game> Observer<G> for RunManifest {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        if let Some(problem) = &self.problem {
            return Err(Error::config(
                "a setting of the run's manifest",
                "what JSON can say",
                problem,
            ));
        }
        let device = moment.game.players().first().map(|player| player.device());
        self.look(moment, false)?;
        self.record = RunRecord {
            game: moment.game.describe(),
            seed: moment.seed,
            budget: moment.budget(),
            resumed: Some(moment.step).filter(|step| *step > 0),
            command: Command::here(),
            versions: Versions::here(),
            machine: device.as_ref().map(Machine::here).unwrap_or_default(),
            started: now(),
            ended: None,
            ending: None,
            ..std::mem::take(&mut self.record)
        };
        self.record.write(&self.path)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        self.look(moment, true)?;
        self.record.ended = Some(now());
        self.record.ending = Some(match ending {
            Ending::Spent => "spent".to_owned(),
            Ending::Stopped(reason) => format!("stopped: {reason}"),
            Ending::Failed(error) => format!("failed: {error}"),
        });
        self.record.write(&self.path)
    }
}
