use burn::tensor::Tensor;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use super::is_ours;
use crate::Conv2d;

/// A convolution of images.
///
/// # Shapes
/// `x`: `[batch, channels_in, height, width]`, `weight`: `[channels_out, channels_in / groups, height, width]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions<2>) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(conv) = geometry(x.dims(), weight.dims(), &options)
        && is_ours(&x)
        && is_ours(&weight)
    {
        return super::flex::conv2d(x, weight, bias, conv);
    }
    burn::tensor::module::conv2d(x, weight, bias, options)
}

/// A transposed convolution of images.
///
/// # Shapes
/// `x`: `[batch, channels_in, height, width]`, `weight`: `[channels_in, channels_out / groups, height, width]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn conv_transpose2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvTransposeOptions<2>,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if let Some(conv) = transposed_geometry(x.dims(), weight.dims(), &options)
        && is_ours(&x)
        && is_ours(&weight)
    {
        return super::flex::conv_transpose2d(x, weight, bias, conv);
    }
    burn::tensor::module::conv_transpose2d(x, weight, bias, options)
}

/// The sizes of a convolution, if it is one that the kernels know.
fn geometry(x: [usize; 4], w: [usize; 4], options: &ConvOptions<2>) -> Option<Conv2d> {
    let conv = Conv2d {
        batch: x[0],
        channels: [x[1], w[0]],
        input: [x[2], x[3]],
        kernel: [w[2], w[3]],
        stride: options.stride,
        padding: options.padding_begin(),
        dilation: options.dilation,
        groups: options.groups,
    };
    let known = !options.is_asymmetric() && w[1] * options.groups == x[1] && is_whole(&conv);
    known.then_some(conv)
}

/// The convolution whose data gradient a transposed convolution is.
fn transposed_geometry(x: [usize; 4], w: [usize; 4], options: &ConvTransposeOptions<2>) -> Option<Conv2d> {
    let side = |i: usize| {
        let reach = options.dilation[i] * w[i + 2].checked_sub(1)? + 1;
        let whole = x[i + 2].checked_sub(1)? * options.stride[i] + reach + options.padding_out[i];
        whole.checked_sub(2 * options.padding[i])
    };
    let conv = Conv2d {
        batch: x[0],
        channels: [w[1] * options.groups, x[1]],
        input: [side(0)?, side(1)?],
        kernel: [w[2], w[3]],
        stride: options.stride,
        padding: options.padding,
        dilation: options.dilation,
        groups: options.groups,
    };
    let known = w[0] == x[1] && conv.output() == [x[2], x[3]] && is_whole(&conv);
    known.then_some(conv)
}

fn is_whole(conv: &Conv2d) -> bool {
    conv.is_addressable()
        && conv.channels.iter().all(|n| n.is_multiple_of(conv.groups))
        && conv.sizes().iter().all(|&n| n > 0)
}
