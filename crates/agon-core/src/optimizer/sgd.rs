use burn::optim::{SgdConfig, momentum::MomentumConfig};

use super::{Must, Optimizer};

/// Plain gradient descent, with undampened momentum on wish (burn's own default dampening is 0.1).
#[derive(Debug, Clone)]
pub struct Sgd {
    learning_rate: f64,
    momentum: Option<f64>,
}

impl Sgd {
    /// Steps along the gradient.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            momentum: None,
        }
    }

    /// Steps along a velocity which keeps `momentum` of itself.
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = Some(momentum);
        self
    }
}

impl From<Sgd> for Optimizer {
    fn from(sgd: Sgd) -> Self {
        let with = |momentum| MomentumConfig::new().with_momentum(momentum).with_dampening(0.0);
        let config = SgdConfig::new().with_momentum(sgd.momentum.map(with));
        let momentum = sgd.momentum.unwrap_or_default();
        Self::of("SGD", &config, config.init(), sgd.learning_rate).checked([(
            "momentum",
            Must::NotBeNegative,
            momentum,
        )])
    }
}
