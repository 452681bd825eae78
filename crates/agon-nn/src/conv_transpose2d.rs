use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::nn::conv as theirs;
use burn::prelude::{Device, Tensor};
use burn::tensor::ops::ConvTransposeOptions;

use crate::init::uniform;

/// Configuration of a [`ConvTranspose2d`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct ConvTranspose2dConfig {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Height and width of the kernel.
    pub kernel_size: [usize; 2],
    /// Steps of the kernel on the output.
    #[config(default = "[1, 1]")]
    pub stride: [usize; 2],
    /// Distance of the kernel's elements.
    #[config(default = "[1, 1]")]
    pub dilation: [usize; 2],
    /// Groups of channels which know nothing of each other.
    #[config(default = 1)]
    pub groups: usize,
    /// What is taken away around the output.
    #[config(default = "[0, 0]")]
    pub padding: [usize; 2],
    /// Rows and columns that the output has more at its end.
    #[config(default = "[0, 0]")]
    pub padding_out: [usize; 2],
    /// Whether to add a bias.
    #[config(default = true)]
    pub bias: bool,
    /// Where weights and biases are drawn from.
    #[config(default = "uniform()")]
    pub initializer: Initializer,
}

/// A transposed convolution of images, by this project's kernels on the CPU and by burn's elsewhere.
///
/// Its record is that of burn's `ConvTranspose2d`: either loads the other's weights.
///
/// # Shapes
/// `[batch, channels_in, height, width]` to `[batch, channels_out, height, width]`.
#[derive(Module, Debug)]
pub struct ConvTranspose2d {
    /// `[channels_in, channels_out / groups, height, width]`
    pub weight: Param<Tensor<4>>,
    /// `[channels_out]`
    pub bias: Option<Param<Tensor<1>>>,
    /// Steps of the kernel on the output.
    pub stride: [usize; 2],
    /// Height and width of the kernel.
    pub kernel_size: [usize; 2],
    /// Distance of the kernel's elements.
    pub dilation: [usize; 2],
    /// Groups of channels which know nothing of each other.
    pub groups: usize,
    /// What is taken away around the output.
    pub padding: [usize; 2],
    /// Rows and columns that the output has more at its end.
    pub padding_out: [usize; 2],
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
}

impl ConvTranspose2dConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the channels are no whole groups.
    pub fn init(&self, device: &Device) -> ConvTranspose2d {
        let layer = theirs::ConvTranspose2dConfig::new(self.channels, self.kernel_size)
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

impl ConvTranspose2d {
    /// Applies the layer.
    ///
    /// # Panics
    /// If the image has other channels.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.with(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Without its bias: what is linear about it. It looks at the weights once, however often it is applied.
    pub(crate) fn linear_part(&self) -> impl Fn(Tensor<4>) -> Tensor<4> {
        let weight = self.weight.val();
        move |x| self.with(x, weight.clone(), None)
    }

    fn with(&self, x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
        let options =
            ConvTransposeOptions::new(self.stride, self.padding, self.padding_out, self.dilation, self.groups);
        ops::conv_transpose2d(x, weight, bias, options)
    }
}

impl From<theirs::ConvTranspose2d> for ConvTranspose2d {
    fn from(layer: theirs::ConvTranspose2d) -> Self {
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

impl From<&theirs::ConvTranspose2d> for ConvTranspose2d {
    fn from(layer: &theirs::ConvTranspose2d) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for ConvTranspose2d {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
