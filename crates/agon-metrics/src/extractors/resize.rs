use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;

/// Resizes images as TensorFlow 1 did: bilinear, without aligned corners, without half-pixel centres, and
/// without looking at more than four pixels however much it shrinks.
///
/// Pixel `i` of `n` is taken at `i m / n` of the `m` there are, between the pixel there and the next. Other
/// resizers move the Frechet distance by whole points, so the protocol names this one.
///
/// # Shapes
/// `images`: `[n, channels, h, w]`; returns `[n, channels, height, width]`.
///
/// # References
/// Parmar, Zhang, Zhu 2022, "On aliased resizing and surprising subtleties in GAN evaluation",
/// arXiv:2104.11222.
pub fn resize_as_tensorflow_1(images: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let images = along(images, 3, width, |to, from| to as f64 * from);
    along(images, 2, height, |to, from| to as f64 * from)
}

/// Resizes images bilinearly with half-pixel centres: pixel `i` of `n` is taken at `(i + 1/2) m / n - 1/2`.
///
/// # Shapes
/// `images`: `[n, channels, h, w]`; returns `[n, channels, height, width]`.
pub(crate) fn resize_centred(images: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let centred = |to: usize, scale: f64| ((to as f64 + 0.5) * scale - 0.5).max(0.0);
    along(along(images, 3, width, centred), 2, height, centred)
}

/// Resizes one dimension; `place` says where a new pixel lies among the old ones.
fn along(images: Tensor<4>, dim: usize, to: usize, place: impl Fn(usize, f64) -> f64) -> Tensor<4> {
    let from = images.dims()[dim];
    if from == to {
        return images;
    }
    let scale = from as f64 / to as f64;
    let last = from as f64 - 1.0;
    let places: Vec<f64> = (0..to).map(|i| place(i, scale).min(last)).collect();
    let lower: Vec<i64> = places.iter().map(|place| place.floor() as i64).collect();
    let upper: Vec<i64> = lower.iter().map(|&lower| (lower + 1).min(from as i64 - 1)).collect();
    let shares: Vec<f64> = places.iter().map(|place| place - place.floor()).collect();
    let device = images.device();
    let pick = |indices: &[i64]| {
        images
            .clone()
            .select(dim, Tensor::<1, Int>::from_data(indices, &device))
    };
    let (lower, upper) = (pick(&lower), pick(&upper));
    let mut shape = [1; 4];
    shape[dim] = to;
    let shares = Tensor::<4>::from_data(TensorData::new(shares, shape), (&device, images.dtype()));
    lower.clone() + (upper - lower) * shares
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    fn row(values: &[f32], to: usize) -> Vec<f32> {
        let images = Tensor::<1>::from_floats(values, &Device::default()).reshape([1, 1, 1, values.len()]);
        resize_as_tensorflow_1(images, [1, to])
            .into_data()
            .try_into_vec()
            .unwrap()
    }

    #[test]
    fn places_are_as_in_tensorflow_1() {
        assert_eq!(row(&[0.0, 2.0], 4), [0.0, 1.0, 2.0, 2.0]);
        assert_eq!(row(&[0.0, 1.0, 2.0, 3.0], 2), [0.0, 2.0]);
        assert_eq!(row(&[3.0, 6.0, 9.0], 3), [3.0, 6.0, 9.0]);
        assert_eq!(row(&[0.0, 3.0, 6.0], 2), [0.0, 4.5]);
    }

    #[test]
    fn height_and_width_are_independent() {
        let image = Tensor::<1>::from_floats([0.0, 2.0, 4.0, 6.0], &Device::default()).reshape([1, 1, 2, 2]);
        let wide = resize_as_tensorflow_1(image.clone(), [2, 4]);
        assert_eq!(wide.dims(), [1, 1, 2, 4]);
        let tall: Vec<f32> = resize_as_tensorflow_1(image, [4, 1])
            .into_data()
            .try_into_vec()
            .unwrap();
        assert_eq!(tall, [0.0, 2.0, 4.0, 4.0]);
    }

    #[test]
    fn centred_resizing_keeps_the_mean() {
        let image = Tensor::<1>::from_floats([1.0, 3.0, 5.0, 7.0], &Device::default()).reshape([1, 1, 1, 4]);
        let half: Vec<f32> = resize_centred(image, [1, 2]).into_data().try_into_vec().unwrap();
        assert_eq!(half, [2.0, 6.0]);
    }
}
