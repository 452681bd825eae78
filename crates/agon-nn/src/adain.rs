use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

use crate::init::linear;
use crate::residual::instance_norm;

use crate::{InstanceNorm, Linear};

/// Configuration of an [`AdaptiveInstanceNorm`].
#[derive(Config, Debug)]
pub struct AdaptiveInstanceNormConfig {
    /// Numbers in a style.
    pub style: usize,
    /// Channels of the pictures.
    pub channels: usize,
    /// Where the weights from style to scale and shift come from.
    #[config(default = "Initializer::XavierNormal { gain: 1.0 }")]
    pub initializer: Initializer,
}

impl AdaptiveInstanceNormConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> AdaptiveInstanceNorm {
        AdaptiveInstanceNorm {
            scale_and_shift: linear([self.style, 2 * self.channels], true, &self.initializer, device),
            norm: instance_norm(self.channels, device),
        }
    }
}

/// Instance norm whose scale and shift are a style's.
///
/// ```text
/// y = (1 + s(w)) norm(x) + t(w)
/// ```
///
/// `w`: the style, one for each picture; `s`, `t`: linear in it; `norm`: instance norm without scale and shift.
///
/// # Shapes
/// `[batch, channels, height, width]` and `[batch, style]` to `[batch, channels, height, width]`.
///
/// # Example
/// ```
/// use agon_nn::AdaptiveInstanceNormConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let norm = AdaptiveInstanceNormConfig::new(512, 64).init(&device);
/// let (pictures, styles) = (Tensor::zeros([2, 64, 8, 8], &device), Tensor::zeros([2, 512], &device));
/// assert_eq!(norm.forward(pictures, styles).dims(), [2, 64, 8, 8]);
/// ```
///
/// # References
/// Huang and Belongie 2017, arXiv:1703.06868; with a learned style Karras, Laine and Aila 2019, arXiv:1812.04948.
#[derive(Module, Debug)]
pub struct AdaptiveInstanceNorm {
    scale_and_shift: Linear,
    norm: InstanceNorm,
}

impl AdaptiveInstanceNorm {
    /// The picture in this style.
    pub fn forward(&self, x: Tensor<4>, style: Tensor<2>) -> Tensor<4> {
        let [batch, channels, _, _] = x.dims();
        let both = self.scale_and_shift.forward(style).reshape([batch, 2 * channels, 1, 1]);
        let (scale, shift) = (both.clone().narrow(1, 0, channels), both.narrow(1, channels, channels));
        (scale + 1.0) * self.norm.forward(x) + shift
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn mean_and_deviation_become_those_of_the_style() {
        let device = Device::default();
        let config = AdaptiveInstanceNormConfig::new(1, 1).with_initializer(Initializer::Constant { value: 3.0 });
        let x = Tensor::<4>::from_data([[[[0.0, 4.0], [0.0, 4.0]]]], &device);
        let style = Tensor::<2>::from_data([[0.5]], &device);
        let y: Vec<f32> = config.init(&device).forward(x, style).try_into_vec_as().unwrap();
        // Scale 1 + 3 * 0.5, shift 3 * 0.5, of -1 and 1.
        let expected = [-1.0, 4.0, -1.0, 4.0];
        assert!(y.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{y:?}");
    }
}
