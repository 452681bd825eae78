use agon_kernels::{Unit, ops};
use burn::config::Config;
use burn::module::{Flag, Module, Param, RunningState};
use burn::nn as theirs;
use burn::prelude::{Device, Tensor};

use crate::Activation;

/// Configuration of a [`BatchNorm`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct BatchNormConfig {
    /// Channels.
    pub num_features: usize,
    /// What is added to the variance.
    #[config(default = 1e-5)]
    pub epsilon: f64,
    /// The weight of a batch in the running statistics.
    #[config(default = 0.1)]
    pub momentum: f64,
}

/// Batch normalization, by this project's kernels on the CPU and by burn's elsewhere.
///
/// On a training device it uses the statistics of the batch and lets the running ones follow; elsewhere, and when it
/// is frozen, the running ones. Its record is that of burn's `BatchNorm`: either loads the other's.
///
/// # Shapes
/// `[batch, channels, ..]` to the same.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// The scale of each channel.
    pub gamma: Param<Tensor<1>>,
    /// What is added to each channel.
    pub beta: Param<Tensor<1>>,
    /// Whether the layer takes part in training.
    pub training: Param<Flag>,
    /// The mean over past batches.
    pub running_mean: RunningState<Tensor<1>>,
    /// The variance over past batches.
    pub running_var: RunningState<Tensor<1>>,
    /// The weight of a batch in the running statistics.
    pub momentum: f64,
    /// What is added to the variance.
    pub epsilon: f64,
}

impl BatchNormConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If there are no channels, or a setting is out of its range.
    pub fn init(&self, device: &Device) -> BatchNorm {
        let layer = theirs::BatchNormConfig::new(self.num_features)
            .with_epsilon(self.epsilon)
            .with_momentum(self.momentum);
        layer.init(device).into()
    }
}

impl BatchNorm {
    /// Applies the layer.
    ///
    /// # Panics
    /// If `x` has other channels.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.forward_then(x, Activation::Identity)
    }

    /// Applies the layer and an activation, in one pass where that can be.
    ///
    /// # Panics
    /// If `x` has other channels.
    pub fn forward_then<const D: usize>(&self, x: Tensor<D>, activation: Activation) -> Tensor<D> {
        let parameters = [self.gamma.val(), self.beta.val()];
        // Without a kernel of its own the activation follows separately.
        let (fused, rest) = match activation.unit() {
            Some(unit) => (unit, Activation::Identity),
            None => (Unit::Identity, activation),
        };
        let normal = if self.learns_from(&x) {
            let [gamma, beta] = parameters;
            let normal = ops::batch_norm(x, gamma, beta, self.epsilon, fused);
            self.remember(normal.mean, normal.variance);
            normal.output
        } else {
            let device = x.device();
            let statistics = [&self.running_mean, &self.running_var].map(|state| state.value().to_device(&device));
            ops::batch_norm_by(x, parameters, statistics, self.epsilon, fused)
        };
        rest.forward(normal)
    }

    /// Whether this input is normalized by its own statistics.
    pub(crate) fn learns_from<const D: usize>(&self, x: &Tensor<D>) -> bool {
        x.device().is_autodiff() && self.training.is_enabled()
    }

    /// Moves the running statistics towards those of a batch.
    fn remember(&self, mean: Tensor<1>, variance: Tensor<1>) {
        for (running, batch) in [(&self.running_mean, mean), (&self.running_var, variance)] {
            let batch = batch.detach();
            let before = running.value_sync().to_device(&batch.device());
            running.update((before * (1.0 - self.momentum) + batch * self.momentum).detach());
        }
    }
}

impl From<theirs::BatchNorm> for BatchNorm {
    fn from(layer: theirs::BatchNorm) -> Self {
        Self {
            gamma: layer.gamma,
            beta: layer.beta,
            training: layer.training,
            running_mean: layer.running_mean,
            running_var: layer.running_var,
            momentum: layer.momentum,
            epsilon: layer.epsilon,
        }
    }
}

impl From<&theirs::BatchNorm> for BatchNorm {
    fn from(layer: &theirs::BatchNorm) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for BatchNorm {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
