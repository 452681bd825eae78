use agon_kernels::ops;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{Adam as BurnAdam, AdamConfig, AdamState, AdaptiveMomentumState, LearningRate, ModuleOptimizer};
use burn::prelude::{Device, Tensor};

use super::{Must, Optimizer};

/// Adam with the papers' epsilon of `1e-8` (burn's own default is `1e-5`).
///
/// A step is one pass over each parameter where this project's kernels run; its state is that of burn's Adam.
///
/// # References
/// Kingma and Ba 2015, arXiv:1412.6980. GANs since DCGAN use `betas(0.5, 0.999)`, WGAN-GP `(0, 0.9)`.
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f64,
    config: AdamConfig,
    betas: [f32; 2],
    epsilon: f32,
    decay: f32,
    /// Nothing is asked for that the one pass does not do.
    plain: bool,
}

impl Adam {
    /// Adam with `(beta1, beta2) = (0.9, 0.999)`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = Self {
            learning_rate,
            config: AdamConfig::new(),
            betas: [0.9, 0.999],
            epsilon: 0.0,
            decay: 0.0,
            plain: true,
        };
        rule.epsilon(1e-8)
    }

    /// How long first and second moments are remembered.
    pub fn betas(mut self, beta1: f32, beta2: f32) -> Self {
        self.config = self.config.with_beta_1(beta1).with_beta_2(beta2);
        self.betas = [beta1, beta2];
        self
    }

    /// What is added to the root of the second moment.
    pub fn epsilon(mut self, epsilon: f32) -> Self {
        self.config = self.config.with_epsilon(epsilon);
        self.epsilon = epsilon;
        self
    }

    /// Adds `decay * weight` to each gradient.
    pub fn weight_decay(mut self, decay: f32) -> Self {
        self.config = self.config.with_weight_decay(Some(WeightDecayConfig::new(decay)));
        self.decay = decay;
        self.plain = false;
        self
    }

    /// Keeps the largest second moment seen (AMSGrad).
    pub fn amsgrad(mut self) -> Self {
        self.config = self.config.with_amsgrad(true);
        self.plain = false;
        self
    }
}

impl From<Adam> for Optimizer {
    fn from(adam: Adam) -> Self {
        let rule = if adam.plain {
            ModuleOptimizer::from(OnePass {
                betas: adam.betas,
                epsilon: adam.epsilon,
            })
        } else {
            adam.config.init()
        };
        Self::of("Adam", &adam.config, rule, adam.learning_rate).checked([
            ("beta_1", Must::BePart, f64::from(adam.betas[0])),
            ("beta_2", Must::BePart, f64::from(adam.betas[1])),
            ("epsilon", Must::BePositive, f64::from(adam.epsilon)),
            ("weight decay", Must::NotBeNegative, f64::from(adam.decay)),
        ])
    }
}

/// Adam without decay and AMSGrad.
#[derive(Debug, Clone, Copy)]
struct OnePass {
    betas: [f32; 2],
    epsilon: f32,
}

impl burn::optim::Optimizer for OnePass {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<D>,
        gradients: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let past = state.map_or_else(
            || AdaptiveMomentumState::new(0, gradients.zeros_like(), gradients.zeros_like()),
            |state| state.momentum,
        );
        let time = past.time + 1;
        // In doubles: 1 - 0.999 has four digits in singles.
        let [first, second] = self.betas.map(|beta| 1.0 - f64::from(beta).powi(time as i32));
        let step = agon_kernels::Adam {
            betas: self.betas,
            epsilon: (f64::from(self.epsilon) * second.sqrt()) as f32,
            rate: (rate * second.sqrt() / first) as f32,
        };
        let (weights, [m, v]) = ops::adam(step, weights, gradients, [past.moment_1, past.moment_2]);
        (weights, Some(AdamState::new(AdaptiveMomentumState::new(time, m, v))))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        <BurnAdam as burn::optim::Optimizer>::to_device(state, device)
    }
}
