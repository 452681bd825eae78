use crate::{Game, Memory, Moment, Observer, Result, Schedule, Signal};

/// By this name checkpoints keep which factor is in effect.
const SOURCE: &str = "pacing";
/// No factor is less: one of zero could never be taken back.
const LEAST: f64 = 1e-12;

/// Lets all players' learning rates follow a schedule of the run's rounds.
///
/// An optimizer's own [`Schedule`] counts the updates of its player, of which a critic may have five in a round. This one
/// counts rounds, whatever the game, and multiplies with theirs and with what else changes rates. It goes on where it was
/// when a run is resumed.
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

    /// Puts the factor of the next round in the place of the one in effect.
    fn set<G: Game>(&self, moment: &mut Moment<'_, G>) {
        let factor = self.schedule.factor(moment.step).max(LEAST);
        let in_effect = moment.remembered(SOURCE).and_then(|memory| memory.get("factor"));
        let before = in_effect
            .and_then(<[f64]>::first)
            .map_or(1.0, |before| before.max(LEAST));
        // What would change nothing is left alone to the last bit.
        if factor != before {
            for player in moment.game.players() {
                player.set_pace(player.pace() * factor / before);
            }
        }
        moment.remember(SOURCE, Memory::new().with("factor", [factor]));
    }
}

impl<G: Game> Observer<G> for Pacing {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.set(moment);
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.set(moment);
        Ok(Signal::Continue)
    }
}
