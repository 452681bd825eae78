use burn::prelude::Tensor;
use burn::tensor::TensorData;
use burn::tensor::module::{avg_pool2d, conv2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions};

use crate::error::{Error, Result, ensure};

/// The structural similarity of pairs of images, and its multi-scale form.
///
/// Within a Gaussian window of 11 by 11 pixels and deviation 1.5 around each pixel, of which there are
/// population means, variances and the covariance,
///
/// ```text
/// l = (2 m_a m_b + C1) / (m_a^2 + m_b^2 + C1)        C1 = (0.01 range)^2
/// c = (2 s_ab + C2) / (s_a^2 + s_b^2 + C2)           C2 = (0.03 range)^2
/// SSIM    = mean l c                                 over all windows within the image, then over channels
/// MS-SSIM = prod_j (mean c_j)^(w_j) of the finer scales, times (mean l c)^(w_J) at the coarsest
/// ```
///
/// where each scale is the one before, averaged over 2 by 2 pixels, and
/// `w = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)`. Five scales need images of at least 176 pixels. Of smaller ones
/// as many scales are taken as fit, with their weights made to sum to one: [`scales`](Self::scales) says how
/// many; such figures compare with none of another number of scales. A scale whose mean is negative counts as 0.
///
/// 1 for equal images, the higher the more alike. Windows that reach over the edge are left out, as Wang's program
/// does. Channels count alike; Wang compares the luminance.
///
/// # Shapes
/// Images `[n, channels, height, width]`, values from -1 to 1 unless [`range`](Self::range) says otherwise;
/// results `[n]`.
///
/// # Errors
/// Images of different shapes, or smaller than the window of 11 by 11.
///
/// # Example
/// ```
/// use agon_metrics::images::Structure;
/// use burn::prelude::{Device, Tensor};
///
/// let images = Tensor::<4>::zeros([3, 1, 32, 32], &Device::default());
/// let similarity = Structure::new().similarity(images.clone(), images)?;
/// assert_eq!(similarity.into_data().try_into_vec::<f32>().unwrap(), [1.0; 3]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity"; Wang et al. 2003,
/// "Multi-scale structural similarity for image quality assessment".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Structure {
    range: f64,
}

/// The side of the window.
const WINDOW: usize = 11;
/// The deviation of the window.
const SIGMA: f64 = 1.5;
/// How much each scale counts, from fine to coarse.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

impl Default for Structure {
    fn default() -> Self {
        Self::new()
    }
}

impl Structure {
    /// Of images with values from -1 to 1.
    pub fn new() -> Self {
        Self { range: 2.0 }
    }

    /// The distance of the lowest from the highest value: 1 for images from 0 to 1, 255 for bytes.
    pub fn range(mut self, range: f64) -> Self {
        self.range = range;
        self
    }

    /// SSIM of each pair.
    ///
    /// # Errors
    /// As for the type.
    pub fn similarity(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        self.check(&a, &b)?;
        Ok(self.compare(a, b).0)
    }

    /// MS-SSIM of each pair.
    ///
    /// # Errors
    /// As for the type.
    pub fn multi_scale(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        self.check(&a, &b)?;
        let scales = Self::scales(&a);
        let weights = &WEIGHTS[..scales];
        let whole: f64 = weights.iter().sum();
        let (mut a, mut b) = (a, b);
        let mut product: Option<Tensor<1>> = None;
        for (scale, weight) in weights.iter().enumerate() {
            let (similarity, contrast) = self.compare(a.clone(), b.clone());
            let last = scale + 1 == scales;
            let factor = if last { similarity } else { contrast };
            let factor = factor.clamp_min(0.0).powf_scalar(weight / whole);
            product = Some(match product {
                Some(product) => product * factor,
                None => factor,
            });
            if !last {
                (a, b) = (halved(a), halved(b));
            }
        }
        product.ok_or_else(|| Error::config("the scales of MS-SSIM", "at least 1", scales))
    }

    /// How many scales of MS-SSIM images of this size have, at most 5.
    pub fn scales(images: &Tensor<4>) -> usize {
        let [_, _, height, width] = images.dims();
        (0..WEIGHTS.len())
            .take_while(|scale| height.min(width) >> scale >= WINDOW)
            .count()
    }

    fn check(&self, a: &Tensor<4>, b: &Tensor<4>) -> Result<()> {
        same_shape(a, b)?;
        ensure(self.range > 0.0, "the range of the images", "more than 0", self.range)?;
        let [_, _, height, width] = a.dims();
        if height.min(width) < WINDOW {
            let got = format!("{height} by {width}");
            return Err(Error::shape(
                "images for SSIM",
                format!("at least {WINDOW} by {WINDOW} pixels"),
                got,
            ));
        }
        Ok(())
    }

