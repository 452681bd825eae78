use agon_core::{Error, Result};
use burn::prelude::Tensor;

use crate::Image;

/// Pixels between two images of a grid.
const GAP: usize = 2;
const BACKGROUND: u8 = 64;

/// Lays images out in rows of `columns`, with a narrow gap between them.
///
/// # Shapes
/// `images`: `[n, 1, height, width]` (grey) or `[n, 3, height, width]` (red, green, blue), values in
/// `[-1, 1]`; what lies outside is clamped.
///
/// # Errors
/// If there are no images or no columns, the channels are other than 1 or 3, or the values cannot be read
/// from their device.
///
/// # Example
/// ```
/// use agon_observe::image_grid;
/// use burn::prelude::{Device, Tensor};
///
/// let images = Tensor::<4>::zeros([6, 1, 28, 28], &Device::default());
/// let grid = image_grid(images, 3)?;
/// assert_eq!((grid.width, grid.height), (3 * 28 + 4 * 2, 2 * 28 + 3 * 2));
/// # Ok::<(), agon_core::Error>(())
/// ```
pub fn image_grid(images: Tensor<4>, columns: usize) -> Result<Image> {
    if columns == 0 {
        return Err(Error::config("the columns of an image grid", "at least 1", columns));
    }
    let [n, channels, height, width] = images.dims();
    let values = values(images)?;
    let columns = columns.min(n);
    let across = GAP + columns * (width + GAP);
    let down = GAP + n.div_ceil(columns) * (height + GAP);
    let mut grid = Image::filled(across, down, &[BACKGROUND; 3][..channels]);
    for (i, image) in values.chunks_exact(channels * height * width).enumerate() {
        let left = GAP + (i % columns) * (width + GAP);
        let top = GAP + (i / columns) * (height + GAP);
        for (channel, plane) in image.chunks_exact(height * width).enumerate() {
            for (y, row) in plane.chunks_exact(width).enumerate() {
                let start = ((top + y) * across + left) * channels + channel;
                let pixels = grid.bytes[start..].iter_mut().step_by(channels);
                pixels.zip(row).for_each(|(pixel, &value)| *pixel = byte(value));
            }
        }
    }
    Ok(grid)
}

/// Each image by itself.
pub(crate) fn single_images(images: Tensor<4>) -> Result<Vec<Image>> {
    let [_, channels, height, width] = images.dims();
    let single = |planes: &[f32]| {
        let pixels = (0..height * width).flat_map(|at| planes.iter().skip(at).step_by(height * width));
        Image {
            width,
            height,
            channels,
            bytes: pixels.map(|&value| byte(value)).collect(),
        }
    };
    let values = values(images)?;
    Ok(values.chunks_exact(channels * height * width).map(single).collect())
}

/// The values of images that can be drawn.
fn values(images: Tensor<4>) -> Result<Vec<f32>> {
    let [n, channels, height, width] = images.dims();
    if n * height * width == 0 || !matches!(channels, 1 | 3) {
        let got = format!("{:?}", [n, channels, height, width]);
        return Err(Error::config(
            "the images of a grid",
            "[n, 1 or 3, height, width], none of them 0",
            got,
        ));
    }
    images
        .try_into_vec_as::<f32>()
        .map_err(|error| Error::Device(error.to_string()))
}

/// From `[-1, 1]` to `0..=255`; what is no number becomes 0.
fn byte(value: f32) -> u8 {
    (127.5 * (value.clamp(-1.0, 1.0) + 1.0)).round() as u8
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn every_pixel_is_where_it_belongs() {
        let device = Device::default();
        let images = Tensor::<4>::from_data([[[[-1.0, 1.0]]], [[[0.0, 9.0]]], [[[-9.0, f32::NAN]]]], &device);
        let grid = image_grid(images, 2).unwrap();
        assert_eq!((grid.width, grid.height, grid.channels), (10, 8, 1));
        let row = |y: usize| &grid.bytes[y * 10..][..10];
        let b = BACKGROUND;
        assert_eq!(row(2), [b, b, 0, 255, b, b, 128, 255, b, b]);
        assert_eq!(row(5), [b, b, 0, 0, b, b, b, b, b, b]);
        assert!(row(3).iter().all(|&pixel| pixel == b));
    }

    #[test]
    fn colours_are_interleaved() {
        let device = Device::default();
        let images = Tensor::<4>::from_data([[[[-1.0]], [[0.0]], [[1.0]]]], &device);
        let grid = image_grid(images, 8).unwrap();
        assert_eq!((grid.width, grid.height, grid.channels), (5, 5, 3));
        assert_eq!(grid.bytes[(2 * 5 + 2) * 3..][..3], [0, 128, 255]);
    }

    #[test]
    fn images_by_themselves_have_no_frame() {
        let device = Device::default();
        let images = Tensor::<4>::from_data([[[[-1.0, 1.0]], [[0.0, 0.0]], [[1.0, -1.0]]]], &device);
        let images = single_images(images.repeat_dim(0, 2)).unwrap();
        assert_eq!((images.len(), images[0].width, images[0].height), (2, 2, 1));
        assert_eq!(images[1].bytes, [0, 128, 255, 255, 128, 0]);
    }

    #[test]
    fn what_cannot_be_laid_out_is_an_error() {
        let device = Device::default();
        assert!(image_grid(Tensor::zeros([4, 1, 2, 2], &device), 0).is_err());
        assert!(image_grid(Tensor::zeros([4, 2, 2, 2], &device), 2).is_err());
    }
}
