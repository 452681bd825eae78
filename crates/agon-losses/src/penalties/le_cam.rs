use std::fmt;

use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Memory, Penalty, Result};
use burn::prelude::Tensor;

/// Scores should not stray far from the other side's running average; made for little data.
///
/// ```text
/// lambda (E (r - a_f)^2 + E (f - a_r)^2),    a <- d a + (1 - d) E v
/// ```
///
/// `r`, `f`: scores of real and of generated samples; `a_r`, `a_f`: moving averages of their means, which
/// begin at the first batch's and stay on the device; `d`: the decay, 0.99; `lambda`: the weight.
///
/// # Example
/// ```
/// use agon_losses::LeCam;
///
/// let penalty = LeCam::new(0.3).decay(0.999);
/// # let _ = penalty;
/// ```
///
/// # References
/// Tseng et al. 2021, "Regularizing Generative Adversarial Networks under Limited Data", arXiv:2104.03310. The
/// authors' code leaves the averages alone, and the term out, for the first thousand steps.
#[derive(Clone)]
pub struct LeCam {
    weight: f64,
    decay: f64,
    interval: u64,
    real: Average,
    fake: Average,
}

/// Its settings alone: descriptions of runs do not change while they go on.
impl fmt::Debug for LeCam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeCam")
            .field("weight", &self.weight)
            .field("decay", &self.decay)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl LeCam {
    /// With this weight, `lambda`.
    pub fn new(weight: f64) -> Self {
        Self {
            weight,
            decay: 0.99,
            interval: 1,
            real: Average::default(),
            fake: Average::default(),
        }
    }

    /// The decay of the moving averages.
    pub fn decay(mut self, decay: f64) -> Self {
        self.decay = decay;
        self
    }

    /// Adds the penalty in every `interval`-th turn only, times `interval`.
    pub fn every(mut self, interval: u64) -> Self {
        self.interval = interval;
        self
    }
}

impl<D: Discriminator> Penalty<D> for LeCam {
    fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let (real, fake) = (bout.real_scores.clone(), bout.fake_scores.clone());
        let real_average = self.real.next(&real, self.decay).unsqueeze();
        let fake_average = self.fake.next(&fake, self.decay).unsqueeze();
        let distance = (real - fake_average).square().mean() + (fake - real_average).square().mean();
        distance * self.weight
    }

    fn advance(&mut self, bout: &Bout<'_, D>) {
        self.real.now = Some(self.real.next(&bout.real_scores, self.decay));
        self.fake.now = Some(self.fake.next(&bout.fake_scores, self.decay));
    }

    fn name(&self) -> &'static str {
        "le_cam"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of LeCam", self.weight)?;
        Error::unless_part("decay of LeCam", self.decay)
    }

    fn interval(&self) -> u64 {
        self.interval
    }

    fn memory(&self) -> Memory {
        self.fake.keep("fake", self.real.keep("real", Memory::new()))
    }

    fn recall(&mut self, memory: &Memory) {
        self.real = Average::recalled(memory.get("real"));
        self.fake = Average::recalled(memory.get("fake"));
    }
}

/// A moving average, from its first value on.
#[derive(Clone, Default)]
struct Average {
    now: Option<Tensor<1>>,
    recalled: Option<f64>,
}

impl Average {
    /// What it is after a move towards the mean of these scores.
    fn next(&self, scores: &Tensor<2>, decay: f64) -> Tensor<1> {
        let mean = scores.clone().detach().mean();
        let start = || {
            self.recalled
                .map_or_else(|| mean.clone(), |value| mean.full_like(value))
        };
        let before = self.now.clone().unwrap_or_else(start);
        before * decay + mean * (1.0 - decay)
    }

    fn keep(&self, name: &str, memory: Memory) -> Memory {
        match (&self.now, self.recalled) {
            (Some(average), _) => memory.with_tensor(name, average),
            (None, Some(value)) => memory.with(name, [value]),
            (None, None) => memory,
        }
    }

    fn recalled(values: Option<&[f64]>) -> Self {
        let recalled = values.and_then(|values| values.first().copied());
        Self { now: None, recalled }
    }
}
