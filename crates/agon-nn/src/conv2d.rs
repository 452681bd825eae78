use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::conv as theirs;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use crate::init::uniform;
use crate::linearized::Affine;
use crate::padding::same;

/// Configuration of a [`Conv2d`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct Conv2dConfig {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Height and width of the kernel.
    pub kernel_size: [usize; 2],
    /// Steps of the kernel.
    #[config(default = "[1, 1]")]
    pub stride: [usize; 2],
    /// Distance of the kernel's elements.
    #[config(default = "[1, 1]")]
    pub dilation: [usize; 2],
    /// Groups of channels which know nothing of each other.
    #[config(default = 1)]
    pub groups: usize,
    /// What is added around the image.
    #[config(default = "PaddingConfig2d::Valid")]
    pub padding: PaddingConfig2d,
    /// Whether to add a bias.
    #[config(default = true)]
    pub bias: bool,
    /// Where weights and biases are drawn from.
    #[config(default = "uniform()")]
    pub initializer: Initializer,
}

/// A convolution of images, by this project's kernels on the CPU and by burn's elsewhere.
///
/// Its record is that of burn's `Conv2d`: either loads the other's weights.
///
/// # Shapes
/// `[batch, channels_in, height, width]` to `[batch, channels_out, height, width]`.
#[derive(Module, Debug)]
pub struct Conv2d {
    /// `[channels_out, channels_in / groups, height, width]`
    pub weight: Param<Tensor<4>>,
    /// `[channels_out]`
    pub bias: Option<Param<Tensor<1>>>,
    /// Steps of the kernel.
    pub stride: [usize; 2],
    /// Height and width of the kernel.
    pub kernel_size: [usize; 2],
    /// Distance of the kernel's elements.
    pub dilation: [usize; 2],
    /// Groups of channels which know nothing of each other.
    pub groups: usize,
    /// What is added around the image.
    #[module(skip)]
    pub padding: PaddingConfig2d,
}

impl Conv2dConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the channels are no whole groups.
    pub fn init(&self, device: &Device) -> Conv2d {
        let layer = theirs::Conv2dConfig::new(self.channels, self.kernel_size)
            .with_stride(self.stride)
            .with_dilation(self.dilation)
            .with_groups(self.groups)
            .with_padding(self.padding.clone())
            .with_bias(self.bias)
            .with_initializer(self.initializer.clone());
        layer.init(device).into()
    }
}

impl Conv2d {
    /// Applies the layer.
    ///
    /// # Panics
    /// If the image has other channels or is smaller than the kernel.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.with(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Without its bias: what is linear about it. It looks at the weights once, however often it is applied.
    pub(crate) fn linear_part(&self) -> impl Fn(Tensor<4>) -> Tensor<4> {
        let weight = self.weight.val();
        move |x| self.with(x, weight.clone(), None)
    }

    fn with(&self, x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
        let [_, _, height, width] = x.dims();
        let padding = self.padding_of([height, width]);
        let options = ConvOptions::new_with_padding(self.stride, padding, self.dilation, self.groups);
        ops::conv2d(x, weight, bias, options)
    }

    /// What is added before and after the sides of an image of this size.
    fn padding_of(&self, size: [usize; 2]) -> [(usize, usize); 2] {
        match self.padding {
            PaddingConfig2d::Valid => [(0, 0), (0, 0)],
            PaddingConfig2d::Explicit(top, left, bottom, right) => [(top, bottom), (left, right)],
            PaddingConfig2d::Same => [0, 1].map(|i| same(size[i], self.kernel_size[i], self.stride[i])),
        }
    }
}

impl Affine<4> for Conv2d {
    fn parameters(&self) -> (Tensor<4>, Option<Tensor<1>>) {
        (self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    fn apply(&self, x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
        self.with(x, weight, bias)
    }

    fn transposed(&self, y: Tensor<4>, weight: Tensor<4>, [_, _, height, width]: [usize; 4]) -> Tensor<4> {
        let (size, padding) = ([height, width], self.padding_of([height, width]));
        // What the last step leaves over.
        let rest = [0, 1].map(|i| {
            let reach = (y.dims()[i + 2] - 1) * self.stride[i] + self.dilation[i] * (self.kernel_size[i] - 1) + 1;
            size[i] + padding[i].0 + padding[i].1 - reach
        });
        let even = padding.iter().all(|(before, after)| before == after);
        let taken = if even { padding.map(|side| side.0) } else { [0, 0] };
        let options = ConvTransposeOptions::new(self.stride, taken, rest, self.dilation, self.groups);
        let image = ops::conv_transpose2d(y, weight, None, options);
        if even {
            return image;
        }
        image.narrow(2, padding[0].0, height).narrow(3, padding[1].0, width)
    }
}

impl From<theirs::Conv2d> for Conv2d {
    fn from(layer: theirs::Conv2d) -> Self {
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

impl From<&theirs::Conv2d> for Conv2d {
    fn from(layer: &theirs::Conv2d) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for Conv2d {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
