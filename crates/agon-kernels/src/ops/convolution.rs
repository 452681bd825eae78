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
        return super::flex::convolution(x, weight, bias, conv);
    }
    in_rows(burn::tensor::module::conv2d(in_rows(x), in_rows(weight), bias, options))
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
        return super::flex::transposed_convolution(x, weight, bias, conv);
    }
    in_rows(burn::tensor::module::conv_transpose2d(
        in_rows(x),
        in_rows(weight),
        bias,
        options,
    ))
}

/// A convolution of sequences.
///
/// # Shapes
/// `x`: `[batch, channels_in, length]`, `weight`: `[channels_out, channels_in / groups, length]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn conv1d(x: Tensor<3>, weight: Tensor<3>, bias: Option<Tensor<1>>, options: ConvOptions<1>) -> Tensor<3> {
    #[cfg(feature = "flex")]
    if let Some(conv) = geometry(in_a_row(x.dims()), in_a_row(weight.dims()), &of_a_row(&options))
        && is_ours(&x)
        && is_ours(&weight)
    {
        return super::flex::convolution(x, weight, bias, conv);
    }
    if options.groups > 1 {
        // burn 0.22.1 forgets to cut the gradient of grouped weights to their length where the last step leaves some
        // of the sequence over. For images it remembers.
        let (x, weight) = (in_rows(x.unsqueeze_dim(2)), in_rows(weight.unsqueeze_dim(2)));
        return in_rows(burn::tensor::module::conv2d(x, weight, bias, of_a_row(&options))).squeeze_dim(2);
    }
    in_rows(burn::tensor::module::conv1d(in_rows(x), in_rows(weight), bias, options))
}

/// A transposed convolution of sequences.
///
/// # Shapes
/// `x`: `[batch, channels_in, length]`, `weight`: `[channels_in, channels_out / groups, length]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn conv_transpose1d(
    x: Tensor<3>,
    weight: Tensor<3>,
    bias: Option<Tensor<1>>,
    options: ConvTransposeOptions<1>,
) -> Tensor<3> {
    #[cfg(feature = "flex")]
    if let Some(conv) = transposed_geometry(in_a_row(x.dims()), in_a_row(weight.dims()), &back_to_a_row(&options))
        && is_ours(&x)
        && is_ours(&weight)
    {
        return super::flex::transposed_convolution(x, weight, bias, conv);
    }
    in_rows(burn::tensor::module::conv_transpose1d(
        in_rows(x),
        in_rows(weight),
        bias,
        options,
    ))
}

/// The same, as a matrix and back, if there is one channel. Of what burn 0.22.1's convolutions give then, gradients
/// included, the operations that it fuses with them read other numbers, and after a new shape the right ones: so on
/// `wgpu` with SwiftShader, the only such device that was at hand.
fn in_rows<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let dims = x.dims();
    match dims[..2].contains(&1) {
        true => x.reshape([(dims[0] * dims[1]) as i64, -1]).reshape(dims),
        false => x,
    }
}

/// A sequence is an image of one row.
fn in_a_row([first, second, length]: [usize; 3]) -> [usize; 4] {
    [first, second, 1, length]
}

fn of_a_row(options: &ConvOptions<1>) -> ConvOptions<2> {
    let (stride, padding) = ([1, options.stride[0]], [(0, 0), options.padding[0]]);
    ConvOptions::new_with_padding(stride, padding, [1, options.dilation[0]], options.groups)
}

fn back_to_a_row(options: &ConvTransposeOptions<1>) -> ConvTransposeOptions<2> {
    let (stride, dilation) = ([1, options.stride[0]], [1, options.dilation[0]]);
    let (padding, padding_out) = ([0, options.padding[0]], [0, options.padding_out[0]]);
    ConvTransposeOptions::new(stride, padding, padding_out, dilation, options.groups)
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
