use burn::module::Param;
use burn::prelude::Tensor;

use crate::{Activation, BatchNorm, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, Linear, maxout};

/// A value and its derivative in one direction, carried through a network together.
///
/// Each layer maps `(x, t)` to `(f(x), f'(x) t)`. All of it is ordinary tensor arithmetic, so the derivative
/// can be differentiated again: this is how gradient penalties are exact although burn differentiates once.
///
/// # Example
/// ```
/// use agon_nn::{Activation, Dual};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let x = Tensor::<1>::from_floats([0.5], &device);
/// let dual = Dual::new(x.clone(), x.ones_like()).activation(Activation::Tanh);
/// let slope: f32 = dual.tangent.into_scalar();
/// assert!((slope - (1.0 - 0.5f32.tanh().powi(2))).abs() < 1e-6);
/// ```
#[derive(Debug, Clone)]
pub struct Dual<const D: usize> {
    /// The value.
    pub value: Tensor<D>,
    /// Its derivative.
    pub tangent: Tensor<D>,
}

impl<const D: usize> Dual<D> {
    /// A value and the direction in which it moves.
    pub fn new(value: Tensor<D>, tangent: Tensor<D>) -> Self {
        Self { value, tangent }
    }

    /// Applies a linear map to both. They stay apart, so that the way back goes through values only where tangents
    /// depend on them: behind piecewise linear activations they do not.
    fn linear_map<const E: usize>(self, map: impl Fn(Tensor<D>) -> Tensor<E>) -> Dual<E> {
        Dual {
            value: map(self.value),
            tangent: map(self.tangent),
        }
    }

    /// Adds a bias to each channel of the values.
    fn biased(mut self, bias: Option<Tensor<1>>) -> Self {
        if let Some(bias) = bias {
            let mut along_channels = [1; D];
            along_channels[1] = bias.dims()[0];
            self.value = self.value + bias.reshape(along_channels);
        }
        self
    }

    /// Applies a map that only rearranges.
    pub fn reshape<const E: usize>(self, shape: [usize; E]) -> Dual<E> {
        Dual {
            value: self.value.reshape(shape),
            tangent: self.tangent.reshape(shape),
        }
    }

    /// Through a non-linearity.
    pub fn activation(self, activation: Activation) -> Self {
        let [value, tangent] = activation.push(self.value, self.tangent);
        Self { value, tangent }
    }

    /// Through batch normalization: with the statistics of the batch, which move too, if the layer is in
    /// training mode, else with the running ones. The running ones are not updated.
    pub fn batch_norm(self, layer: impl Into<BatchNorm>) -> Self {
        let layer = layer.into();
        let training = layer.learns_from(&self.value);
        let mut along_channels = [1; D];
        along_channels[1] = layer.gamma.dims()[0];
        let (gamma, beta) = (
            layer.gamma.val().reshape(along_channels),
            layer.beta.val().reshape(along_channels),
        );
        let (mean, variance) = if training {
            let mean = over_batch(self.value.clone());
            let variance = over_batch((self.value.clone() - mean.clone()).square());
            (mean, variance)
        } else {
            let (mean, variance) = (layer.running_mean.value_sync(), layer.running_var.value_sync());
            (mean.reshape(along_channels), variance.reshape(along_channels))
        };
        let scale = (variance + layer.epsilon).sqrt().recip();
        let normal = (self.value - mean) * scale.clone();
        let tangent = if training {
            let centred = self.tangent.clone() - over_batch(self.tangent.clone());
            centred - normal.clone() * over_batch(normal.clone() * self.tangent)
        } else {
            self.tangent
        };
        Self {
            value: normal * gamma.clone() + beta,
            tangent: tangent * scale * gamma,
        }
    }
}

impl Dual<3> {
    /// Through a convolution of sequences, of this crate or of burn.
    pub fn conv1d(self, layer: impl Into<Conv1d>) -> Self {
        let layer = layer.into();
        self.linear_map(layer.linear_part())
            .biased(layer.bias.as_ref().map(Param::val))
    }

    /// Through a transposed convolution of sequences, of this crate or of burn.
    pub fn conv_transpose1d(self, layer: impl Into<ConvTranspose1d>) -> Self {
        let layer = layer.into();
        self.linear_map(layer.linear_part())
            .biased(layer.bias.as_ref().map(Param::val))
    }
}

impl Dual<2> {
    /// Through a linear layer, of this crate or of burn.
    pub fn linear(self, layer: impl Into<Linear>) -> Self {
        let layer = layer.into();
        let mut out = self.linear_map(layer.linear_part());
        if let Some(bias) = &layer.bias {
            out.value = out.value + bias.val().unsqueeze();
        }
        out
    }

