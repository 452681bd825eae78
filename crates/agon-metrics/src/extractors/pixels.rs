use burn::prelude::Tensor;

use super::{Extracted, FeatureExtractor};
use crate::Result;

/// The pixels themselves, as one row per image.
///
/// They need no network and see every difference, of which few matter: a shift by one pixel is far, a blur is
/// near. Distances of whole sets are of use for small grey images only.
///
/// # Shapes
/// Features: `[n, channels * height * width]`.
///
/// # Example
/// ```
/// use agon_metrics::extractors::{FeatureExtractor, Pixels};
/// use burn::prelude::{Device, Tensor};
///
/// let images = Tensor::zeros([5, 3, 4, 4], &Device::default());
/// assert_eq!(Pixels.extract(images)?.features.dims(), [5, 48]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Pixels;

impl FeatureExtractor for Pixels {
    fn name(&self) -> String {
        "pixels".to_owned()
    }

    fn extract(&self, images: Tensor<4>) -> Result<Extracted> {
        let [n, channels, height, width] = images.dims();
        Ok(images.reshape([n, channels * height * width]).into())
    }

    fn maps(&self, images: Tensor<4>) -> Result<Vec<Tensor<4>>> {
        Ok(vec![images])
    }
}
