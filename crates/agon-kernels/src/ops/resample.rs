use burn::tensor::Tensor;

use super::is_ours;
#[cfg(feature = "flex")]
use crate::Blocks;

/// Every pixel as a block of so many down and across.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, channels, height * block[0], width * block[1]]`.
pub fn repeat_pixels(x: Tensor<4>, block: [usize; 2]) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    #[cfg(feature = "flex")]
    if is_ours(&x) {
        let blocks = Blocks {
            planes: batch * channels,
            side: [height, width],
            block,
        };
        return super::flex::repeat_pixels(x, blocks);
    }
    x.reshape([batch, channels, height, 1, width, 1])
        .expand([batch, channels, height, block[0], width, block[1]])
        .reshape([batch, channels, height * block[0], width * block[1]])
}

/// The mean of every block of so many pixels down and across.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, channels, height / block[0], width / block[1]]`.
///
/// # Panics
/// If the pixels are no whole blocks.
pub fn mean_of_blocks(x: Tensor<4>, block: [usize; 2]) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let [down, across] = [height / block[0].max(1), width / block[1].max(1)];
    assert_eq!(
        [down * block[0], across * block[1]],
        [height, width],
        "images of {height} by {width} pixels are no whole blocks of {block:?}"
    );
    #[cfg(feature = "flex")]
    if is_ours(&x) {
        let blocks = Blocks {
            planes: batch * channels,
            side: [down, across],
            block,
        };
        return super::flex::mean_of_blocks(x, blocks);
    }
    x.reshape([batch, channels, down, block[0], across, block[1]])
        .mean_dim(5)
        .mean_dim(3)
        .reshape([batch, channels, down, across])
}
