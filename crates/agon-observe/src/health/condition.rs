use agon_core::{Game, Level, Memory, Moment};

use super::state::State;
use super::treatment::SOURCE;

/// Whether a note with this signature is the monitor's.
pub(crate) fn is_monitor(source: &str) -> bool {
    source == SOURCE
}

/// How a run is doing as far as its monitor knows, for whoever shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    /// What a monitor knew before the run went on; there need not be one now.
    before: Option<Memory>,
}

impl Condition {
    /// Of a run that begins, or goes on.
    pub(crate) fn begin<G: Game>(moment: &Moment<'_, G>) -> Self {
        Self {
            before: moment.remembered(SOURCE).cloned(),
        }
    }

    /// An alarm that is not over, a suspicion, or nothing of the kind. None if no monitor has looked yet.
    pub(crate) fn level<G: Game>(&self, moment: &Moment<'_, G>) -> Option<Level> {
        let memory = moment.remembered(SOURCE);
        let news = memory.filter(|memory| self.before.as_ref() != Some(memory));
        news.map(|memory| State::recall(memory).level())
    }
}

#[cfg(test)]
mod tests {
    use agon_core::{AnyPlayer, Feed, Rehearsal, Result, Round};

    use super::*;
    use crate::health::symptom::Symptom;
    use crate::{Health, Trouble};

    struct Nobody;

    impl Game for Nobody {
        type Batch = ();

        fn play(&mut self, _: &mut Feed<'_, ()>, _: &mut Round) -> Result<()> {
            Ok(())
        }

        fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
            Vec::new()
        }
    }

    #[test]
    fn it_is_what_the_monitor_last_found() {
        let symptom = Symptom::ALL
            .into_iter()
            .find(|symptom| symptom.trouble() == Trouble::Collapse);
        assert!(symptom.is_some());
        let mut rehearsal = Rehearsal::of(Nobody);
        let mut health = Health::new().every(1).patience(20).grace(0);
        rehearsal.start(&mut health).unwrap();
        let condition = Condition::begin(&rehearsal.moment());
        assert_eq!(condition.level(&rehearsal.moment()), None);
        let mut levels = Vec::new();
        for spread in std::iter::repeat_n(1.0, 30)
            .chain(std::iter::repeat_n(0.0, 60))
            .chain(std::iter::repeat_n(1.0, 30))
        {
            rehearsal
                .round(&mut health, [("spread/real", 1.0), ("spread/fake", spread)])
                .unwrap();
            levels.extend(condition.level(&rehearsal.moment()));
        }
        levels.dedup();
        assert_eq!(levels, [Level::Info, Level::Warning, Level::Alarm, Level::Info]);
        let resumed = Condition::begin(&rehearsal.moment());
        assert_eq!(resumed.level(&rehearsal.moment()), None, "nobody has looked since");
    }
}
