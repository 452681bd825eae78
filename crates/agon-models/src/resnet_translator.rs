//! The residual generator of CycleGAN: pictures in, pictures out.

use agon_core::{Error, Result, Translator};
use agon_nn::{
    Activation, Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig, InstanceNorm, ResidualBlock,
    ResidualBlockConfig, in_multiples_of, instance_norm, mirrored,
};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

const WEIGHTS: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// Configuration of a [`ResnetTranslator`].
#[derive(Config, Debug)]
pub struct ResnetTranslatorConfig {
    /// Channels of the pictures it is given and of those it makes.
    pub channels: [usize; 2],
    /// Channels of the layers at full size; they double at each halving.
    #[config(default = 64)]
    pub width: usize,
    /// Residual blocks (6 for pictures of 128 pixels in the paper, 9 for 256).
    #[config(default = 9)]
    pub blocks: usize,
}

impl ResnetTranslatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no channels or the width is zero.
    pub fn try_init(&self, device: &Device) -> Result<ResnetTranslator> {
        let ([from, to], width) = (self.channels, self.width);
        if from * to * width == 0 {
            let got = format!("{from} and {to} channels, width {width}");
            return Err(Error::config("a translator", "numbers above zero", got));
        }
        let convolution = |channels, kernel| Conv2dConfig::new(channels, [kernel; 2]).with_initializer(WEIGHTS);
        let halve = |channels| {
            convolution(channels, 3)
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device)
        };
        let double = |channels| {
            ConvTranspose2dConfig::new(channels, [3, 3])
                .with_stride([2, 2])
                .with_padding([1, 1])
                .with_padding_out([1, 1])
                .with_bias(false)
                .with_initializer(WEIGHTS)
                .init(device)
        };
        let mut last = convolution([width, to], 7).init(device);
        last.bias = Some(Initializer::Zeros.init([to], device));
        Ok(ResnetTranslator {
            first: convolution([from, width], 7).with_bias(false).init(device),
            down: vec![halve([width, 2 * width]), halve([2 * width, 4 * width])],
            blocks: (0..self.blocks)
                .map(|_| ResidualBlockConfig::new(4 * width).init(device))
                .collect(),
            up: vec![double([4 * width, 2 * width]), double([2 * width, width])],
            last,
            norms: [1, 2, 4].map(|times| instance_norm(times * width, device)).into(),
            config: self.clone(),
        })
    }
}

/// A translator of pictures: two halvings, residual blocks, two doublings.
///
/// The names of the paper for width 64: c7s1-64, d128, d256, R256 several times, u128, u64, c7s1-3. Instance norm and
/// ReLU follow every layer but the last, tanh the last. Pictures of any size: sides that are no multiples of 4 are
/// continued and cut again.
///
/// # Shapes
/// `[batch, channels, height, width]` to the same with its own channels, values in (-1, 1).
///
/// # Panics
/// If a side is shorter than 5 pixels.
///
/// # Example
/// ```
/// use agon_core::Translator;
/// use agon_models::ResnetTranslatorConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let colour = ResnetTranslatorConfig::new([1, 3]).with_width(4).with_blocks(2).init(&device);
/// assert_eq!(colour.translate(Tensor::zeros([2, 1, 10, 13], &device)).dims(), [2, 3, 10, 13]);
/// ```
///
/// # References
/// Zhu, Park, Isola and Efros 2017, arXiv:1703.10593, appendix 7.2, after Johnson, Alahi and Fei-Fei 2016,
/// arXiv:1603.08155. Layers before an instance norm have no bias here: it would take it away again. For the same reason
/// these maps, the authors' too, say the same of `x` and of `a x + c` for any `a > 0` and any one colour `c`: what a
/// picture has in common all over is gone after the first norm. A [`UNetTranslator`](crate::UNetTranslator), whose
/// outermost layer has no norm, sees it.
#[derive(Module, Debug)]
pub struct ResnetTranslator {
    first: Conv2d,
    down: Vec<Conv2d>,
    blocks: Vec<ResidualBlock>,
    up: Vec<ConvTranspose2d>,
    last: Conv2d,
    /// At full, half and quarter size.
    norms: Vec<InstanceNorm>,
    #[module(skip)]
    config: ResnetTranslatorConfig,
}

impl ResnetTranslator {
    /// Makes one picture per picture.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        in_multiples_of(4, images, |images| {
            let mut x = Activation::Relu.forward(self.norms[0].forward(self.first.forward(mirrored(images, 3))));
            for (halve, norm) in self.down.iter().zip(&self.norms[1..]) {
                x = Activation::Relu.forward(norm.forward(halve.forward(x)));
            }
            for block in &self.blocks {
                x = block.forward(x);
            }
            for (double, norm) in self.up.iter().zip(self.norms[..2].iter().rev()) {
                x = Activation::Relu.forward(norm.forward(double.forward(x)));
            }
            Activation::Tanh.forward(self.last.forward(mirrored(x, 3)))
        })
    }
}

impl Translator for ResnetTranslator {
    type Sample = Tensor<4>;

    fn translate(&self, images: Tensor<4>) -> Tensor<4> {
        self.forward(images)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(ResnetTranslatorConfig => ResnetTranslator);

#[cfg(test)]
mod tests {
    use agon_core::random;

    use super::*;

    #[test]
    fn brightness_contrast_and_tint_are_forgotten() {
        let device = Device::default();
        let map = ResnetTranslatorConfig::new([3, 3])
            .with_width(4)
            .with_blocks(1)
            .init(&device);
        let picture = random::uniform([1, 3, 16, 16], -1.0, 1.0, &mut random::stream(1, 0), &device);
        let tint = Tensor::<1>::from_data([0.5, -0.25, 0.1], &device).reshape([1, 3, 1, 1]);
        let apart = |other: Tensor<4>| -> f32 {
            let apart = map.forward(picture.clone()) - map.forward(other);
            apart.abs().max().into_scalar()
        };
        let starker = apart(picture.clone() * 2.0 + tint);
        assert!(starker < 1e-3, "{starker}");
        let turned = apart(-picture.clone());
        assert!(turned > 1e-2, "{turned}");
    }
}
