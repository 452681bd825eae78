use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use burn::tensor::ops::PadMode;

use crate::{Activation, Conv2d, Conv2dConfig, InstanceNorm, InstanceNormConfig};

/// Configuration of a [`ResidualBlock`].
#[derive(Config, Debug)]
pub struct ResidualBlockConfig {
    /// Channels of what it is given and of what it makes.
    pub channels: usize,
    /// Where weights come from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.02 }")]
    pub initializer: Initializer,
}

impl ResidualBlockConfig {
    /// Builds the block.
    pub fn init(&self, device: &Device) -> ResidualBlock {
        let convolution = || {
            Conv2dConfig::new([self.channels; 2], [3, 3])
                .with_bias(false)
                .with_initializer(self.initializer.clone())
                .init(device)
        };
        ResidualBlock {
            first: convolution(),
            second: convolution(),
            norm: instance_norm(self.channels, device),
        }
    }
}

/// Two convolutions beside the identity.
///
/// ```text
/// y = x + norm(W2 * relu(norm(W1 * x)))
/// ```
///
/// `W1`, `W2`: kernels of 3x3 on pictures mirrored at their edges; `norm`: instance norm without scale and shift,
/// which makes biases idle. There is no ReLU after the sum.
///
/// # Shapes
/// `[batch, channels, height, width]`, unchanged.
///
/// # Panics
/// If a side is shorter than two pixels: there is nothing to mirror.
///
/// # Example
/// ```
/// use agon_nn::ResidualBlockConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let block = ResidualBlockConfig::new(64).init(&device);
/// assert_eq!(block.forward(Tensor::zeros([2, 64, 8, 8], &device)).dims(), [2, 64, 8, 8]);
/// ```
///
/// # References
/// He, Zhang, Ren and Sun 2016, arXiv:1512.03385; in this form Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155,
/// with the mirrored edges and the instance norm of Zhu et al. 2017, arXiv:1703.10593.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    first: Conv2d,
    second: Conv2d,
    norm: InstanceNorm,
}

impl ResidualBlock {
    /// Applies it.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = Activation::Relu.forward(self.norm.forward(self.first.forward(mirrored(x.clone(), 1))));
        x + self.norm.forward(self.second.forward(mirrored(inner, 1)))
    }
}

/// Instance normalization without scale and shift.
///
/// # References
/// Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.
pub fn instance_norm(channels: usize, device: &Device) -> InstanceNorm {
    InstanceNormConfig::new(channels).with_affine(false).init(device)
}

/// Pictures with so many more pixels on every side, mirrored at the edge pixels.
///
/// # Panics
/// If a side has no more than `pixels` pixels.
pub fn mirrored(images: Tensor<4>, pixels: usize) -> Tensor<4> {
    images.pad([(pixels, pixels); 2], PadMode::Reflect)
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn it_adds_to_the_identity_what_the_equation_says() {
        let device = Device::default();
        let config = ResidualBlockConfig::new(1).with_initializer(Initializer::Ones);
        let x = Tensor::<4>::from_data([[[[0.0, 1.0], [2.0, 4.0]]]], &device);
        let found: Vec<f32> = config.init(&device).forward(x).try_into_vec_as().unwrap();
        // With mirrored edges the sum around a pixel is its own value, twice each row and column neighbour's, and
        // four times the other's: 0 + 2 (1 + 2) + 4 * 4 = 22 for the first.
        let sums = |x: [f32; 4]| {
            let of = |i: usize| x[i] + 2.0 * (x[i ^ 1] + x[i ^ 2]) + 4.0 * x[i ^ 3];
            [of(0), of(1), of(2), of(3)]
        };
        let norm = |x: [f32; 4]| {
            let mean = x.iter().sum::<f32>() / 4.0;
            let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 4.0;
            x.map(|v| (v - mean) / (variance + 1e-5).sqrt())
        };
        let input = [0.0, 1.0, 2.0, 4.0];
        assert_eq!(sums(input)[0], 22.0);
        let added = norm(sums(norm(sums(input)).map(|v| v.max(0.0))));
        for i in 0..4 {
            assert!((found[i] - input[i] - added[i]).abs() < 1e-4, "{found:?} {added:?}");
        }
    }

    #[test]
    fn mirrors_differentiate() {
        let x = Tensor::<4>::from_data([[[[1.0, 2.0, 3.0]; 3]]], &Device::default().autodiff()).require_grad();
        let gradients = mirrored(x.clone(), 1).sum().backward();
        let found: Vec<f32> = x.grad(&gradients).unwrap().try_into_vec_as().unwrap();
        // A pixel counts once more in each direction in which it is a mirrored neighbour of an edge.
        assert_eq!(found, [1.0, 3.0, 1.0, 3.0, 9.0, 3.0, 1.0, 3.0, 1.0]);
    }
}
