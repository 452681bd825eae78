use burn::optim::RmsPropConfig;

use super::{Must, Optimizer};

/// RMSprop without momentum and with epsilon `1e-8`, as in PyTorch and the WGAN paper (burn's own defaults
/// are momentum 0.9 and `1e-5`).
///
/// # References
/// Tieleman and Hinton 2012, Coursera lecture 6.5.
#[derive(Debug, Clone)]
pub struct RmsProp {
    learning_rate: f64,
    alpha: f32,
    momentum: f32,
    epsilon: f32,
}

impl RmsProp {
    /// RMSprop with `alpha = 0.99`.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            alpha: 0.99,
            momentum: 0.0,
            epsilon: 1e-8,
        }
    }

    /// How long squared gradients are remembered.
    pub fn alpha(mut self, alpha: f32) -> Self {
        self.alpha = alpha;
        self
    }

    /// Momentum on the scaled gradients.
    pub fn momentum(mut self, momentum: f32) -> Self {
        self.momentum = momentum;
        self
    }

    /// What is added to the root of the mean square.
    pub fn epsilon(mut self, epsilon: f32) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl From<RmsProp> for Optimizer {
    fn from(rule: RmsProp) -> Self {
        let config = RmsPropConfig::new()
            .with_alpha(rule.alpha)
            .with_momentum(rule.momentum)
            .with_epsilon(rule.epsilon);
        Self::of("RMSprop", &config, config.init(), rule.learning_rate).checked([
            ("alpha", Must::BePart, f64::from(rule.alpha)),
            ("momentum", Must::NotBeNegative, f64::from(rule.momentum)),
            ("epsilon", Must::BePositive, f64::from(rule.epsilon)),
        ])
    }
}
