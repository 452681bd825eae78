use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::nn::conv as theirs;
use burn::prelude::{Device, Tensor};
use burn::tensor::ops::ConvTransposeOptions;

use crate::init::uniform;

/// Configuration of a [`ConvTranspose1d`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct ConvTranspose1dConfig {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Length of the kernel.
    pub kernel_size: usize,
    /// Steps of the kernel on the output.
    #[config(default = 1)]
    pub stride: usize,
    /// Distance of the kernel's elements.
    #[config(default = 1)]
    pub dilation: usize,
    /// Groups of channels which know nothing of each other.
    #[config(default = 1)]
    pub groups: usize,
    /// What is taken away at both ends of the output.
    #[config(default = 0)]
    pub padding: usize,
    /// Elements that the output has more at its end.
    #[config(default = 0)]
    pub padding_out: usize,
    /// Whether to add a bias.
    #[config(default = true)]
    pub bias: bool,
    /// Where weights and biases are drawn from.
    #[config(default = "uniform()")]
    pub initializer: Initializer,
}

/// A transposed convolution of sequences, by this project's kernels on the CPU and by burn's elsewhere.
///
/// Its record is that of burn's `ConvTranspose1d`: either loads the other's weights.
///
/// # Shapes
/// `[batch, channels_in, length]` to `[batch, channels_out, length]`.
///
/// # Example
/// ```
/// use agon_nn::ConvTranspose1dConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let layer = ConvTranspose1dConfig::new([8, 3], 4).with_stride(2).with_padding(1).init(&device);
/// assert_eq!(layer.forward(Tensor::zeros([2, 8, 20], &device)).dims(), [2, 3, 40]);
/// ```
#[derive(Module, Debug)]
pub struct ConvTranspose1d {
    /// `[channels_in, channels_out / groups, length]`
    pub weight: Param<Tensor<3>>,
    /// `[channels_out]`
    pub bias: Option<Param<Tensor<1>>>,
    /// Steps of the kernel on the output.
    pub stride: usize,
    /// Length of the kernel.
    pub kernel_size: usize,
    /// Distance of the kernel's elements.
    pub dilation: usize,
    /// Groups of channels which know nothing of each other.
    pub groups: usize,
    /// What is taken away at both ends of the output.
    pub padding: usize,
    /// Elements that the output has more at its end.
    pub padding_out: usize,
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
}

impl ConvTranspose1dConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the channels are no whole groups.
    pub fn init(&self, device: &Device) -> ConvTranspose1d {
        let layer = theirs::ConvTranspose1dConfig::new(self.channels, self.kernel_size)
            .with_stride(self.stride)
            .with_dilation(self.dilation)
            .with_groups(self.groups)
            .with_padding(self.padding)
            .with_padding_out(self.padding_out)
            .with_bias(self.bias)
            .with_initializer(self.initializer.clone());
        layer.init(device).into()
    }
}

impl ConvTranspose1d {
    /// Applies the layer.
    ///
    /// # Panics
    /// If the sequence has other channels.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.with(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Without its bias: what is linear about it. It looks at the weights once, however often it is applied.
    pub(crate) fn linear_part(&self) -> impl Fn(Tensor<3>) -> Tensor<3> {
        let weight = self.weight.val();
        move |x| self.with(x, weight.clone(), None)
    }

    fn with(&self, x: Tensor<3>, weight: Tensor<3>, bias: Option<Tensor<1>>) -> Tensor<3> {
        let options = ConvTransposeOptions::new(
            [self.stride],
            [self.padding],
            [self.padding_out],
            [self.dilation],
            self.groups,
        );
        ops::conv_transpose1d(x, weight, bias, options)
    }
}

impl From<theirs::ConvTranspose1d> for ConvTranspose1d {
    fn from(layer: theirs::ConvTranspose1d) -> Self {
        Self {
            weight: layer.weight,
            bias: layer.bias,
            stride: layer.stride,
            kernel_size: layer.kernel_size,
            dilation: layer.dilation,
            groups: layer.groups,
            padding: layer.padding,
            padding_out: layer.padding_out,
            channels: layer.channels,
        }
    }
}

impl From<&theirs::ConvTranspose1d> for ConvTranspose1d {
    fn from(layer: &theirs::ConvTranspose1d) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for ConvTranspose1d {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
