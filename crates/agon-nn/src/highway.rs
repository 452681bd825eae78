use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Tensor};

use crate::{Activation, Linear, LinearConfig};

/// Configuration of a [`Highway`].
#[derive(Config, Debug)]
pub struct HighwayConfig {
    /// Numbers in a row.
    pub features: usize,
    /// What the bias of the gate begins at: the lower, the more passes unchanged.
    #[config(default = 0.0)]
    pub gate: f64,
}

impl HighwayConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> Highway {
        let mut gate = LinearConfig::new(self.features, self.features).init(device);
        gate.bias = Some(burn::nn::Initializer::Constant { value: self.gate }.init([self.features], device));
        Highway {
            change: LinearConfig::new(self.features, self.features).init(device),
            gate,
        }
    }
}

/// A layer which lets its input pass where its gate is closed.
///
/// ```text
/// y = t relu(x W + b) + (1 - t) x,    t = sigmoid(x W_t + b_t)
/// ```
///
/// # Shapes
/// `[batch, features]` to the same.
///
/// # Example
/// ```
/// use agon_nn::HighwayConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let highway = HighwayConfig::new(300).init(&device);
/// assert_eq!(highway.forward(Tensor::zeros([64, 300], &device)).dims(), [64, 300]);
/// ```
///
/// # References
/// Srivastava, Greff and Schmidhuber 2015, "Highway networks", arXiv:1505.00387.
#[derive(Module, Debug)]
pub struct Highway {
    change: Linear,
    gate: Linear,
}

impl Highway {
    /// Applies the layer.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let t = Activation::Sigmoid.forward(self.gate.forward(x.clone()));
        let change = Activation::Relu.forward(self.change.forward(x.clone()));
        t * (change - x.clone()) + x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_lets_everything_pass() {
        let device = Device::default();
        let x = Tensor::from_data([[1.0, -2.0, 3.0]], &device);
        let closed = HighwayConfig::new(3).with_gate(-100.0).init(&device);
        closed
            .forward(x.clone())
            .into_data()
            .assert_eq(&x.clone().into_data(), true);
        let open = HighwayConfig::new(3).with_gate(100.0).init(&device);
        let changed: Vec<f32> = open.forward(x.clone()).try_into_vec_as().unwrap();
        let expected: Vec<f32> = Activation::Relu
            .forward(open.change.forward(x))
            .try_into_vec_as()
            .unwrap();
        assert!(changed.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
