use agon_kernels::ops;
use burn::prelude::Tensor;

/// Every pixel `factor` times down and across: nearest neighbours. [`PixelShuffle`](crate::PixelShuffle) makes pixels of
/// channels instead.
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

#[cfg(test)]
mod tests {
    use burn::nn::{PixelShuffleConfig, PixelUnshuffleConfig};
    use burn::prelude::{Device, Int};

    use super::*;

    /// As PyTorch has it: the block of a pixel holds its channels row by row.
    #[test]
    fn pixels_are_made_of_channels_and_back() {
        let channels = Tensor::<1, Int>::arange(0..24, &Device::default()).float();
        let channels = channels.reshape([1, 4, 2, 3]);
        let image = PixelShuffleConfig::new(2).init().forward(channels.clone());
        let first_rows: Vec<f32> = image.clone().narrow(2, 0, 2).try_into_vec_as().unwrap();
        assert_eq!(first_rows, [0, 6, 1, 7, 2, 8, 12, 18, 13, 19, 14, 20].map(|x| x as f32));
        let back = PixelUnshuffleConfig::new(2).init().forward(image);
        assert_eq!(back.into_data(), channels.into_data());
    }
}
