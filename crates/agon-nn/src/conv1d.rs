use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv as theirs;
use burn::nn::{Initializer, PaddingConfig1d};
use burn::prelude::{Device, Tensor};
use burn::tensor::ops::ConvOptions;

use crate::init::uniform;
use crate::padding::same;

/// Configuration of a [`Conv1d`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct Conv1dConfig {
    /// Channels of the input.
    pub channels_in: usize,
    /// Channels of the output.
    pub channels_out: usize,
    /// Length of the kernel.
    pub kernel_size: usize,
    /// Steps of the kernel.
    #[config(default = 1)]
    pub stride: usize,
    /// Distance of the kernel's elements.
    #[config(default = 1)]
    pub dilation: usize,
    /// Groups of channels which know nothing of each other.
    #[config(default = 1)]
    pub groups: usize,
    /// What is added before and after the sequence.
    #[config(default = "PaddingConfig1d::Valid")]
    pub padding: PaddingConfig1d,
    /// Whether to add a bias.
    #[config(default = true)]
    pub bias: bool,
    /// Where weights and biases are drawn from.
    #[config(default = "uniform()")]
    pub initializer: Initializer,
}

/// A convolution of sequences, by this project's kernels on the CPU and by burn's elsewhere.
///
/// Its record is that of burn's `Conv1d`: either loads the other's weights.
///
/// # Shapes
/// `[batch, channels_in, length]` to `[batch, channels_out, length]`.
///
/// # Example
/// ```
/// use agon_nn::Conv1dConfig;
/// use burn::nn::PaddingConfig1d;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let layer = Conv1dConfig::new(3, 8, 5).with_padding(PaddingConfig1d::Same).init(&device);
/// assert_eq!(layer.forward(Tensor::zeros([2, 3, 40], &device)).dims(), [2, 8, 40]);
/// ```
#[derive(Module, Debug)]
pub struct Conv1d {
    /// `[channels_out, channels_in / groups, length]`
    pub weight: Param<Tensor<3>>,
    /// `[channels_out]`
    pub bias: Option<Param<Tensor<1>>>,
    /// Steps of the kernel.
    pub stride: usize,
    /// Length of the kernel.
    pub kernel_size: usize,
    /// Distance of the kernel's elements.
    pub dilation: usize,
    /// Groups of channels which know nothing of each other.
    pub groups: usize,
    /// What is added before and after the sequence.
    #[module(skip)]
    pub padding: PaddingConfig1d,
}

impl Conv1dConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the channels are no whole groups.
    pub fn init(&self, device: &Device) -> Conv1d {
        let layer = theirs::Conv1dConfig::new(self.channels_in, self.channels_out, self.kernel_size)
            .with_stride(self.stride)
            .with_dilation(self.dilation)
            .with_groups(self.groups)
            .with_padding(self.padding.clone())
            .with_bias(self.bias)
            .with_initializer(self.initializer.clone());
        layer.init(device).into()
    }
}

impl Conv1d {
    /// Applies the layer.
    ///
    /// # Panics
    /// If the sequence has other channels or is shorter than the kernel.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.with(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Without its bias: what is linear about it. It looks at the weights once, however often it is applied.
    pub(crate) fn linear_part(&self) -> impl Fn(Tensor<3>) -> Tensor<3> {
        let weight = self.weight.val();
        move |x| self.with(x, weight.clone(), None)
    }

    fn with(&self, x: Tensor<3>, weight: Tensor<3>, bias: Option<Tensor<1>>) -> Tensor<3> {
        let padding = match self.padding {
            PaddingConfig1d::Valid => (0, 0),
            PaddingConfig1d::Explicit(before, after) => (before, after),
            PaddingConfig1d::Same => same(x.dims()[2], self.kernel_size, self.stride),
        };
        let options = ConvOptions::new_with_padding([self.stride], [padding], [self.dilation], self.groups);
        ops::conv1d(x, weight, bias, options)
    }
}

impl From<theirs::Conv1d> for Conv1d {
    fn from(layer: theirs::Conv1d) -> Self {
        Self {
            weight: layer.weight,
            bias: layer.bias,
            stride: layer.stride,
            kernel_size: layer.kernel_size,
            dilation: layer.dilation,
            groups: layer.groups,
            padding: layer.padding,
        }
    }
}

impl From<&theirs::Conv1d> for Conv1d {
    fn from(layer: &theirs::Conv1d) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for Conv1d {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
