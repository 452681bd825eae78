use std::collections::BTreeMap;

use agon_core::{Level, Memory};

use super::detector::Detector;
use super::symptom::{Symptom, Trouble};
use super::treatment::RollBacks;
use super::vitals::Baselines;

/// What a monitor knows, all of which checkpoints keep.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub baselines: Baselines,
    pub roll_backs: RollBacks,
    /// By figure: a symptom, and of which player.
    detectors: BTreeMap<(Symptom, String), Detector>,
    /// The round in which each trouble was last treated.
    treated: BTreeMap<Trouble, u64>,
}

impl State {
    pub(super) fn detector(&mut self, symptom: Symptom, player: &str) -> &mut Detector {
        self.detectors.entry((symptom, player.to_owned())).or_default()
    }

    /// Whether any figure still shows this trouble.
    pub(super) fn is_ill(&self, trouble: Trouble) -> bool {
        let mut detectors = self.detectors.iter();
        detectors.any(|((symptom, _), detector)| symptom.trouble() == trouble && detector.is_ill())
    }

    /// The worst of what its figures show.
    pub(super) fn level(&self) -> Level {
        let levels = self.detectors.values().map(|detector| match detector {
            ill if ill.is_ill() => Level::Alarm,
            suspicious if suspicious.is_suspicious() => Level::Warning,
            _ => Level::Info,
        });
        levels.max().unwrap_or(Level::Info)
    }

    /// Whether a trouble has not been treated for all of the patience.
    pub(super) fn is_due(&self, trouble: Trouble, step: u64, patience: u64) -> bool {
        let last = self.treated.get(&trouble);
        last.is_none_or(|last| step.saturating_sub(*last) >= patience)
    }

    pub(super) fn treated(&mut self, trouble: Trouble, step: u64) {
        self.treated.insert(trouble, step);
    }

    /// After going back, old figures say nothing about the game.
    pub(super) fn forget_figures(&mut self) {
        self.detectors.clear();
    }

    pub(super) fn memory(&self) -> Memory {
        let detectors = self
            .detectors
            .iter()
            .fold(Memory::new(), |memory, ((symptom, player), detector)| {
                memory.with(format!("{symptom:?}/{player}"), detector.to_numbers())
            });
        let treated = self.treated.iter().fold(Memory::new(), |memory, (trouble, step)| {
            memory.with(format!("{trouble:?}"), [*step as f64])
        });
        let bad = self
            .roll_backs
            .bad
            .iter()
            .flat_map(|&(from, to)| [from as f64, to as f64]);
        let last = self.roll_backs.last;
        Memory::new()
            .with("roll_backs", [self.roll_backs.done as f64])
            .with("bad", bad.collect::<Vec<_>>())
            .with("last", last.map_or(Vec::new(), |(at, to)| vec![at as f64, to as f64]))
            .nest("baseline", self.baselines.memory())
            .nest("detector", detectors)
            .nest("treated", treated)
    }

    pub(super) fn recall(memory: &Memory) -> Self {
        let first = |memory: &Memory, name: &str| memory.get(name).and_then(|values| values.first().copied());
        let detectors = memory.nested("detector");
        let treated = memory.nested("treated");
        let detector = |name: &str| {
            let (symptom, player) = name.split_once('/')?;
            let symptom = Symptom::ALL.into_iter().find(|other| format!("{other:?}") == symptom)?;
            let detector = Detector::from_numbers(detectors.get(name)?)?;
            Some(((symptom, player.to_owned()), detector))
        };
        let trouble = |trouble: Trouble| Some((trouble, first(&treated, &format!("{trouble:?}"))? as u64));
        let bad = memory.get("bad").unwrap_or_default().chunks_exact(2);
        Self {
            baselines: Baselines::recall(&memory.nested("baseline")),
            roll_backs: RollBacks {
                done: first(memory, "roll_backs").unwrap_or_default() as u64,
                most: 0,
                patience: 0,
                last: match memory.get("last") {
                    Some(&[at, to]) => Some((at as u64, to as u64)),
                    _ => None,
                },
                bad: bad.map(|pair| (pair[0] as u64, pair[1] as u64)).collect(),
            },
            detectors: detectors.names().filter_map(detector).collect(),
            treated: Trouble::ALL.into_iter().filter_map(trouble).collect(),
        }
    }
}
