use burn::optim::{AdamConfig, decay::WeightDecayConfig};

use super::Optimizer;

/// Adam with the papers' epsilon of `1e-8` (burn's own default is `1e-5`).
///
/// # References
/// Kingma and Ba 2015, arXiv:1412.6980. GANs since DCGAN use `betas(0.5, 0.999)`, WGAN-GP `(0, 0.9)`.
#[derive(Debug, Clone)]
pub struct Adam {
    learning_rate: f64,
    config: AdamConfig,
}

impl Adam {
    /// Adam with `(beta1, beta2) = (0.9, 0.999)`.
    pub fn new(learning_rate: f64) -> Self {
        let config = AdamConfig::new().with_epsilon(1e-8);
        Self { learning_rate, config }
    }

    /// How long first and second moments are remembered.
    pub fn betas(mut self, beta1: f32, beta2: f32) -> Self {
        self.config = self.config.with_beta_1(beta1).with_beta_2(beta2);
        self
    }

    /// What is added to the root of the second moment.
    pub fn epsilon(mut self, epsilon: f32) -> Self {
        self.config = self.config.with_epsilon(epsilon);
        self
    }

    /// Adds `decay * weight` to each gradient.
    pub fn weight_decay(mut self, decay: f32) -> Self {
        self.config = self.config.with_weight_decay(Some(WeightDecayConfig::new(decay)));
        self
    }

    /// Keeps the largest second moment seen (AMSGrad).
    pub fn amsgrad(mut self) -> Self {
        self.config = self.config.with_amsgrad(true);
        self
    }
}

impl From<Adam> for Optimizer {
    fn from(adam: Adam) -> Self {
        Self::named("Adam", &adam.config, adam.config.init(), adam.learning_rate)
    }
}
