//! The independent classifier that tells what generated glyphs show. It never sees a generated one in training.

use agon::metrics::extractors::{FeatureExtractor, GlyphClassifier};
use agon::metrics::{FrechetDistance, Metric, Origin, PerClass};
use agon::prelude::*;
use burn::tensor::Int;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Glyphs in a pass.
const PASS: usize = 250;
/// Real glyphs to compare with are those of other seeds than training's.
const TEST_SEED: u64 = 1 << 40;

pub struct Judge {
    classifier: GlyphClassifier,
    device: Device,
}

/// What was found in images: features `[n, 64]` and the digit of each.
pub struct Verdict {
    pub features: Tensor<2>,
    pub digits: Vec<usize>,
}

impl Judge {
    pub fn new(device: &Device) -> Outcome<Self> {
        Ok(Self {
            classifier: GlyphClassifier::new(device)?,
            device: device.clone(),
        })
    }

    pub fn look_at(&self, images: &Tensor<4>) -> Outcome<Verdict> {
        let (mut features, mut digits) = (Vec::new(), Vec::new());
        for part in images.clone().split(PASS, 0) {
            let found = self.classifier.extract(part)?;
            let logits = found.logits.ok_or("the classifier has no logits")?;
            let said: Vec<i64> = logits.argmax(1).flatten::<1>(0, 1).try_into_vec_as()?;
            digits.extend(said.into_iter().map(|digit| digit as usize));
            features.push(found.features);
        }
        let features = Tensor::cat(features, 0);
        Ok(Verdict { features, digits })
    }

    /// Images of glyphs, `n` of each digit in turn: 0 to 9, 0 to 9, and so on.
    pub fn real(&self, glyphs: &Glyphs, n: usize, set: u64) -> Outcome<Tensor<4>> {
        let of = |digit: usize| {
            let seed = TEST_SEED + 10 * set + digit as u64;
            glyphs.clone().digits(&[digit as u8]).images(n, seed, &self.device)
        };
        let images = (0..10).map(of).collect::<Result<Vec<_>, _>>()?;
        let [_, channels, height, width] = images[0].dims();
        Ok(Tensor::stack::<5>(images, 1).reshape([10 * n, channels, height, width]))
    }

    /// The Frechet distance of features, in the mean over digits and for each of them. Images come in turns.
    pub fn distances(&self, real: &Verdict, fake: &Verdict) -> Outcome<Vec<f64>> {
        let mut distance = PerClass::new(FrechetDistance::new());
        for (origin, verdict) in [(Origin::Real, real), (Origin::Fake, fake)] {
            let n = verdict.digits.len();
            distance.add(origin, &(verdict.features.clone(), turns(n, 10, &self.device)))?;
        }
        Ok(distance.compute()?.into_iter().map(|figure| figure.value).collect())
    }
}

/// The classes in turn: 0 to 9, 0 to 9, and so on, if they are ten.
pub fn turns(n: usize, classes: usize, device: &Device) -> Tensor<1, Int> {
    let turns: Vec<i64> = (0..n).map(|i| (i % classes) as i64).collect();
    Tensor::from_data(turns.as_slice(), device)
}

/// The share of images, which come in turns, that show what was asked for.
pub fn right(digits: &[usize]) -> f64 {
    let right = digits.iter().enumerate().filter(|(i, digit)| i % 10 == **digit).count();
    right as f64 / digits.len().max(1) as f64
}