    /// Through the largest of each group of `pieces` features.
    pub fn maxout(self, pieces: usize) -> Self {
        let [batch, width] = self.value.dims();
        let groups = [batch, width / pieces, pieces];
        let largest = self.value.clone().detach().reshape(groups).argmax(2);
        let tangent = self.tangent.reshape(groups).gather(2, largest);
        Self {
            value: maxout(self.value, pieces),
            tangent: tangent.reshape([batch, width / pieces]),
        }
    }
}

impl Dual<4> {
    /// Through a convolution, of this crate or of burn.
    pub fn conv2d(self, layer: impl Into<Conv2d>) -> Self {
        let layer = layer.into();
        self.linear_map(layer.linear_part())
            .biased(layer.bias.as_ref().map(Param::val))
    }

    /// Through a transposed convolution, of this crate or of burn.
    pub fn conv_transpose2d(self, layer: impl Into<ConvTranspose2d>) -> Self {
        let layer = layer.into();
        self.linear_map(layer.linear_part())
            .biased(layer.bias.as_ref().map(Param::val))
    }
}

/// The mean over everything but channels, in a shape that broadcasts.
fn over_batch<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (0..D).filter(|&dim| dim != 1).fold(x, |x, dim| x.mean_dim(dim))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wave;
    use burn::module::Param;
    use burn::nn::conv::{Conv1dConfig, Conv2dConfig, ConvTranspose1dConfig, ConvTranspose2dConfig};
    use burn::nn::{BatchNormConfig, LinearConfig, PaddingConfig1d, PaddingConfig2d};
    use burn::prelude::Device;

    /// The tangent against a central difference of the values.
    fn check<const D: usize, const E: usize>(shape: [usize; D], map: impl Fn(Dual<D>) -> Dual<E>) {
        let (x, t) = (wave(shape, 0.3), wave(shape, 1.9));
        let exact = map(Dual::new(x.clone(), t.clone())).tangent;
        let e = 1e-6;
        let at = |sign: f64| map(Dual::new(x.clone() + t.clone() * (sign * e), t.zeros_like())).value;
        let difference = (at(1.0) - at(-1.0)) / (2.0 * e);
        let error: f64 = (exact - difference).abs().max().into_scalar();
        assert!(error < 1e-8, "{error}");
    }

    #[test]
    fn activations_carry_their_slope() {
        use Activation::*;
        for activation in [Identity, Relu, LeakyRelu(0.2), Tanh, Sigmoid, Softplus] {
            check([4, 6], |x: Dual<2>| x.activation(activation));
        }
    }

    #[test]
    fn linear_and_maxout_carry_tangents() {
        let mut layer = LinearConfig::new(5, 6).init(&Device::default().autodiff());
        layer.weight = Param::from_tensor(wave([5, 6], 0.1));
        layer.bias = Some(Param::from_tensor(wave([6], 0.5)));
        check([3, 5], |x: Dual<2>| x.linear(&layer).maxout(3));
    }

    #[test]
    fn convolutions_carry_tangents() {
        let device = Device::default().autodiff();
        let mut conv = Conv2dConfig::new([2, 3], [3, 3])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(&device);
        conv.weight = Param::from_tensor(wave([3, 2, 3, 3], 0.2));
        conv.bias = Some(Param::from_tensor(wave([3], 0.7)));
        let mut back = ConvTranspose2dConfig::new([3, 2], [4, 4])
            .with_stride([2, 2])
            .with_padding([1, 1])
            .init(&device);
        back.weight = Param::from_tensor(wave([3, 2, 4, 4], 0.9));
        back.bias = Some(Param::from_tensor(wave([2], 0.4)));
        check([2, 2, 6, 6], |x: Dual<4>| {
            x.conv2d(&conv).activation(Activation::Tanh).conv_transpose2d(&back)
        });
    }

    #[test]
    fn convolutions_of_sequences_carry_tangents() {
        let device = Device::default().autodiff();
        let mut conv = Conv1dConfig::new(2, 3, 3)
            .with_stride(2)
            .with_padding(PaddingConfig1d::Explicit(1, 1))
            .init(&device);
        conv.weight = Param::from_tensor(wave([3, 2, 3], 0.2));
        conv.bias = Some(Param::from_tensor(wave([3], 0.7)));
        let mut back = ConvTranspose1dConfig::new([3, 2], 4)
            .with_stride(2)
            .with_padding(1)
            .init(&device);
        back.weight = Param::from_tensor(wave([3, 2, 4], 0.9));
        back.bias = Some(Param::from_tensor(wave([2], 0.4)));
        check([2, 2, 6], |x: Dual<3>| {
            x.conv1d(&conv).activation(Activation::Tanh).conv_transpose1d(&back)
        });
    }

    #[test]
    fn batch_norm_moves_with_its_statistics() {
        let mut layer = BatchNormConfig::new(3).init(&Device::default().autodiff());
        layer.gamma = Param::from_tensor(wave([3], 0.2));
        layer.beta = Param::from_tensor(wave([3], 0.8));
        check([4, 3, 2, 2], |x: Dual<4>| x.batch_norm(&layer));
    }
}
