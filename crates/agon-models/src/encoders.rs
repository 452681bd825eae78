//! Encoders for BiGAN and ALI: of rows and of images, with noise and without.

use agon_core::{Encoder, Error, Result, Sample};
use agon_nn::{Activation, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::built::built;
use crate::trunk::{ImageTrunk, ImageTrunkConfig, WEIGHTS};
use crate::{MlpGenerator, MlpGeneratorConfig};

/// How an encoder uses noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inference {
    /// Not at all: `z = f(x)`, as BiGAN's.
    Deterministic,
    /// `z = m(x) + s(x) e`, as ALI's.
    Gaussian,
    /// `z = f(x, e)` with so many numbers `e`, as ALICE's.
    Noise(usize),
}

impl Inference {
    /// How many numbers a network is fed and has to find for a code of so many.
    fn sizes(self, latent: usize) -> Result<(usize, usize)> {
        match self {
            Self::Noise(0) => Err(Error::config("the encoder's noise", "at least one number", 0)),
            Self::Noise(numbers) => Ok((numbers, latent)),
            Self::Deterministic => Ok((0, latent)),
            Self::Gaussian => Ok((0, 2 * latent)),
        }
    }

    /// How many numbers of noise it is given; one that it does not look at, if it uses none.
    fn noise(self, latent: usize) -> usize {
        match self {
            Self::Deterministic => 1,
            Self::Gaussian => latent,
            Self::Noise(numbers) => numbers,
        }
    }

    /// The code, from what `find` makes of these numbers.
    fn code(self, x: Tensor<2>, e: Tensor<2>, find: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        match self {
            Self::Deterministic => find(x),
            Self::Noise(_) => find(Tensor::cat(vec![x, e], 1)),
            Self::Gaussian => {
                let (found, latent) = (find(x), e.dims()[1]);
                let (mean, log_deviation) = (found.clone().narrow(1, 0, latent), found.narrow(1, latent, latent));
                mean + log_deviation.exp() * e
            }
        }
    }
}

/// Configuration of a [`BiganEncoder`].
#[derive(Config, Debug)]
pub struct BiganEncoderConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// Numbers in a code.
    pub latent: usize,
    /// Widths of the hidden layers (those of the paper for digits).
    #[config(default = "vec![1024, 1024]")]
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    #[config(default = "Activation::LeakyRelu(0.2)")]
    pub activation: Activation,
    /// Normalizes each hidden layer.
    #[config(default = true)]
    pub batch_norm: bool,
    /// How it uses noise.
    #[config(default = "Inference::Deterministic")]
    pub inference: Inference,
    /// Where weights come from; biases start at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

impl BiganEncoderConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero.
    pub fn try_init(&self, device: &Device) -> Result<BiganEncoder> {
        let (noise, outputs) = self.inference.sizes(self.latent)?;
        if self.features == 0 {
            return Err(Error::config("the encoder's samples", "at least one number", 0));
        }
        let network = MlpGeneratorConfig::new(self.features + noise, outputs)
            .with_hidden(self.hidden.clone())
            .with_activation(self.activation)
            .with_batch_norm(self.batch_norm)
            .with_initializer(self.initializer.clone());
        Ok(BiganEncoder {
            network: network.try_init(device)?,
            config: self.clone(),
        })
    }
}

/// A fully connected encoder, with noise or without.
///
/// # Shapes
/// Samples `[batch, features]` and noise `[batch, `[`noise`](NoisyEncoder::noise)`]` to `[batch, latent]`.
///
/// # References
/// As [`Bigan`](crate::Bigan).
#[derive(Module, Debug)]
pub struct BiganEncoder {
    network: MlpGenerator,
    #[module(skip)]
    config: BiganEncoderConfig,
}

impl Encoder for BiganEncoder {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Tensor<2>;

    fn encode(&self, (x, e): (Tensor<2>, Tensor<2>)) -> Tensor<2> {
        self.config.inference.code(x, e, |found| self.network.forward(found))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(BiganEncoderConfig => BiganEncoder);

/// An encoder that is given standard normal noise beside the sample.
pub trait NoisyEncoder<S: Sample>: Encoder<Input = (S, Tensor<2>), Output = Tensor<2>> {
    /// How many numbers of noise; one that it does not look at, if it uses none.
    fn noise(&self) -> usize;
}

impl NoisyEncoder<Tensor<2>> for BiganEncoder {
    fn noise(&self) -> usize {
        self.config.inference.noise(self.config.latent)
    }
}

/// Configuration of an [`ImageEncoder`].
#[derive(Config, Debug)]
pub struct ImageEncoderConfig {
    /// Numbers in a code.
    pub latent: usize,
    /// From images to features.
    pub trunk: ImageTrunkConfig,
    /// How it uses noise.
    #[config(default = "Inference::Deterministic")]
    pub inference: Inference,
}

impl ImageEncoderConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or the images are smaller than 4 pixels.
    pub fn try_init(&self, device: &Device) -> Result<ImageEncoder> {
        let (noise, outputs) = self.inference.sizes(self.latent)?;
        if self.latent == 0 {
            return Err(Error::config("the encoder's code", "at least one number", 0));
        }
        Ok(ImageEncoder {
            trunk: self.trunk.try_init(device)?,
            code: linear([self.trunk.features + noise, outputs], true, &WEIGHTS, device),
            config: self.clone(),
        })
    }
}

/// A convolutional encoder, with noise (beside the features) or without.
///
/// # Shapes
/// Images `[batch, channels, height, width]` and noise `[batch, `[`noise`](NoisyEncoder::noise)`]` to
/// `[batch, latent]`.
///
/// # References
/// As [`Bigan`](crate::Bigan).
#[derive(Module, Debug)]
pub struct ImageEncoder {
    trunk: ImageTrunk,
    code: Linear,
    #[module(skip)]
    config: ImageEncoderConfig,
}

impl Encoder for ImageEncoder {
    type Input = (Tensor<4>, Tensor<2>);
    type Output = Tensor<2>;

    fn encode(&self, (images, e): (Tensor<4>, Tensor<2>)) -> Tensor<2> {
        let features = self.trunk.forward(images);
        self.config
            .inference
            .code(features, e, |found| self.code.forward(found))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(ImageEncoderConfig => ImageEncoder);

impl NoisyEncoder<Tensor<4>> for ImageEncoder {
    fn noise(&self) -> usize {
        self.config.inference.noise(self.config.latent)
    }
}
