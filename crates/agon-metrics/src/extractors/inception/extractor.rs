use std::path::Path;

use burn::prelude::{Device, Tensor};
use burn::tensor::DType;

use super::Weights;
use super::network::Network;
use crate::extractors::{Extracted, FeatureExtractor, resize_as_tensorflow_1};
use crate::{Error, Result};

/// The network of the Frechet distance: Inception-V3, the TensorFlow graph of 2015-12-05.
///
/// Images are rounded to 256 levels as in a file, resized to 299 by 299 as TensorFlow 1 did
/// ([`resize_as_tensorflow_1`]), and scaled to `(x - 128) / 128`. Average pools leave out what lies beyond the
/// edge, and the last block pools the largest: other ports of the network differ in these, and their distances
/// are not comparable. Grey images are shown on three channels.
///
/// `features` are those of the chosen [`Tap`]. `logits`, of 1008 classes, are without the bias of the last
/// layer, as the Inception Score was published; those with it are the layer `logits`.
///
/// # Shapes
/// Images `[n, 3 or 1, height, width]` of any size; features `[n, 64, 192, 768 or 2048]`; logits `[n, 1008]`.
///
/// # Errors
/// Its weights must be there, see [`Weights`]. Images of two or more than three channels.
///
/// # Example
/// ```no_run
/// use agon_metrics::extractors::{FeatureExtractor, Inception};
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let inception = Inception::load("pt_inception-2015-12-05-6726825d.pth", &device)?;
/// let extracted = inception.extract(Tensor::zeros([8, 3, 64, 64], &device))?;
/// assert_eq!(extracted.features.dims(), [8, 2048]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision", arXiv:1512.00567; Heusel et
/// al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium",
/// arXiv:1706.08500.
#[derive(Debug, Clone)]
pub struct Inception {
    network: Network,
    tap: Tap,
    rounded: bool,
    dtype: DType,
}

/// Where in [`Inception`] the features are taken: the means over each channel's map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tap {
    /// After the first pool: 64 channels. The rest of the network is left out.
    First64,
    /// After the second pool: 192 channels.
    Second192,
    /// Before the auxiliary classifier: 768 channels.
    Middle768,
    /// After the last block: 2048 channels, those of the published distances.
    #[default]
    Last2048,
}

impl Tap {
    const ALL: [(Self, &str); 4] = [
        (Self::First64, "64"),
        (Self::Second192, "192"),
        (Self::Middle768, "768"),
        (Self::Last2048, "2048"),
    ];

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(tap, _)| *tap == self)
            .map_or("", |(_, name)| name)
    }
}

/// Images are resized to this.
const SIDE: usize = 299;

impl Inception {
    /// With these weights, in float32.
    pub fn new(weights: Weights, device: &Device) -> Result<Self> {
        Self::in_precision(DType::F32, weights, device)
    }

    /// With the weights of a file, see [`Weights::load`].
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        Self::new(Weights::load(path)?, device)
    }

    /// With the weights of the user's cache, see [`Weights::cached`].
    pub fn cached(device: &Device) -> Result<Self> {
        Self::new(Weights::cached()?, device)
    }

    /// With these weights, computing in another precision than float32.
    pub fn in_precision(dtype: DType, mut weights: Weights, device: &Device) -> Result<Self> {
        Ok(Self {
            network: Network::new(&mut weights, &device.clone().inner(), dtype)?,
            tap: Tap::default(),
            rounded: true,
            dtype,
        })
    }

    /// Takes the features elsewhere.
    pub fn tap(mut self, tap: Tap) -> Self {
        self.tap = tap;
        self
    }

    /// Does not round images to 256 levels. Published figures are of images that were.
    pub fn unrounded(mut self) -> Self {
        self.rounded = false;
        self
    }

    /// Images as the network wants them.
    fn prepare(&self, images: Tensor<4>) -> Result<Tensor<4>> {
        let [n, channels, height, width] = images.dims();
        let device = self.network.bias.device();
        let images = images.inner().to_device(&device).cast(self.dtype);
        let images = match channels {
            3 => images,
            1 => images.expand([n, 3, height, width]),
            _ => {
                return Err(Error::config(
                    "the images for Inception-V3",
                    "1 or 3 channels",
                    channels,
                ));
            }
        };
        let levels = (images.clamp(-1.0, 1.0) + 1.0) * 127.5;
        let levels = if self.rounded { (levels + 0.5).floor() } else { levels };
        Ok((resize_as_tensorflow_1(levels, [SIDE, SIDE]) - 128.0) / 128.0)
    }
}

impl FeatureExtractor for Inception {
    fn name(&self) -> String {
        let rounded = if self.rounded { "" } else { ", unrounded" };
        format!(
            "inception-v3 of 2015-12-05, {}, TF1 bilinear 299{rounded}",
            self.tap.name()
        )
    }

    fn extract(&self, images: Tensor<4>) -> Result<Extracted> {
        let mut x = self.prepare(images)?;
        let [n, ..] = x.dims();
        let mut layers = Vec::new();
        for (part, (tap, name)) in self.network.parts.iter().zip(Tap::ALL) {
            x = part.forward(x);
            let channels = x.dims()[1];
            let features = x.clone().mean_dims(&[2, 3]).reshape([n, channels]);
            layers.push((name, features.clone()));
            if tap == Tap::Last2048 {
                let logits = features.clone().matmul(self.network.weight.clone());
                let biased = logits.clone() + self.network.bias.clone().unsqueeze();
                layers.push(("logits", biased));
                layers.push(("logits_unbiased", logits.clone()));
                return Ok(Extracted {
                    features,
                    logits: Some(logits),
                    layers,
                });
            }
            if tap == self.tap {
                return Ok(Extracted {
                    features,
                    logits: None,
                    layers,
                });
            }
        }
        Err(Error::config(
            "the tap of Inception-V3",
            "one that the network has",
            self.tap.name(),
        ))
    }

    /// The maps at the four taps.
    fn maps(&self, images: Tensor<4>) -> Result<Vec<Tensor<4>>> {
        let mut x = self.prepare(images)?;
        let mut maps = Vec::new();
        for part in &self.network.parts {
            x = part.forward(x);
            maps.push(x.clone());
        }
        Ok(maps)
    }
}
