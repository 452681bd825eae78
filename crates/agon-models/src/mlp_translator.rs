//! A fully connected map between vectors.

use agon_core::{Encoder, Loadable, Result, Translator};
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::{MlpGenerator, MlpGeneratorConfig};

/// A fully connected network that maps vectors to vectors: a translator of points, or an encoder.
///
/// It is built as an [`MlpGenerator`], whose `latent` is the numbers that go in.
///
/// # Shapes
/// `[batch, latent]` to `[batch, features]`.
///
/// # Example
/// ```
/// use agon_core::Translator;
/// use agon_models::{MlpGeneratorConfig, MlpTranslator};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let map = MlpTranslator::from(MlpGeneratorConfig::new(2, 2).init(&device));
/// assert_eq!(map.translate(Tensor::zeros([5, 2], &device)).dims(), [5, 2]);
/// ```
#[derive(Module, Debug)]
pub struct MlpTranslator {
    network: MlpGenerator,
}

impl From<MlpGenerator> for MlpTranslator {
    fn from(network: MlpGenerator) -> Self {
        Self { network }
    }
}

impl MlpTranslator {
    /// One vector per vector.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.network.forward(x)
    }

    fn settings(&self) -> Option<Value> {
        agon_core::Generator::config(&self.network)
    }
}

impl Translator for MlpTranslator {
    type Sample = Tensor<2>;

    fn translate(&self, points: Tensor<2>) -> Tensor<2> {
        self.forward(points)
    }

    fn config(&self) -> Option<Value> {
        self.settings()
    }
}

impl Encoder for MlpTranslator {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn encode(&self, points: Tensor<2>) -> Tensor<2> {
        self.forward(points)
    }

    fn config(&self) -> Option<Value> {
        self.settings()
    }
}

impl Loadable for MlpTranslator {
    type Config = MlpGeneratorConfig;

    fn from_config(config: &MlpGeneratorConfig, device: &Device) -> Result<Self> {
        Ok(config.try_init(device)?.into())
    }
}
