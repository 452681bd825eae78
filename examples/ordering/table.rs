//! Every metric of every set, and whether it finds the faults that it should find.

use std::fmt::Write;
use std::sync::Arc;

use agon::metrics::*;
use agon::prelude::{Device, Tensor};
use burn::tensor::Int;
use serde::Serialize;

use super::sets::{self, Fault, Set};

/// Faults of the whole distribution.
const SEEN: &[Fault] = &[Fault::Blurred, Fault::Dropped, Fault::Noise];
/// Faults of single samples.
const POOR: &[Fault] = &[Fault::Blurred, Fault::Noise];
/// Samples that do not cover the data.
const NARROW: &[Fault] = &[Fault::Dropped, Fault::Noise];
/// The training images again.
const COPIED: &[Fault] = &[Fault::Memorised];

/// What figures must think of faults: of sets with these they must be worse than of other real images.
const MUST_FIND: &[(&str, &[Fault])] = &[
    ("Frechet distance", SEEN),
    ("kernel distance", SEEN),
    ("squared maximum mean discrepancy", SEEN),
    ("energy distance", SEEN),
    ("sliced Wasserstein distance", SEEN),
    ("precision", POOR),
    ("recall", NARROW),
    ("density", POOR),
    ("coverage", SEEN),
    ("1-NN accuracy", SEEN),
    ("classifier test accuracy", SEEN),
    ("Inception Score", SEEN),
    ("Mode Score, reversed", SEEN),
    ("Mode Score, modified", SEEN),
    ("AM score", SEEN),
    ("accuracy of training on fake", NARROW),
    ("accuracy of training on real", POOR),
    ("nearest neighbour ratio", COPIED),
    ("first to second neighbour", COPIED),
    ("authenticity", COPIED),
    ("memorisation distance", COPIED),
    (
        "MiFID",
        &[Fault::Blurred, Fault::Dropped, Fault::Memorised, Fault::Noise],
    ),
];

/// One figure of all sets.
#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    /// In the order of [`Fault::ALL`].
    pub values: Vec<f64>,
    /// The faults that it should find but does not.
    pub missed: Vec<&'static str>,
}

impl Row {
    /// Whether it finds what it should find.
    pub fn is_right(&self) -> bool {
        self.missed.is_empty()
    }

    fn new(figures: Vec<Figure>) -> Option<Self> {
        let first = figures.first()?;
        let goal = first.goal;
        let values: Vec<f64> = figures.iter().map(|figure| figure.value).collect();
        let faults = MUST_FIND
            .iter()
            .find(|(name, _)| *name == first.name)
            .map_or(&[][..], |(_, faults)| faults);
        let none = badness(goal, values[0]);
        let is_missed = |fault: &&Fault| {
            let column = Fault::ALL.iter().position(|other| other == *fault);
            column.is_none_or(|column| badness(goal, values[column]) <= none)
        };
        Some(Self {
            name: first.name.clone(),
            missed: faults.iter().filter(is_missed).map(|fault| fault.name()).collect(),
            values,
        })
    }
}

/// The larger the worse.
fn badness(goal: Goal, value: f64) -> f64 {
    match goal {
        Goal::Lowest => value,
        Goal::Highest => -value,
        Goal::Near(best) => (value - best).abs(),
    }
}

/// The whole table, from sets of `n` images.
pub fn rows(n: usize, device: &Device) -> std::result::Result<Vec<Row>, Box<dyn std::error::Error>> {
    let train = sets::train(n, device)?;
    let mut columns = Vec::new();
    for fault in Fault::ALL {
        columns.push(judge(&train, &sets::with(fault, n, device)?, device)?);
    }
    let count = columns.first().map_or(0, Vec::len);
    let row = |index: usize| Row::new(columns.iter().filter_map(|column| column.get(index).cloned()).collect());
    Ok((0..count).filter_map(row).collect())
}

/// Everything that is said of one set.
fn judge(train: &Set, fake: &Set, device: &Device) -> Result<Vec<Figure>> {
    let comparisons: Vec<Arc<dyn Comparison>> = vec![
        Arc::new(KernelDistance::new()),
        Arc::new(MaximumMeanDiscrepancy::new(Kernel::Gaussian(vec![2.0, 5.0, 10.0]))),
        Arc::new(EnergyDistance::new()),
        Arc::new(SlicedWasserstein::new(0)),
        Arc::new(Neighbourhoods::new(5)),
        Arc::new(ClassifierTest::new(0).epochs(20)),
        Arc::new(NearestRatio),
        Arc::new(Authenticity),
        Arc::new(Mifid::new().threshold(0.005)),
    ];
    let mut jury = Jury::by(GlyphClassifier::new(device)?)
        .features(FrechetDistance::new())
        .features(comparisons.collect())
        .logits(InceptionScore::of_logits())
        .logits(ModeScore::of_logits())
        .logits(AmScore::of_logits())
        .images(Diversity::new());
    for (origin, (images, _)) in [(Origin::Real, train), (Origin::Fake, fake)] {
        for part in images.clone().split(100, 0) {
            jury.add(origin, &part)?;
        }
    }
    let mut figures = jury.compute()?;
    figures.extend(accuracies(train, fake, device)?);
    Ok(figures)
}

/// What classifiers learn from one set and know of the other.
fn accuracies(train: &Set, fake: &Set, device: &Device) -> Result<Vec<Figure>> {
    let extractor = GlyphClassifier::new(device)?;
    let mut score = AccuracyScore::new();
    for (origin, (images, labels)) in [(Origin::Real, train), (Origin::Fake, fake)] {
        let labels: Vec<i64> = labels.iter().copied().map(i64::from).collect();
        let labels = Tensor::<1, Int>::from_data(labels.as_slice(), device);
        for (images, labels) in images.clone().split(100, 0).into_iter().zip(labels.split(100, 0)) {
            score.add(origin, &(extractor.extract(images)?.features, labels))?;
        }
    }
    score.compute()
}

/// As text: a row per figure, a column per set.
pub fn print(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:<width$}", "");
    for fault in Fault::ALL {
        let _ = write!(text, "  {:>10}", fault.name());
    }
    for row in rows {
        let _ = write!(text, "\n{:<width$}", row.name);
        for value in &row.values {
            let _ = write!(text, "  {:>10}", short(*value));
        }
        if !row.is_right() {
            let _ = write!(text, "  misses {}", row.missed.join(", "));
        }
    }
    text
}

fn short(value: f64) -> String {
    if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.2e}")
    }
}
