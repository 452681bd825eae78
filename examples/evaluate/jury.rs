//! Which metrics, and by which extractor.

use std::path::Path;
use std::sync::Arc;

use agon::metrics::*;
use agon::prelude::Device;
use clap::ValueEnum;

/// What turns images into features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Extractor {
    /// The pixels themselves; of large images only with --size.
    Pixels,
    /// A small classifier of drawn digits, which comes along; for digits alone.
    Glyphs,
    /// Inception-V3 of the published Frechet distances; needs its weights.
    Inception,
}

impl Extractor {
    /// With the weights of a file, if one is named.
    pub fn load(self, weights: Option<&Path>, device: &Device) -> Result<Box<dyn FeatureExtractor>> {
        Ok(match (self, weights) {
            (Self::Pixels, _) => Box::new(Pixels),
            (Self::Glyphs, None) => Box::new(GlyphClassifier::new(device)?),
            (Self::Glyphs, Some(path)) => Box::new(GlyphClassifier::load(path, device)?),
            (Self::Inception, None) => Box::new(Inception::cached(device)?),
            (Self::Inception, Some(path)) => Box::new(Inception::load(path, device)?),
        })
    }
}

/// How often the Frechet distance is resampled for its interval.
const RESAMPLINGS: usize = 20;

/// A metric of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Every one below that the extractor allows.
    All,
    /// The Frechet distance, with its interval.
    Frechet,
    /// The Frechet distance of infinitely many samples.
    FrechetInfinity,
    /// The kernel distance.
    Kernel,
    /// The sliced Wasserstein distance of features.
    SlicedWasserstein,
    /// The energy distance.
    Energy,
    /// Improved precision and recall.
    Precision,
    /// Density and coverage.
    Coverage,
    /// Whether the nearest neighbour tells real from generated.
    Neighbours,
    /// The classifier two-sample test.
    ClassifierTest,
    /// Inception Score.
    InceptionScore,
    /// Mode Score, in its three forms.
    ModeScore,
    /// AM score.
    AmScore,
    /// How much nearer to real images generated ones are than real ones to each other.
    NearestRatio,
    /// The share of images that were not copied.
    Authenticity,
    /// The Frechet distance that punishes memorisation.
    Mifid,
    /// How alike images are among themselves.
    Diversity,
}

impl Choice {
    /// Every one but `All`.
    fn each() -> impl Iterator<Item = Self> {
        Self::value_variants()
            .iter()
            .copied()
            .filter(|choice| *choice != Self::All)
    }

    /// Those of an evaluation that names none.
    const USUAL: [Self; 5] = [
        Self::Frechet,
        Self::Kernel,
        Self::Precision,
        Self::Coverage,
        Self::InceptionScore,
    ];

    /// Whether it asks for classes.
    fn needs_classes(self) -> bool {
        matches!(self, Self::InceptionScore | Self::ModeScore | Self::AmScore)
    }

    /// Of those which keep all features, the one that this is.
    fn comparison(self, seed: u64) -> Option<Arc<dyn Comparison>> {
        Some(match self {
            Self::FrechetInfinity => Arc::new(FrechetInfinity::new(seed)),
            Self::Kernel => Arc::new(KernelDistance::new()),
            Self::SlicedWasserstein => Arc::new(SlicedWasserstein::new(seed)),
            Self::Energy => Arc::new(EnergyDistance::new()),
            Self::ClassifierTest => Arc::new(ClassifierTest::new(seed)),
            Self::Precision => Arc::new(PrecisionRecall::default()),
            Self::Coverage => Arc::new(DensityCoverage::default()),
            Self::Neighbours => Arc::new(NearestNeighbourTest::new()),
            Self::NearestRatio => Arc::new(NearestRatio),
            Self::Authenticity => Arc::new(Authenticity),
            Self::Mifid => Arc::new(Mifid::new()),
            _ => return None,
        })
    }
}

/// The jury of these metrics, or of the usual ones; those which keep features share one copy of them.
pub fn of(extractor: Box<dyn FeatureExtractor>, choices: &[Choice], classes: bool, seed: u64) -> Jury {
    let all = choices.contains(&Choice::All);
    let is_possible = |choice: &Choice| classes || !choice.needs_classes();
    let is_chosen = |choice: &Choice| match choices {
        [] => Choice::USUAL.contains(choice) && is_possible(choice),
        _ if all => is_possible(choice),
        _ => choices.contains(choice),
    };
    let chosen: Vec<Choice> = Choice::each().filter(is_chosen).collect();
    let mut jury = Jury::by(extractor);
    for choice in &chosen {
        jury = match choice {
            Choice::Frechet => jury.features(FrechetDistance::new().bootstrap(RESAMPLINGS, seed)),
            Choice::InceptionScore => jury.logits(InceptionScore::of_logits()),
            Choice::ModeScore => jury.logits(ModeScore::of_logits()),
            Choice::AmScore => jury.logits(AmScore::of_logits()),
            Choice::Diversity => jury.images(Diversity::new()),
            _ => jury,
        };
    }
    let comparisons: Vec<_> = chosen.iter().filter_map(|choice| choice.comparison(seed)).collect();
    if comparisons.is_empty() {
        jury
    } else {
        jury.features(comparisons.collect())
    }
}