    /// The means of `l c` and of `c`, for each pair.
    fn compare(&self, a: Tensor<4>, b: Tensor<4>) -> (Tensor<1>, Tensor<1>) {
        let [n, channels, height, width] = a.dims();
        let flat = |x: Tensor<4>| x.inner().reshape([n * channels, 1, height, width]);
        let (a, b) = (flat(a), flat(b));
        let (c1, c2) = ((0.01 * self.range).powi(2), (0.03 * self.range).powi(2));
        let (mean_a, mean_b) = (blurred(a.clone()), blurred(b.clone()));
        let product = mean_a.clone() * mean_b.clone();
        let squares = mean_a.square() + mean_b.square();
        let covariance = blurred(a.clone() * b.clone()) - product.clone();
        let variances = blurred(a.square() + b.square()) - squares.clone();
        let contrast = (covariance * 2.0 + c2) / (variances + c2);
        let luminance = (product * 2.0 + c1) / (squares + c1);
        let per_image = |x: Tensor<4>| x.reshape([n as i64, -1]).mean_dim(1).reshape([n]);
        (per_image(luminance * contrast.clone()), per_image(contrast))
    }
}

/// That images can be compared one to one.
pub(super) fn same_shape(a: &Tensor<4>, b: &Tensor<4>) -> Result<()> {
    if a.dims() == b.dims() {
        return Ok(());
    }
    let (expected, got) = (format!("{:?}, that of the first", a.dims()), format!("{:?}", b.dims()));
    Err(Error::shape("the second images of the pairs", expected, got))
}

/// The mean under the window around each pixel that has one, of images of one channel.
fn blurred(images: Tensor<4>) -> Tensor<4> {
    let weights = window();
    let kernel = |shape: [usize; 4]| {
        let data = TensorData::new(weights.clone(), shape);
        Tensor::<4>::from_data(data, (&images.device(), images.dtype()))
    };
    let (down, across) = (kernel([1, 1, WINDOW, 1]), kernel([1, 1, 1, WINDOW]));
    let options = || ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
    conv2d(conv2d(images, down, None, options()), across, None, options())
}

fn window() -> Vec<f64> {
    let middle = (WINDOW / 2) as f64;
    let weight = |i: usize| (-(i as f64 - middle).powi(2) / (2.0 * SIGMA * SIGMA)).exp();
    let weights: Vec<f64> = (0..WINDOW).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Means of 2 by 2 pixels.
fn halved(images: Tensor<4>) -> Tensor<4> {
    avg_pool2d(images, AvgPoolOptions::new([2, 2]))
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    fn waves(n: usize, side: usize, shift: f32) -> Tensor<4> {
        let values: Vec<f32> = (0..n * side * side).map(|i| (i as f32 * 0.37 + shift).sin()).collect();
        Tensor::<1>::from_floats(&values[..], &Device::default()).reshape([n, 1, side, side])
    }

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn constants_compare_by_their_luminance() {
        let device = Device::default();
        let grey = |level: f32| Tensor::<4>::full([1, 3, 16, 16], level, &device);
        let found = values(Structure::new().range(1.0).similarity(grey(0.5), grey(0.25)).unwrap())[0];
        let expected = (2.0 * 0.125 + 1e-4) / (0.25 + 0.0625 + 1e-4);
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }

    #[test]
    fn images_are_most_like_themselves() {
        for side in [11, 24, 64] {
            let structure = Structure::new();
            let (a, b) = (waves(2, side, 0.0), waves(2, side, 0.5));
            for same in [
                values(structure.similarity(a.clone(), a.clone()).unwrap()),
                values(structure.multi_scale(a.clone(), a.clone()).unwrap()),
            ] {
                assert!(same.iter().all(|s| (s - 1.0).abs() < 1e-5), "{same:?}");
            }
            assert!(values(structure.similarity(a.clone(), b.clone()).unwrap())[0] < 0.95);
            assert!(values(structure.multi_scale(a, b).unwrap())[0] < 0.95);
        }
    }

    #[test]
    fn opposite_images_have_negative_similarity_and_none_at_many_scales() {
        let values_of: Vec<f32> = (0..1024)
            .map(|i| if (i + i / 32) % 2 == 0 { 0.5 } else { -0.5 })
            .collect();
        let a = Tensor::<1>::from_floats(&values_of[..], &Device::default()).reshape([1, 1, 32, 32]);
        let b = -a.clone();
        assert!(values(Structure::new().similarity(a.clone(), b.clone()).unwrap())[0] < -0.5);
        assert_eq!(values(Structure::new().multi_scale(a, b).unwrap())[0], 0.0);
    }

    #[test]
    fn scales_are_as_many_as_fit() {
        let scales = |side| Structure::scales(&Tensor::zeros([1, 1, side, side], &Device::default()));
        assert_eq!([10, 11, 32, 64, 175, 176, 512].map(scales), [0, 1, 2, 3, 4, 5, 5]);
    }

    #[test]
    fn what_cannot_be_compared_is_an_error() {
        let structure = Structure::new();
        assert!(structure.similarity(waves(1, 10, 0.0), waves(1, 10, 0.0)).is_err());
        assert!(structure.similarity(waves(1, 12, 0.0), waves(1, 16, 0.0)).is_err());
        assert!(
            structure
                .range(0.0)
                .similarity(waves(1, 12, 0.0), waves(1, 12, 0.0))
                .is_err()
        );
    }
}
