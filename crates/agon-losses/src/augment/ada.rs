use agon_core::{Augment, Error, Memory, Result, Round};
use burn::prelude::Tensor;

use super::AdaPipeline;

/// Adaptive discriminator augmentation: images are changed as often as the discriminator's overfitting calls for.
///
/// ```text
/// r = E sign D(x)                       over the real images of the last 4 minibatches
/// p <- p + sign(r - 0.6) n / 500,000    n: real images since the last adjustment, p kept in [0, 0.8]
/// ```
///
/// `p`: the probability of each change of a [`AdaPipeline`]; `r`: 0 when the discriminator cannot tell real images
/// from generated ones, 1 when it is sure of all of them. Where data is plenty `p` stays near 0. A discriminator
/// must score what looks real above zero for it: not a critic, and not an energy.
///
/// Measures `ada/p` and `ada/overfitting` (the `r` of the turn). `p` and the signs since its last adjustment are
/// kept in checkpoints. Scores are read from the device once in every four turns of the discriminator.
///
/// # Shapes
/// Images `[batch, channels, height, width]`.
///
/// # Errors
/// In the first round: a probability outside `[0, 1]`, a target outside `(-1, 1)`, no turns or no images.
///
/// # Example
/// ```
/// use agon_losses::{Ada, AdaPipeline};
///
/// let by_the_paper = Ada::new();
/// let for_small_runs = Ada::new().images(10_000).pipeline(AdaPipeline::new().blitting().colour());
/// assert_eq!((by_the_paper.p(), Ada::fixed(0.3).p()), (0.0, 0.3));
/// # let _ = for_small_runs;
/// ```
/// In a game: `Gan::new(generator, discriminator).augment(Ada::new())`.
///
/// # References
/// Karras, Aittala, Hellsten, Laine, Lehtinen and Aila 2020, "Training Generative Adversarial Networks with
/// Limited Data", arXiv:2006.06676. The paper finds leaks unlikely below `p = 0.8`, which is therefore the
/// bound here; the authors' code has none.
#[derive(Debug, Clone)]
pub struct Ada {
    pipeline: AdaPipeline,
    adapts: bool,
    target: f64,
    every: u64,
    images: u64,
    most: f64,
    p: f64,
    since: Since,
}

/// What was seen since `p` was last adjusted.
#[derive(Debug, Clone, Default)]
struct Since {
    turns: u64,
    images: u64,
    scores: u64,
    /// The sum of signs that a checkpoint brought.
    recalled: f64,
    /// The sum of signs since, on the device.
    signs: Option<Tensor<1>>,
}

impl Default for Ada {
    fn default() -> Self {
        Self::new()
    }
}

impl Ada {
    /// From `p = 0`, with all changes, target 0.6, adjusted every 4 turns, from 0 to 1 in 500,000 images at the
    /// fastest.
    pub const fn new() -> Self {
        Self {
            pipeline: AdaPipeline::all(),
            adapts: true,
            target: 0.6,
            every: 4,
            images: 500_000,
            most: 0.8,
            p: 0.0,
            since: Since {
                turns: 0,
                images: 0,
                scores: 0,
                recalled: 0.0,
                signs: None,
            },
        }
    }

    /// The same probability throughout.
    pub const fn fixed(p: f64) -> Self {
        let mut fixed = Self::new();
        fixed.adapts = false;
        fixed.most = 1.0;
        fixed.p = p;
        fixed
    }

    /// Which changes are made.
    pub const fn pipeline(mut self, pipeline: AdaPipeline) -> Self {
        self.pipeline = pipeline;
        self
    }

    /// The `r` that is aimed at.
    pub const fn target(mut self, target: f64) -> Self {
        self.target = target;
        self
    }

    /// Adjusts `p` after every so many turns of the discriminator.
    pub const fn every(mut self, turns: u64) -> Self {
        self.every = turns;
        self
    }

    /// How many real images it takes `p` to go from 0 to 1.
    pub const fn images(mut self, images: u64) -> Self {
        self.images = images;
        self
    }

    /// The greatest probability.
    pub const fn at_most(mut self, p: f64) -> Self {
        self.most = p;
        self
    }

    /// The probability to begin with.
    pub const fn start(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// The probability now.
    pub const fn p(&self) -> f64 {
        self.p
    }

    /// Moves `p` by the signs seen since the last time.
    fn adjust(&mut self) -> Result<()> {
        let since = std::mem::take(&mut self.since);
        let overfitting = since.signs()? / since.scores.max(1) as f64;
        let step = since.images as f64 / self.images.max(1) as f64;
        let direction = match overfitting - self.target {
            above if above > 0.0 => 1.0,
            below if below < 0.0 => -1.0,
            _ => 0.0,
        };
        self.p = (self.p + direction * step).clamp(0.0, self.most);
        Ok(())
    }
}

impl Since {
    /// The sum of the signs.
    fn signs(&self) -> Result<f64> {
        let Some(signs) = &self.signs else {
            return Ok(self.recalled);
        };
        let read = signs.clone().try_into_vec_as::<f64>();
        let read = read.map_err(Error::device)?;
        Ok(self.recalled + read.into_iter().sum::<f64>())
    }

    fn count(&mut self, scores: &Tensor<2>, signs: Tensor<1>) {
        let [batch, each] = scores.dims();
        self.turns += 1;
        self.images += batch as u64;
        self.scores += (batch * each) as u64;
        self.signs = Some(match self.signs.take() {
            Some(before) => before + signs,
            None => signs,
        });
    }
}

impl Augment<Tensor<4>> for Ada {
    fn augment(&self, images: &Tensor<4>, round: &mut Round) -> Tensor<4> {
        self.pipeline.apply(images, self.p, round.random())
    }

