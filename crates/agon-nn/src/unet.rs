use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};

use crate::{
    Activation, Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig, Dropout, DropoutConfig, PictureNorm,
    PictureNormLayer,
};

/// Configuration of a [`UNetBlock`].
#[derive(Config, Debug)]
pub struct UNetBlockConfig {
    /// Channels of the larger picture and of the smaller one, on the way down.
    pub down: [usize; 2],
    /// Channels of the smaller picture, with what was joined to it, and of the larger one, on the way up.
    pub up: [usize; 2],
    /// Whether the larger picture is the network's own: it is taken as it is and given with a bias instead of a norm.
    #[config(default = false)]
    pub outermost: bool,
    /// Whether the smaller picture is the smallest: it has a bias and no norm, for it may have a single pixel.
    #[config(default = false)]
    pub innermost: bool,
    /// What follows the convolutions otherwise.
    #[config(default = "PictureNorm::Instance")]
    pub norm: PictureNorm,
    /// Dropout on the way up.
    #[config(default = 0.0)]
    pub dropout: f64,
    /// Where weights come from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.02 }")]
    pub initializer: Initializer,
}

impl UNetBlockConfig {
    /// Builds the block.
    pub fn init(&self, device: &Device) -> UNetBlock {
        let norm = |channels, wanted: bool| wanted.then(|| self.norm.init(channels, device));
        let down_norm = norm(self.down[1], !self.outermost && !self.innermost);
        let up_norm = norm(self.up[1], !self.outermost);
        let mut down = Conv2dConfig::new(self.down, [4, 4])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .with_bias(false)
            .with_initializer(self.initializer.clone())
            .init(device);
        let mut up = ConvTranspose2dConfig::new(self.up, [4, 4])
            .with_stride([2, 2])
            .with_padding([1, 1])
            .with_bias(false)
            .with_initializer(self.initializer.clone())
            .init(device);
        // A norm would take a bias away again.
        let bias = |channels| Initializer::Zeros.init([channels], device);
        down.bias = down_norm.is_none().then(|| bias(self.down[1]));
        up.bias = up_norm.is_none().then(|| bias(self.up[1]));
        UNetBlock {
            down,
            down_norm,
            up,
            up_norm,
            dropout: (self.dropout > 0.0).then(|| DropoutConfig::new(self.dropout).init()),
            outermost: self.outermost,
        }
    }
}

/// One level of a U-Net: it halves a picture on the way down and doubles it on the way up.
///
/// ```text
/// down(x) = norm(conv(leaky x)),    up(y) = dropout(norm(conv'(relu y)))
/// ```
///
/// `conv`, `conv'`: 4x4 kernels of stride 2, the second transposed; `leaky` has slope 0.2. What joins the ways, and
/// how many levels there are, is the network's business.
///
/// # Shapes
/// Down: `[batch, down[0], height, width]` to `[batch, down[1], height / 2, width / 2]`; up: `[batch, up[0], h, w]` to
/// `[batch, up[1], 2 h, 2 w]`.
///
/// # Example
/// ```
/// use agon_nn::UNetBlockConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let level = UNetBlockConfig::new([64, 128], [128, 64]).init(&device);
/// let below = level.down(Tensor::zeros([2, 64, 16, 16], &device));
/// assert_eq!((below.dims(), level.up(below.clone()).dims()), ([2, 128, 8, 8], [2, 64, 16, 16]));
/// ```
///
/// # References
/// Ronneberger, Fischer and Brox 2015, arXiv:1505.04597; in this form Isola, Zhu, Zhou and Efros 2017,
/// arXiv:1611.07004.
#[derive(Module, Debug)]
pub struct UNetBlock {
    down: Conv2d,
    down_norm: Option<PictureNormLayer>,
    up: ConvTranspose2d,
    up_norm: Option<PictureNormLayer>,
    dropout: Option<Dropout>,
    outermost: bool,
}

impl UNetBlock {
    /// Halves the picture.
    pub fn down(&self, x: Tensor<4>) -> Tensor<4> {
        let x = if self.outermost {
            x
        } else {
            Activation::LeakyRelu(0.2).forward(x)
        };
        let x = self.down.forward(x);
        match &self.down_norm {
            Some(norm) => norm.forward(x),
            None => x,
        }
    }

    /// Doubles the picture.
    pub fn up(&self, y: Tensor<4>) -> Tensor<4> {
        let y = self.up.forward(Activation::Relu.forward(y));
        let y = match &self.up_norm {
            Some(norm) => norm.forward(y),
            None => y,
        };
        match &self.dropout {
            Some(dropout) => dropout.forward(y),
            None => y,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn it_halves_and_doubles() {
        let device = Device::default();
        let block = UNetBlockConfig::new([3, 8], [16, 5]).init(&device);
        assert_eq!(block.down(Tensor::zeros([2, 3, 8, 12], &device)).dims(), [2, 8, 4, 6]);
        assert_eq!(block.up(Tensor::zeros([2, 16, 4, 6], &device)).dims(), [2, 5, 8, 12]);
    }

    #[test]
    fn only_the_outermost_level_takes_and_gives_pictures_as_they_are() {
        let device = Device::default();
        let config = UNetBlockConfig::new([1, 1], [1, 1]).with_initializer(Initializer::Ones);
        let dark = || Tensor::<4>::full([1, 1, 2, 2], -1.0, &device);
        let sum = |block: &UNetBlock| block.down(dark()).sum().into_scalar::<f32>();
        let outermost = config.clone().with_outermost(true).init(&device);
        // Two by two pixels of -1 under a kernel of ones; one fifth of it where they leak.
        assert_eq!(sum(&outermost), -4.0);
        assert!((sum(&config.clone().with_innermost(true).init(&device)) + 0.8).abs() < 1e-6);
        assert_eq!(outermost.up(dark().neg()).sum().into_scalar::<f32>(), 36.0);
        assert!(config.init(&device).up(dark().neg()).sum().into_scalar::<f32>().abs() < 1e-4);
    }

    #[test]
    fn there_is_a_bias_where_there_is_no_norm() {
        let device = Device::default();
        let biases = |config: UNetBlockConfig| {
            let block = config.init(&device);
            [block.down.bias.is_some(), block.up.bias.is_some()]
        };
        let config = UNetBlockConfig::new([1, 2], [4, 1]);
        assert_eq!(biases(config.clone()), [false, false]);
        assert_eq!(biases(config.clone().with_outermost(true)), [true, true]);
        assert_eq!(biases(config.with_innermost(true)), [true, false]);
    }
}
