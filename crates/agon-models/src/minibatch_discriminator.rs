//! A discriminator that sees how close the samples of a batch are to each other.

use agon_core::{Discriminator, Error, Loadable, Result};
use agon_nn::{Activation, Linear, MinibatchDiscrimination, MinibatchDiscriminationConfig, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

/// Configuration of a [`MinibatchDiscriminator`].
#[derive(Config, Debug)]
pub struct MinibatchDiscriminatorConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// Widths of the hidden layers.
    #[config(default = "vec![128, 128]")]
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    #[config(default = "Activation::LeakyRelu(0.2)")]
    pub activation: Activation,
    /// Features that tell of the company of a sample.
    #[config(default = 100)]
    pub kernels: usize,
    /// Numbers that each of them compares.
    #[config(default = 5)]
    pub dims: usize,
    /// Means of how close the others are instead of the paper's sums, which in greater batches swamps all else.
    #[config(default = false)]
    pub mean: bool,
    /// Standard deviation of the tensor that compares: with little of it everybody is close to everybody at first.
    #[config(default = 0.05)]
    pub deviation: f64,
    /// Where other weights come from; biases start at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

impl MinibatchDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Panics
    /// Where [`try_init`](Self::try_init) fails.
    pub fn init(&self, device: &Device) -> MinibatchDiscriminator {
        self.try_init(device).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a width, or the number of kernels or of what they compare, or the deviation is zero.
    pub fn try_init(&self, device: &Device) -> Result<MinibatchDiscriminator> {
        let widths = [vec![self.features], self.hidden.clone()].concat();
        if widths.contains(&0) || self.kernels * self.dims == 0 {
            let got = format!("{widths:?}, {} kernels of {}", self.kernels, self.dims);
            return Err(Error::config("layer widths", "numbers above zero", got));
        }
        if !(self.deviation > 0.0 && self.deviation.is_finite()) {
            let what = "the deviation of the tensor that compares";
            return Err(Error::config(what, "a number above zero", self.deviation));
        }
        let layer = |sizes| linear(sizes, true, &self.initializer, device);
        let top = widths[widths.len() - 1];
        Ok(MinibatchDiscriminator {
            hidden: widths.windows(2).map(|pair| layer([pair[0], pair[1]])).collect(),
            company: MinibatchDiscriminationConfig::new(top)
                .with_kernels(self.kernels)
                .with_dims(self.dims)
                .with_mean(self.mean)
                .with_initializer(Initializer::Normal {
                    mean: 0.0,
                    std: self.deviation,
                })
                .init(device),
            last: layer([top + self.kernels, 1]),
            config: self.clone(),
        })
    }
}

/// A fully connected discriminator with minibatch discrimination before its score.
///
/// A generator whose samples are all alike is found out at once, whatever each of them looks like. Real and generated
/// samples must come in batches of their own, as in every game here. Scores depend on the whole batch.
///
/// # Shapes
/// `[batch, features]` to `[batch, 1]`.
///
/// # References
/// Salimans et al. 2016, "Improved techniques for training GANs", arXiv:1606.03498, section 3.2.
#[derive(Module, Debug)]
pub struct MinibatchDiscriminator {
    hidden: Vec<Linear>,
    company: MinibatchDiscrimination,
    last: Linear,
    #[module(skip)]
    config: MinibatchDiscriminatorConfig,
}

impl MinibatchDiscriminator {
    /// Scores each sample in its company.
    pub fn forward(&self, samples: Tensor<2>) -> Tensor<2> {
        let mut x = samples;
        for layer in &self.hidden {
            x = self.config.activation.forward(layer.forward(x));
        }
        self.last.forward(self.company.forward(x))
    }
}

impl Discriminator for MinibatchDiscriminator {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, samples: Tensor<2>) -> Tensor<2> {
        self.forward(samples)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

impl Loadable for MinibatchDiscriminator {
    type Config = MinibatchDiscriminatorConfig;

    fn from_config(config: &MinibatchDiscriminatorConfig, device: &Device) -> Result<Self> {
        config.try_init(device)
    }
}
