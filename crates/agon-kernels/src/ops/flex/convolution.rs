use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::weighted::{Weighted, tracked};
use super::{filled, numbers, vector};
use crate::normalize::sums_of_channels;
use crate::{Conv2d, Isa};

/// `y = w * x + bias`, of images or of sequences, which are images of one row.
pub(in crate::ops) fn convolution<const D: usize>(
    x: Tensor<D>,
    w: Tensor<D>,
    bias: Option<Tensor<1>>,
    conv: Conv2d,
) -> Tensor<D> {
    apply(x, w, bias, conv, false)
}

/// The other way round: from what `conv` would have as output to its input.
pub(in crate::ops) fn transposed_convolution<const D: usize>(
    x: Tensor<D>,
    w: Tensor<D>,
    bias: Option<Tensor<1>>,
    conv: Conv2d,
) -> Tensor<D> {
    apply(x, w, bias, conv, true)
}

fn apply<const D: usize>(
    x: Tensor<D>,
    w: Tensor<D>,
    bias: Option<Tensor<1>>,
    conv: Conv2d,
    transposed: bool,
) -> Tensor<D> {
    let (x, w) = (x.into_dispatch(), w.into_dispatch());
    Tensor::from_dispatch(match bias {
        None => <Dispatch as Convolve>::convolve(x, w, conv, transposed),
        Some(bias) => <Dispatch as Convolve>::convolve_biased(x, w, bias.into_dispatch(), conv, transposed),
    })
}

#[backend_extension(Flex, Autodiff)]
trait Convolve: Backend {
    fn convolve(x: FloatTensor<Self>, w: FloatTensor<Self>, conv: Conv2d, transposed: bool) -> FloatTensor<Self>;

    fn convolve_biased(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        conv: Conv2d,
        transposed: bool,
    ) -> FloatTensor<Self>;
}

impl Convolve for Flex {
    fn convolve(x: FlexTensor, w: FlexTensor, conv: Conv2d, transposed: bool) -> FlexTensor {
        Convolution::new(x, w, conv, transposed).forward(None)
    }

    fn convolve_biased(x: FlexTensor, w: FlexTensor, bias: FlexTensor, conv: Conv2d, transposed: bool) -> FlexTensor {
        Convolution::new(x, w, conv, transposed).forward(Some(&bias.to_contiguous()))
    }
}

/// A convolution, or the way back along one.
#[derive(Debug, Clone)]
struct Convolution {
    x: FlexTensor,
    w: FlexTensor,
    conv: Conv2d,
    transposed: bool,
}

impl Convolution {
    fn new(x: FlexTensor, w: FlexTensor, conv: Conv2d, transposed: bool) -> Self {
        let [x, w] = [x, w].map(|tensor| tensor.to_contiguous());
        Self { x, w, conv, transposed }
    }

    /// Of any input: along the convolution, or back along it.
    fn correlate(&self, x: &FlexTensor, bias: Option<&FlexTensor>, back: bool) -> FlexTensor {
        let (conv, of) = (&self.conv, x.layout().shape());
        let (x, w, bias) = (numbers(x), numbers(&self.w), bias.map(numbers));
        let (side, channels) = if back {
            (conv.input, conv.channels[0])
        } else {
            (conv.output(), conv.channels[1])
        };
        filled(shaped(of, channels, side), |y| {
            if back {
                conv.data_gradient(Isa::best(), x, w, bias, y);
            } else {
                conv.forward(Isa::best(), x, w, bias, y);
            }
        })
    }
}

impl Weighted for Convolution {
    fn forward(&self, bias: Option<&FlexTensor>) -> FlexTensor {
        self.correlate(&self.x, bias, self.transposed)
    }

    fn input_gradient(&self, dy: &FlexTensor) -> FlexTensor {
        self.correlate(dy, None, !self.transposed)
    }

    fn weight_gradient(&self, dy: &FlexTensor) -> FlexTensor {
        let (x, dy) = if self.transposed { (dy, &self.x) } else { (&self.x, dy) };
        filled(self.w.layout().shape().clone(), |dw| {
            self.conv.weight_gradient(Isa::best(), numbers(x), numbers(dy), dw);
        })
    }

    /// The sum over samples and pixels.
    fn bias_gradient(dy: &FlexTensor) -> FlexTensor {
        let shape = dy.layout().shape();
        let area = shape[2..].iter().product();
        vector(sums_of_channels(Isa::best(), numbers(dy), shape[1], area))
    }
}

/// The shape of other channels and pixels: of images, or of sequences if those were the input.
fn shaped(input: &Shape, channels: usize, [height, width]: [usize; 2]) -> Shape {
    if input.num_dims() == 3 {
        Shape::from([input[0], channels, width])
    } else {
        Shape::from([input[0], channels, height, width])
    }
}

impl<C: CheckpointStrategy> Convolve for Autodiff<Flex, C> {
    fn convolve(x: FloatTensor<Self>, w: FloatTensor<Self>, conv: Conv2d, transposed: bool) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (x.into_parts(), w.into_parts());
        tracked::<C, _>(Convolution::new(x, w, conv, transposed), [x_node, w_node], None)
    }

    fn convolve_biased(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        conv: Conv2d,
        transposed: bool,
    ) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (x.into_parts(), w.into_parts());
        tracked::<C, _>(Convolution::new(x, w, conv, transposed), [x_node, w_node], Some(bias))
    }
}
