use burn::nn::Initializer;
use burn::prelude::Device;

use crate::{BatchNorm, BatchNormConfig, Linear, LinearConfig};

/// A linear layer with weights from `initializer` and a bias of zero, or none.
///
/// burn's own layers draw the bias from the same distribution as the weights.
pub fn linear(sizes: [usize; 2], bias: bool, initializer: &Initializer, device: &Device) -> Linear {
    let mut layer = LinearConfig::new(sizes[0], sizes[1])
        .with_bias(false)
        .with_initializer(initializer.clone())
        .init(device);
    layer.bias = bias.then(|| Initializer::Zeros.init([sizes[1]], device));
    layer
}

/// Batch normalization whose scale is drawn from `N(1, sd)`, as DCGAN does.
pub fn batch_norm(features: usize, sd: f64, device: &Device) -> BatchNorm {
    let mut layer = BatchNormConfig::new(features).init(device);
    layer.gamma = Initializer::Normal { mean: 1.0, std: sd }.init([features], device);
    layer
}

/// burn's own default.
pub(crate) fn uniform() -> Initializer {
    Initializer::KaimingUniform {
        gain: 1.0 / 3.0_f64.sqrt(),
        fan_out_only: false,
    }
}
