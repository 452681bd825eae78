use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Memory, Penalty};
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
#[derive(Debug, Clone)]
pub struct LeCam {
    weight: f64,
    decay: f64,
    interval: u64,
    real: Average,
    fake: Average,
}

impl LeCam {
    /// With this weight, `lambda`.
    pub const fn new(weight: f64) -> Self {
        Self {
            weight,
            decay: 0.99,
            interval: 1,
            real: Average::Unseen,
            fake: Average::Unseen,
        }
    }

    /// The decay of the moving averages.
    pub const fn decay(mut self, decay: f64) -> Self {
        self.decay = decay;
        self
    }

    /// Adds the penalty in every `interval`-th turn only, times `interval`.
    pub const fn every(mut self, interval: u64) -> Self {
        self.interval = interval;
        self
    }
}

impl<D: Discriminator> Penalty<D> for LeCam {
    fn penalty(&mut self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let (real, fake) = (bout.real_scores.clone(), bout.fake_scores.clone());
        let real_average = self.real.follow(&real, self.decay).unsqueeze();
        let fake_average = self.fake.follow(&fake, self.decay).unsqueeze();
        let distance = (real - fake_average).square().mean() + (fake - real_average).square().mean();
        distance * self.weight
    }

    fn name(&self) -> &'static str {
        "le_cam"
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
#[derive(Debug, Clone)]
enum Average {
    Unseen,
    Recalled(f64),
    Running(Tensor<1>),
}

impl Average {
    /// Moves towards the mean of these scores.
    fn follow(&mut self, scores: &Tensor<2>, decay: f64) -> Tensor<1> {
        let mean = scores.clone().detach().mean();
        let before = match self {
            Self::Unseen => mean.clone(),
            Self::Recalled(value) => mean.full_like(*value),
            Self::Running(average) => average.clone(),
        };
        let average = before * decay + mean * (1.0 - decay);
        *self = Self::Running(average.clone());
        average
    }

    fn keep(&self, name: &str, memory: Memory) -> Memory {
        match self {
            Self::Unseen => memory,
            Self::Recalled(value) => memory.with(name, [*value]),
            Self::Running(average) => memory.with_tensor(name, average),
        }
    }

    fn recalled(values: Option<&[f64]>) -> Self {
        match values {
            Some(&[value]) => Self::Recalled(value),
            _ => Self::Unseen,
        }
    }
}
