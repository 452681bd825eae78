use agon_kernels::{Unit, ops};
use burn::prelude::Tensor;
use burn::tensor::activation;
use serde::{Deserialize, Serialize};

/// A non-linearity that works element by element, as a setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Activation {
    /// `x`
    Identity,
    /// `max(x, 0)`
    Relu,
    /// `x` above zero, `slope x` below.
    LeakyRelu(f64),
    /// `tanh x`
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `log(1 + e^x)`
    Softplus,
}

impl Activation {
    /// Applies it.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match (self.unit(), self) {
            (Some(unit), _) => ops::unit(x, unit),
            (None, Self::LeakyRelu(slope)) => activation::leaky_relu(x, slope),
            (None, _) => activation::softplus(x, 1.0),
        }
    }

    /// Where it is two straight lines that meet at zero, the upper one of slope 1: the slope of the lower one, unless that
    /// is below zero.
    pub fn kink(self) -> Option<f64> {
        match self {
            Self::Identity => Some(1.0),
            Self::Relu => Some(0.0),
            Self::LeakyRelu(slope) => (slope >= 0.0).then_some(slope),
            Self::Tanh | Self::Sigmoid | Self::Softplus => None,
        }
    }

    /// The kernel for it.
    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Self::Identity => Some(Unit::Identity),
            Self::Relu => Some(Unit::Leaky(0.0)),
            // The kernel tells the side from the value, which a slope below zero turns around.
            Self::LeakyRelu(slope) => (slope >= 0.0).then_some(Unit::Leaky(slope)),
            Self::Tanh => Some(Unit::Tanh),
            Self::Sigmoid => Some(Unit::Sigmoid),
            Self::Softplus => None,
        }
    }

    /// Applies it to a value and to its derivative in some direction. Where it has a kink the slope is the left one, as
    /// in burn's own backward pass.
    pub(crate) fn push<const D: usize>(self, x: Tensor<D>, tangent: Tensor<D>) -> [Tensor<D>; 2] {
        match self {
            Self::Identity => [x, tangent],
            Self::Relu => Self::LeakyRelu(0.0).push(x, tangent),
            Self::LeakyRelu(slope) if slope >= 0.0 => {
                let y = self.forward(x);
                [y.clone(), ops::chained(tangent, y, slope)]
            }
            Self::LeakyRelu(slope) => {
                let below = x.clone().detach().lower_equal_elem(0.0);
                let slope = x.clone().detach().ones_like().mask_fill(below, slope);
                [self.forward(x), tangent * slope]
            }
            Self::Tanh => {
                let y = x.tanh();
                [y.clone(), tangent * (y.square() - 1.0).neg()]
            }
            Self::Sigmoid => {
                let y = activation::sigmoid(x);
                [y.clone(), tangent * y.clone() * (y - 1.0).neg()]
            }
            Self::Softplus => [activation::softplus(x.clone(), 1.0), tangent * activation::sigmoid(x)],
        }
    }
}
