use agon_kernels::ops;
use burn::prelude::Tensor;

/// Every pixel `factor` times down and across: nearest neighbours.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, channels, factor * height, factor * width]`.
pub fn upsample(images: Tensor<4>, factor: usize) -> Tensor<4> {
    ops::repeat_pixels(images, [factor; 2])
}

/// The mean of every `factor` by `factor` pixels.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, channels, height / factor, width / factor]`.
///
/// # Panics
/// If a side is no multiple of `factor`.
pub fn average_pool(images: Tensor<4>, factor: usize) -> Tensor<4> {
    ops::mean_of_blocks(images, [factor; 2])
}
