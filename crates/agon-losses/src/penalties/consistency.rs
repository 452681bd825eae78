use std::fmt;
use std::sync::Arc;

use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result, Sample, Scored};
use burn::prelude::Tensor;

use crate::augment;

type Augmentation<S> = Arc<dyn Fn(&S, &mut Random) -> S + Send + Sync>;

/// A sample, and the same sample changed in a way that should not matter, deserve the same score.
///
/// ```text
/// lambda E (D(x) - D(T(x)))^2
/// ```
///
/// `x`: real samples; `T`: the augmentation, random, drawn on the host; `lambda`: the weight.
///
/// # Example
/// ```
/// use agon_losses::{Consistency, augment};
/// use burn::prelude::Tensor;
///
/// let of_images = Consistency::<Tensor<4>>::new(10.0, augment::flip_and_shift(4));
/// let of_points = Consistency::<Tensor<2>>::jitter(1.0, 0.05);
/// # let _ = (of_images, of_points);
/// ```
///
/// # References
/// Zhang et al. 2020, "Consistency Regularization for Generative Adversarial Networks", arXiv:1910.12027
/// (lambda 10, flips and shifts by 4 pixels).
#[derive(Clone)]
pub struct Consistency<S> {
    weight: f64,
    augment: Augmentation<S>,
    /// The standard deviation of [`jitter`](Self::jitter).
    noise: f64,
    interval: u64,
}

impl<S: Sample> Consistency<S> {
    /// With this weight `lambda` and any augmentation.
    pub fn new(weight: f64, augment: impl Fn(&S, &mut Random) -> S + Send + Sync + 'static) -> Self {
        Self {
            weight,
            augment: Arc::new(augment),
            noise: 0.0,
            interval: 1,
        }
    }

    /// With normal noise of this standard deviation as augmentation, which suits any sample.
    pub fn jitter(weight: f64, deviation: f64) -> Self {
        Self {
            noise: deviation,
            ..Self::new(weight, augment::jitter(deviation))
        }
    }

    /// Adds the penalty in every `interval`-th turn only, times `interval`.
    pub fn every(mut self, interval: u64) -> Self {
        self.interval = interval;
        self
    }
}

impl<D: Discriminator> Penalty<D> for Consistency<D::Input> {
    fn penalty(&self, bout: &Bout<'_, D>, random: &mut Random) -> Tensor<1> {
        let changed = (self.augment)(&bout.real.detached(), random);
        let scores = bout.discriminator.discriminate(changed).scores();
        (bout.real_scores.clone() - scores).square().mean() * self.weight
    }

    fn name(&self) -> &'static str {
        "consistency"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of Consistency", self.weight)?;
        Error::unless_at_least_zero("noise of Consistency", self.noise)
    }

    fn interval(&self) -> u64 {
        self.interval
    }
}

impl<S> fmt::Debug for Consistency<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consistency")
            .field("weight", &self.weight)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}
