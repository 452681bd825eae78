use burn::optim::{SgdConfig, momentum::MomentumConfig};

use super::Optimizer;

/// Plain gradient descent, with undampened momentum on wish (burn's own default dampening is 0.1).
#[derive(Debug, Clone)]
pub struct Sgd {
    learning_rate: f64,
    config: SgdConfig,
}

impl Sgd {
    /// Steps along the gradient.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            config: SgdConfig::new(),
        }
    }

    /// Steps along a velocity which keeps `momentum` of itself.
    pub fn momentum(mut self, momentum: f64) -> Self {
        let momentum = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0);
        self.config = self.config.with_momentum(Some(momentum));
        self
    }
}

impl From<Sgd> for Optimizer {
    fn from(sgd: Sgd) -> Self {
        Self::of("SGD", &sgd.config, sgd.config.init(), sgd.learning_rate)
    }
}
