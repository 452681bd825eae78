//! What is done about trouble.

use std::path::PathBuf;

use agon_core::{Error, Game, Level, Moment, Result, Signal};

use super::remedy::{Remedy, SlowDown};
use super::symptom::Trouble;

/// What monitors sign with.
pub(super) const SOURCE: &str = "health";

/// Trouble that wants to be treated.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub trouble: Trouble,
    /// The round in which it began, as far as can be told.
    pub since: u64,
    /// What was seen.
    pub says: String,
}

/// Which checkpoints not to go back to, and how often that may be done.
#[derive(Debug, Clone, Default)]
pub(super) struct RollBacks {
    pub done: u64,
    pub most: u64,
    /// Rounds from the first sign of trouble to the round in which it was treated.
    pub bad: Vec<(u64, u64)>,
    /// In which round the run last went back, and to which.
    pub last: Option<(u64, u64)>,
    /// How soon after that trouble must come again to be blamed on the checkpoint.
    pub patience: u64,
}

impl RollBacks {
    /// The checkpoints that may be good, the newest first; if all are from after the trouble began, the oldest.
    fn candidates(&self, all: Vec<(u64, PathBuf)>) -> Vec<(u64, PathBuf)> {
        let bad = |step: u64| self.bad.iter().any(|&(from, to)| (from..=to).contains(&step));
        let oldest = all.first().cloned();
        let mut good: Vec<_> = all.into_iter().rev().filter(|(step, _)| !bad(*step)).collect();
        if good.is_empty() {
            good.extend(oldest);
        }
        good
    }

    /// Goes back to the best checkpoint, or the newest good one; answers which round that was.
    pub(super) fn roll_back<G: Game>(&mut self, moment: &mut Moment<'_, G>, case: &Case, to_best: bool) -> Result<u64> {
        let given_up = |what: String| Error::Unhealthy {
            round: moment.step,
            what: format!("{}: {}; {what}", case.trouble, case.says),
        };
        if self.done >= self.most {
            return Err(given_up(format!("going back {} times did not help", self.done)));
        }
        self.bad.push((case.since, moment.step));
        if let Some((at, to)) = self.last
            && moment.step <= at + 2 * self.patience
        {
            self.bad.push((to, to));
        }
        let mut candidates = self.candidates(moment.checkpoints());
        if to_best && let Some(folder) = moment.checkpoint().and_then(|path| path.parent()) {
            candidates.insert(0, (moment.step, folder.join("best")));
        }
        let none = given_up("there is no checkpoint to go back to (`Checkpoints` writes them)".to_owned());
        for (_, path) in candidates {
            match moment.go_back_to(&path) {
                Ok(step) => {
                    self.done += 1;
                    self.last = Some((moment.step, step));
                    let times = format!("{} of at most {} times", self.done, self.most);
                    moment.note(Level::Warning, SOURCE, format!("went back to round {step}, {times}"));
                    return Ok(step);
                }
                Err(error @ (Error::Checkpoint { .. } | Error::Io { .. })) => {
                    moment.note(Level::Warning, SOURCE, format!("cannot go back: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        Err(none)
    }
}

/// Lowers learning rates as far as may be.
fn slow_down<G: Game>(moment: &mut Moment<'_, G>, slow_down: &SlowDown) -> Result<()> {
    let mut slowed = Vec::new();
    for player in moment.game.players() {
        if slow_down.player.as_ref().is_some_and(|only| only != player.name()) {
            continue;
        }
        let pace = (player.pace() * slow_down.factor)
            .max(slow_down.floor)
            .min(player.pace());
        player.set_pace(pace);
        slowed.push(format!("`{}` learns at {:.3} of its rate", player.name(), pace));
    }
    if slowed.is_empty() {
        let players = moment.game.players();
        let names: Vec<_> = players.iter().map(|player| player.name().to_owned()).collect();
        let got = slow_down.player.clone().unwrap_or_default();
        return Err(Error::config("the player who is to slow down", names.join(" or "), got));
    }
    moment.note(Level::Info, SOURCE, slowed.join(", "));
    Ok(())
}

/// Applies the remedies for a case, and says whether the game went back to a checkpoint.
pub(super) fn treat<G: Game>(
    moment: &mut Moment<'_, G>,
    case: &Case,
    remedies: &[Remedy],
    roll_backs: &mut RollBacks,
) -> Result<(Signal, bool)> {
    moment.note(Level::Alarm, SOURCE, format!("{}: {}", case.trouble, case.says));
    let (mut signal, mut went_back) = (Signal::Continue, false);
    // Going back first, whatever the order: it brings old learning rates with it.
    let is_roll_back = |remedy: &&Remedy| matches!(remedy, Remedy::RollBack | Remedy::RollBackToBest);
    if let Some(remedy) = remedies.iter().find(is_roll_back) {
        roll_backs.roll_back(moment, case, *remedy == Remedy::RollBackToBest)?;
        went_back = true;
    }
    for remedy in remedies {
        match remedy {
            Remedy::Stop => signal = Signal::Stop(format!("{}: {}", case.trouble, case.says)),
            Remedy::SlowDown(how) => slow_down(moment, how)?,
            _ => {}
        }
    }
    Ok((signal, went_back))
}