    fn advance(&mut self, real: &Tensor<2>, round: &mut Round) -> Result<()> {
        let real = real.clone().inner();
        let signs = real.clone().sign().sum();
        let [batch, each] = real.dims();
        round.measure("ada/overfitting", &(signs.clone() / (batch * each) as f64));
        if self.adapts {
            self.since.count(&real, signs);
            if self.since.turns >= self.every {
                self.adjust()?;
            }
        }
        round.measure_known("ada/p", self.p);
        Ok(())
    }

    fn name(&self) -> &'static str {
        "ADA"
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn check(&self) -> Result<()> {
        let probability = |p: f64| (0.0..=1.0).contains(&p);
        for (usable, what, expected, got) in [
            (
                probability(self.p),
                "the probability of ADA",
                "a number in [0, 1]",
                self.p,
            ),
            (
                probability(self.most),
                "the greatest probability of ADA",
                "a number in [0, 1]",
                self.most,
            ),
            (
                self.p <= self.most,
                "the probability of ADA",
                "at most the greatest",
                self.p,
            ),
            (
                self.target.abs() < 1.0,
                "the target of ADA",
                "a number in (-1, 1)",
                self.target,
            ),
            (
                self.every > 0,
                "the turns between adjustments of ADA",
                "at least 1",
                self.every as f64,
            ),
            (self.images > 0, "the images of ADA", "at least 1", self.images as f64),
            (
                !self.pipeline.is_empty(),
                "the pipeline of ADA",
                "at least one kind of change",
                0.0,
            ),
        ] {
            if !usable {
                return Err(Error::config(what, expected, got));
            }
        }
        Ok(())
    }

    fn memory(&self) -> Memory {
        let Since {
            turns, images, scores, ..
        } = self.since;
        let since = [turns, images, scores].map(|count| count as f64);
        let memory = Memory::new().with("p", [self.p]).with("since", since);
        match self.since.signs() {
            Ok(signs) => memory.with("signs", [signs]),
            Err(error) => memory.without("signs", error),
        }
    }

    fn recall(&mut self, memory: &Memory) {
        let (p, since, signs) = (memory.get("p"), memory.get("since"), memory.get("signs"));
        if let (Some(&[p]), Some(&[turns, images, scores]), Some(&[signs])) = (p, since, signs) {
            self.p = p;
            self.since = Since {
                turns: turns as u64,
                images: images as u64,
                scores: scores as u64,
                recalled: signs,
                signs: None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random;
    use burn::prelude::Device;

    use super::*;
    use crate::testing::scores;

    fn round() -> Round {
        let device = Device::default().autodiff();
        random::with_seeded_device(&device, 1, || Round::new(1, 7, device.clone()))
    }

    /// `p` after so many turns in which the discriminator says this.
    fn after(mut ada: Ada, turns: usize, said: &[f64]) -> f64 {
        let mut round = round();
        for _ in 0..turns {
            ada.advance(&scores(said), &mut round).unwrap();
        }
        assert_eq!(round.measurements().get("ada/p").unwrap(), Some(ada.p()));
        ada.p()
    }

    #[test]
    fn p_rises_while_real_images_are_known_by_heart_and_falls_otherwise() {
        let ada = || Ada::new().images(100);
        let sure = [2.0, 1.0, 3.0, 0.5, -0.1, 1.0, 1.0, 1.0, 1.0, 1.0];
        let unsure = [2.0, 1.0, -3.0, 0.5, -0.1, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(after(ada(), 3, &sure), 0.0, "not yet");
        assert!((after(ada(), 4, &sure) - 0.4).abs() < 1e-12, "r = 0.8");
        assert!(
            (after(ada().start(0.5), 4, &unsure[..9]) - 0.14).abs() < 1e-12,
            "r = 5/9"
        );
        assert_eq!(after(ada().start(0.2), 4, &unsure), 0.2, "r = 0.6, as wanted");
        assert_eq!(after(ada(), 40, &sure), 0.8, "the bound");
        assert_eq!(after(ada().start(0.2), 40, &[-1.0]), 0.0);
        assert_eq!(after(Ada::fixed(0.3), 40, &sure), 0.3);
    }

    #[test]
    fn what_is_recalled_goes_on_bit_for_bit() {
        let (mut first, mut second) = (Ada::new().images(64), Ada::new().images(64));
        let mut round = round();
        let say = |ada: &mut Ada, said: &[f64], round: &mut Round| ada.advance(&scores(said), round).unwrap();
        for _ in 0..6 {
            say(&mut first, &[1.0, 1.0, 1.0, -1.0, 1.0, 1.0], &mut round);
        }
        second.recall(&first.memory());
        assert_eq!(first.memory(), second.memory());
        for said in [[1.0, -1.0], [1.0, 1.0], [1.0, 1.0]] {
            say(&mut first, &said, &mut round);
            say(&mut second, &said, &mut round);
        }
        assert_eq!(first.memory(), second.memory());
        assert!(first.p() > 0.0);
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            Ada::fixed(1.1),
            Ada::new().start(0.9),
            Ada::new().at_most(f64::NAN),
            Ada::new().target(1.0),
            Ada::new().every(0),
            Ada::new().images(0),
            Ada::new().pipeline(AdaPipeline::new()),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        assert!(Ada::new().check().is_ok());
    }
}
