use std::collections::BTreeMap;

use agon_core::{Diversity, Measurements, Memory, Result};

use super::symptom::Symptom;

/// One figure of a symptom: of which player (or of none), and how bad.
pub(super) type Vital = (Symptom, String, f64);

/// What figures are compared with: what they were before.
#[derive(Debug, Clone, Default)]
pub(super) struct Baselines(BTreeMap<String, f64>);

/// How much a new size counts in its long mean: some hundred looks are remembered.
const NEWEST: f64 = 0.01;
/// How many looks say what a size was at first.
const FIRST: f64 = 5.0;
/// The part of its first gradients below which a discriminator has nothing left to learn.
const LEARNED: f64 = 0.2;
/// The rounds in which weights that wander become √2 times as large.
const WANDERED: f64 = 1000.0;

impl Baselines {
    /// The symptoms in the figures of round `step`.
    pub(super) fn vitals(&mut self, step: u64, figures: &Measurements) -> Result<Vec<Vital>> {
        let all = figures.all()?;
        let get = |name: &str| all.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let mut vitals = diversity("", get);
        let mut add = |symptom, player: &str, value: Option<f64>| {
            let value = value.filter(|value| value.is_finite());
            vitals.extend(value.map(|value| (symptom, player.to_owned(), value)));
        };
        let separation = get("score/separation");
        add(Symptom::Confusion, "", separation);
        let learning = get("gradient/discriminator").and_then(|size| self.beside_first("gradient/discriminator", size));
        let won = separation
            .zip(learning)
            .map(|(separation, learning)| match learning < LEARNED {
                true => separation,
                false => separation.min(0.5),
            });
        add(Symptom::Separation, "", won);
        for (name, value) in &all {
            if let Some(player) = name.strip_prefix("gradient/") {
                add(Symptom::Gradient, player, self.beside_mean(name, *value));
            }
            if let Some(player) = name.strip_prefix("weight/") {
                add(Symptom::Weight, player, self.beside_wandering(step, name, *value));
            }
        }
        Ok(vitals)
    }

    /// A size beside its long geometric mean, which a few large ones hardly move.
    fn beside_mean(&mut self, name: &str, value: f64) -> Option<f64> {
        let size = logarithm(value)?;
        let mean = self.0.entry(format!("mean of {name}")).or_insert(size);
        let beside = (size - *mean).exp();
        *mean += NEWEST * (size - *mean);
        Some(beside)
    }

    /// A size beside the geometric mean of the first looks.
    fn beside_first(&mut self, name: &str, value: f64) -> Option<f64> {
        let size = logarithm(value)?;
        let looks = self.0.entry(format!("looks at {name}")).or_insert(0.0);
        let seen = *looks;
        *looks = (seen + 1.0).min(FIRST);
        let first = self.0.entry(format!("first {name}")).or_insert(size);
        if seen < FIRST {
            *first += (size - *first) / (seen + 1.0);
        }
        Some((size - *first).exp())
    }

    /// A size beside that of the first looks, had it wandered since: steps that lead nowhere add up like the root of
    /// their number, and only those that agree by their number.
    fn beside_wandering(&mut self, step: u64, name: &str, value: f64) -> Option<f64> {
        let wandered = (1.0 + step as f64 / WANDERED).sqrt();
        Some(self.beside_first(name, value)? / wandered)
    }

    pub(super) fn memory(&self) -> Memory {
        let entries = self.0.iter();
        entries.fold(Memory::new(), |memory, (name, value)| {
            memory.with(name.clone(), [*value])
        })
    }

    pub(super) fn recall(memory: &Memory) -> Self {
        let one = |name: &str| memory.get(name).and_then(|values| values.first().copied());
        Self(
            memory
                .names()
                .filter_map(|name| Some((name.to_owned(), one(name)?)))
                .collect(),
        )
    }
}

/// Of a size; nothing is so small that it has none.
fn logarithm(size: f64) -> Option<f64> {
    let size = Some(size).filter(|size| size.is_finite())?;
    Some(size.max(1e-30).ln())
}

/// How much generated samples differ, beside real ones.
fn diversity(of: &str, get: impl Fn(&str) -> Option<f64>) -> Vec<Vital> {
    let spread_beside = |other: &str| get("spread/fake").zip(get(other)).map(|(fake, other)| fake / other);
    let spread = spread_beside("spread/real");
    let vitals = [
        (Symptom::Spread, spread),
        (Symptom::Sprawl, spread),
        (Symptom::Duplicates, get("duplicates/fake")),
        (Symptom::Crowding, spread_beside("spread/across")),
    ];
    let finite = |(symptom, value): (Symptom, Option<f64>)| {
        let value = value.filter(|value| value.is_finite());
        value.map(|value| (symptom, of.to_owned(), value))
    };
    vitals.into_iter().filter_map(finite).collect()
}

/// The symptoms in samples.
pub(super) fn of_samples(samples: &Diversity) -> Result<Vec<Vital>> {
    let mut figures = Measurements::default();
    for (name, figure) in samples.figures() {
        figures.add(name, figure.clone());
    }
    let all = figures.all()?;
    Ok(diversity("samples", |name| {
        all.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::figures;

    fn separation(baselines: &mut Baselines, separation: f64, gradient: f64) -> f64 {
        let figures = figures(&[("score/separation", separation), ("gradient/discriminator", gradient)]);
        let vitals = baselines.vitals(10, &figures).unwrap();
        vitals
            .into_iter()
            .find(|(symptom, ..)| *symptom == Symptom::Separation)
            .unwrap()
            .2
    }

    #[test]
    fn a_critic_that_still_learns_has_not_won() {
        let mut baselines = Baselines::default();
        for _ in 0..5 {
            assert_eq!(separation(&mut baselines, 0.9, 2.0), 0.5);
        }
        assert_eq!(separation(&mut baselines, 1.0, 0.5), 0.5);
        assert_eq!(separation(&mut baselines, 1.0, 0.3), 1.0);
        let mut recalled = Baselines::recall(&baselines.memory());
        assert_eq!(separation(&mut recalled, 1.0, 0.3), 1.0);
    }

    #[test]
    fn sizes_are_compared_with_what_they_were() {
        let mut baselines = Baselines::default();
        let mut weight = |size| baselines.beside_first("weight/g", size).unwrap();
        let first: Vec<f64> = (0..5).map(|_| weight(3.0)).collect();
        assert_eq!(first, [1.0; 5]);
        assert!((weight(30.0) - 10.0).abs() < 1e-9 && (weight(60.0) - 20.0).abs() < 1e-9);
        let mut gradient = |size| baselines.beside_mean("gradient/g", size).unwrap();
        assert_eq!(gradient(1.0), 1.0);
        assert!((gradient(100.0) - 100.0).abs() < 1e-9);
        // A few outliers do not become usual.
        assert!(gradient(100.0) > 90.0);
        assert!(baselines.beside_mean("gradient/g", f64::NAN).is_none());
    }

    #[test]
    fn weights_that_wander_are_well_and_those_that_run_away_are_not() {
        let beside = |size: fn(f64) -> f64| {
            let mut baselines = Baselines::default();
            let mut look = |step: u64| baselines.beside_wandering(step, "weight/g", size(step as f64)).unwrap();
            (1..=2_000).map(|i| look(10 * i)).last().unwrap()
        };
        let wander = beside(|step| 7.0 * (1.0 + step / 1_000.0).sqrt());
        assert!((0.95..1.05).contains(&wander), "{wander}");
        let run_away = beside(|step| 7.0 * (1.0 + step / 1_000.0));
        assert!((4.4..4.6).contains(&run_away), "{run_away}");
    }
}
