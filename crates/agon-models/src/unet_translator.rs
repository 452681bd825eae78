//! The U-Net generator of pix2pix and DualGAN, and, without its skips, an encoder and decoder as DiscoGAN's.

use agon_core::{Error, Result, Translator};
use agon_nn::{Activation, PictureNorm, UNetBlock, UNetBlockConfig, in_multiples_of};
use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of a [`UNetTranslator`].
#[derive(Config, Debug)]
pub struct UNetTranslatorConfig {
    /// Channels of the pictures it is given and of those it makes.
    pub channels: [usize; 2],
    /// Channels after the first halving; they double at each, up to eight times as many.
    #[config(default = 64)]
    pub width: usize,
    /// How often pictures are halved (8 times in the paper, from 256 pixels to a single one). Smaller pictures are
    /// continued to `2^depth` pixels: more halvings than they have are work for nothing.
    #[config(default = 8)]
    pub depth: usize,
    /// Whether each level on the way up also sees what the way down made at its size.
    #[config(default = true)]
    pub skips: bool,
    /// What normalizes the layers between the outermost and the innermost.
    #[config(default = "PictureNorm::Instance")]
    pub norm: PictureNorm,
    /// Dropout after the three innermost levels on the way up: the paper's only noise.
    #[config(default = 0.5)]
    pub dropout: f64,
}

impl UNetTranslatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no channels, the width or the depth is zero, the depth is above 10, or dropout is
    /// not in `[0, 1)`.
    pub fn try_init(&self, device: &Device) -> Result<UNetTranslator> {
        let ([from, to], width) = (self.channels, self.width);
        if from * to * width == 0 || !(1..=10).contains(&self.depth) {
            let got = format!("{from} and {to} channels, width {width}, depth {}", self.depth);
            return Err(Error::config(
                "a U-Net",
                "numbers above zero and a depth of at most 10",
                got,
            ));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::config("dropout", "a number in [0, 1)", self.dropout));
        }
        let inner = |level: usize| width << level.min(3);
        let block = |level: usize| {
            let (outermost, innermost) = (level == 0, level + 1 == self.depth);
            let outer = |end| if outermost { end } else { inner(level - 1) };
            let joined = if self.skips && !innermost { 2 } else { 1 };
            let noisy = !outermost && level + 3 >= self.depth;
            UNetBlockConfig::new([outer(from), inner(level)], [joined * inner(level), outer(to)])
                .with_outermost(outermost)
                .with_innermost(innermost)
                .with_norm(self.norm)
                .with_dropout(if noisy { self.dropout } else { 0.0 })
                .init(device)
        };
        Ok(UNetTranslator {
            blocks: (0..self.depth).map(block).collect(),
            config: self.clone(),
        })
    }
}

/// A translator of pictures that halves them to almost nothing and back, and carries details across.
///
/// ```text
/// x_0 = x,   x_l = down_l(x_{l-1});    y_L = x_L,   y_{l-1} = up_l([y_l, x_l]),    translation = tanh y_0
/// ```
///
/// `down`, `up`: the two ways of a [`UNetBlock`]; `[ , ]` joins channels. Without skips it is `up_l(y_l)`: an encoder and
/// a decoder, which must remember every position in its innermost layer. Pictures of any size: sides that are no
/// multiples of two to the power of the depth are continued and cut again.
///
/// # Shapes
/// `[batch, channels, height, width]` to the same with its own channels, values in (-1, 1).
///
/// # Example
/// ```
/// use agon_core::Translator;
/// use agon_models::UNetTranslatorConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let unet = UNetTranslatorConfig::new([3, 1]).with_width(4).with_depth(3).init(&device);
/// assert_eq!(unet.translate(Tensor::zeros([2, 3, 16, 21], &device)).dims(), [2, 1, 16, 21]);
/// ```
///
/// # References
/// Isola, Zhu, Zhou and Efros 2017, arXiv:1611.07004, appendix 6.1. There batch norm takes the statistics of the batch,
/// also when translating, which for batches of one is instance norm; here it is instance norm unless told otherwise. There
/// dropout stays on when translating; here `valid()` turns it off, as everywhere in this library.
#[derive(Module, Debug)]
pub struct UNetTranslator {
    blocks: Vec<UNetBlock>,
    #[module(skip)]
    config: UNetTranslatorConfig,
}

impl UNetTranslator {
    /// Makes one picture per picture.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        in_multiples_of(1 << self.config.depth, images, |images| {
            let mut x = images;
            let mut made = Vec::new();
            for block in &self.blocks {
                made.push(x.clone());
                x = block.down(x);
            }
            for (level, (block, beside)) in self.blocks.iter().zip(made).enumerate().rev() {
                x = block.up(x);
                if self.config.skips && level > 0 {
                    x = Tensor::cat(vec![x, beside], 1);
                }
            }
            Activation::Tanh.forward(x)
        })
    }
}

impl Translator for UNetTranslator {
    type Sample = Tensor<4>;

    fn translate(&self, images: Tensor<4>) -> Tensor<4> {
        self.forward(images)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(UNetTranslatorConfig => UNetTranslator);
