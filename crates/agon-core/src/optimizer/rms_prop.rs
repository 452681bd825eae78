use burn::optim::RmsPropConfig;

use super::Optimizer;

/// RMSprop without momentum and with epsilon `1e-8`, as in PyTorch and the WGAN paper (burn's own defaults
/// are momentum 0.9 and `1e-5`).
///
/// # References
/// Tieleman and Hinton 2012, Coursera lecture 6.5.
#[derive(Debug, Clone)]
pub struct RmsProp {
    learning_rate: f64,
    config: RmsPropConfig,
}

impl RmsProp {
    /// RMSprop with `alpha = 0.99`.
    pub fn new(learning_rate: f64) -> Self {
        let config = RmsPropConfig::new().with_momentum(0.0).with_epsilon(1e-8);
        Self { learning_rate, config }
    }

    /// How long squared gradients are remembered.
    pub fn alpha(mut self, alpha: f32) -> Self {
        self.config = self.config.with_alpha(alpha);
        self
    }

    /// Momentum on the scaled gradients.
    pub fn momentum(mut self, momentum: f32) -> Self {
        self.config = self.config.with_momentum(momentum);
        self
    }

    /// What is added to the root of the mean square.
    pub fn epsilon(mut self, epsilon: f32) -> Self {
        self.config = self.config.with_epsilon(epsilon);
        self
    }
}

impl From<RmsProp> for Optimizer {
    fn from(rule: RmsProp) -> Self {
        Self::of("RMSprop", &rule.config, rule.config.init(), rule.learning_rate)
    }
}
