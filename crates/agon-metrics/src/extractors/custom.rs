use std::fmt;

use burn::prelude::Tensor;

use super::{Extracted, FeatureExtractor};
use crate::Result;

/// Any network as a feature extractor: a function from images to features, or to features and logits.
///
/// # Shapes
/// The function: `[n, channels, height, width]` to `[n, width]`, or to `([n, width], [n, classes])`.
///
/// # Example
/// ```
/// use agon_metrics::extractors::{Custom, FeatureExtractor};
/// use burn::nn::conv::Conv2dConfig;
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let layer = Conv2dConfig::new([1, 6], [3, 3]).init(&device);
/// let extractor = Custom::new("six filters", move |images| {
///     layer.forward(images).mean_dims(&[2, 3]).reshape([-1, 6])
/// });
/// let features = extractor.extract(Tensor::zeros([5, 1, 8, 8], &device))?.features;
/// assert_eq!(features.dims(), [5, 6]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Clone)]
pub struct Custom<F> {
    name: String,
    network: F,
}

impl<F, T> Custom<F>
where
    F: Fn(Tensor<4>) -> T + Send,
    T: Into<Extracted>,
{
    /// This function, under this name.
    pub fn new(name: impl Into<String>, network: F) -> Self {
        Self {
            name: name.into(),
            network,
        }
    }
}

impl<F, T> FeatureExtractor for Custom<F>
where
    F: Fn(Tensor<4>) -> T + Send,
    T: Into<Extracted>,
{
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: Tensor<4>) -> Result<Extracted> {
        Ok((self.network)(images).into())
    }
}

impl<F> fmt::Debug for Custom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
