//! The pieces that Inception-V3 is made of.

use burn::prelude::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};

/// A piece of the network: images in, images out.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are a hundred of them, each with tensors behind it"
)]
pub(super) enum Layer {
    /// A convolution with its batch normalisation folded in, and a ReLU.
    Convolution(Convolution),
    /// The mean of 3 by 3 neighbours; what lies outside the image does not count.
    AveragePool,
    /// The largest of 3 by 3 neighbours, keeping the size.
    MaxPool,
    /// The largest of 3 by 3, at every second place.
    Halve,
    /// One after the other.
    Chain(Vec<Layer>),
    /// Side by side; their channels are put together.
    Branches(Vec<Layer>),
}

#[derive(Debug, Clone)]
pub(super) struct Convolution {
    pub(super) weight: Tensor<4>,
    pub(super) bias: Tensor<1>,
    pub(super) stride: usize,
    pub(super) padding: [usize; 2],
}

impl Layer {
    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Convolution(convolution) => convolution.forward(x),
            Self::AveragePool => {
                let options = AvgPoolOptions::new([3, 3])
                    .with_stride([1, 1])
                    .with_padding([1, 1])
                    .with_count_include_pad(false);
                avg_pool2d(x, options)
            }
            Self::MaxPool => max_pool2d(x, MaxPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1])),
            Self::Halve => max_pool2d(x, MaxPoolOptions::new([3, 3]).with_stride([2, 2])),
            Self::Chain(layers) => layers.iter().fold(x, |x, layer| layer.forward(x)),
            Self::Branches(layers) => {
                let parts = layers.iter().map(|layer| layer.forward(x.clone())).collect();
                Tensor::cat(parts, 1)
            }
        }
    }
}

impl Convolution {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let stride = [self.stride; 2];
        let options = ConvOptions::new(stride, self.padding, [1, 1], 1);
        relu(conv2d(x, self.weight.clone(), Some(self.bias.clone()), options))
    }
}
