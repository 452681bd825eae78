use crate::{Ending, Error, Game, Level, Moment, Observer, Result, Schedule, Signal};

/// Lets all players' learning rates follow a schedule of the run's rounds.
///
/// An optimizer's own [`Schedule`] counts the updates of its player, of which a critic may have five in a round. This one
/// counts rounds, whatever the game, and multiplies with theirs and with what slows a player down. One is enough for a run:
/// of several the last counts.
///
/// # Example
/// ```
/// use agon_core::{Pacing, Schedule};
///
/// // The full rate for 5,000 rounds, then less and less.
/// let pacing = Pacing::new(Schedule::Linear { after: 5_000, over: 5_000, end: 0.01 });
/// // Trainer::new(game).observe(pacing)
/// # let _ = pacing;
/// ```
#[derive(Debug, Clone)]
pub struct Pacing {
    schedule: Schedule,
}

impl Pacing {
    /// By this schedule, read as one of rounds.
    pub fn new(schedule: Schedule) -> Self {
        Self { schedule }
    }

    /// What the schedule says of the next round.
    fn set<G: Game>(&self, moment: &mut Moment<'_, G>) -> Result<()> {
        let factor = self.schedule.factor(moment.step);
        if !(factor.is_finite() && factor >= 0.0) {
            return Err(Error::config("pacing", "factors of at least 0", factor));
        }
        set(moment.game, factor);
        Ok(())
    }
}

impl<G: Game> Observer<G> for Pacing {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        let says = format!("learning rates follow rounds: {:?}", self.schedule);
        moment.note(Level::Info, "pacing", says);
        self.set(moment)
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.set(moment)?;
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, _ending: &Ending) -> Result<()> {
        set(moment.game, 1.0);
        Ok(())
    }
}

fn set(game: &mut impl Game, factor: f64) {
    for player in game.players() {
        player.set_pacing(factor);
    }
}
