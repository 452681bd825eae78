//! DCGAN's discriminator, as an encoder of images.

use agon_core::{Encoder, Loadable, Result};
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::{DcganDiscriminator, DcganDiscriminatorConfig};

/// The counterpart of [`DcganGenerator`](crate::DcganGenerator): from images to codes.
///
/// It is built as a [`DcganDiscriminator`] whose `scores` are the numbers of a code.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, scores]`.
///
/// # Panics
/// If pictures have another shape than the configuration says; a training ends with an error which says so.
///
/// # Example
/// ```
/// use agon_core::Encoder;
/// use agon_models::{DcganDiscriminatorConfig, DcganEncoder};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let network = DcganDiscriminatorConfig::new([3, 28, 28]).with_width(8).with_scores(100);
/// let encoder = DcganEncoder::from(network.init(&device));
/// assert_eq!(encoder.encode(Tensor::zeros([2, 3, 28, 28], &device)).dims(), [2, 100]);
/// ```
///
/// # References
/// As encoder and reconstructor beside a DCGAN: Che et al. 2017, arXiv:1612.02136; Srivastava et al. 2017,
/// arXiv:1705.07761.
#[derive(Module, Debug)]
pub struct DcganEncoder {
    network: DcganDiscriminator,
}

impl From<DcganDiscriminator> for DcganEncoder {
    fn from(network: DcganDiscriminator) -> Self {
        Self { network }
    }
}

impl Encoder for DcganEncoder {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn encode(&self, images: Tensor<4>) -> Tensor<2> {
        self.network.forward(images)
    }

    fn config(&self) -> Option<Value> {
        agon_core::Discriminator::config(&self.network)
    }
}

impl Loadable for DcganEncoder {
    type Config = DcganDiscriminatorConfig;

    fn from_config(config: &DcganDiscriminatorConfig, device: &Device) -> Result<Self> {
        Ok(config.try_init(device)?.into())
    }
}
