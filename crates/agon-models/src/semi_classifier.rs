//! A noisy classifier for few labels.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{Activation, GaussianNoise, GaussianNoiseConfig, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of a [`SemiClassifier`].
#[derive(Config, Debug)]
pub struct SemiClassifierConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// How many classes there are.
    pub classes: usize,
    /// Widths of the hidden layers (those of the paper for digits).
    #[config(default = "vec![1000, 500, 250, 250, 250]")]
    pub hidden: Vec<usize>,
    /// Deviation of the noise on the sample.
    #[config(default = 0.3)]
    pub input_noise: f64,
    /// Deviation of the noise on each hidden layer.
    #[config(default = 0.5)]
    pub hidden_noise: f64,
}

impl SemiClassifierConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, there is no hidden layer, or a deviation is negative or no number.
    pub fn try_init(&self, device: &Device) -> Result<SemiClassifier> {
        let sizes: Vec<usize> = [self.features].into_iter().chain(self.hidden.iter().copied()).collect();
        if self.hidden.is_empty() || self.classes == 0 || sizes.contains(&0) {
            let got = format!("{sizes:?}, {} classes", self.classes);
            return Err(Error::config("a classifier's layers", "numbers above zero", got));
        }
        if ![self.input_noise, self.hidden_noise]
            .iter()
            .all(|noise| *noise >= 0.0 && noise.is_finite())
        {
            let got = format!("{} and {}", self.input_noise, self.hidden_noise);
            return Err(Error::config(
                "a classifier's noise",
                "finite deviations of at least 0",
                got,
            ));
        }
        let weights = Initializer::KaimingNormal {
            gain: 1.0,
            fan_out_only: false,
        };
        let last = sizes[sizes.len() - 1];
        Ok(SemiClassifier {
            hidden: sizes
                .windows(2)
                .map(|pair| linear([pair[0], pair[1]], true, &weights, device))
                .collect(),
            last: linear([last, self.classes], true, &weights, device),
            noise: [self.input_noise, self.hidden_noise]
                .map(|deviation| GaussianNoiseConfig::new(deviation).init())
                .to_vec(),
            config: self.clone(),
        })
    }
}

/// A fully connected classifier with noise on its input and its hidden layers, which also shows its features.
///
/// # Shapes
/// `[batch, features]` to logits `[batch, classes]` and the last hidden layer without its noise.
///
/// # References
/// Salimans et al. 2016, arXiv:1606.03498: the network for digits. The authors' code also normalizes weights and
/// initialises them from data, which is left out here.
#[derive(Module, Debug)]
pub struct SemiClassifier {
    hidden: Vec<Linear>,
    last: Linear,
    /// On the input, and on hidden layers.
    noise: Vec<GaussianNoise>,
    #[module(skip)]
    config: SemiClassifierConfig,
}

impl SemiClassifier {
    /// Logits and features of samples.
    pub fn forward(&self, samples: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let mut features = samples;
        for (i, layer) in self.hidden.iter().enumerate() {
            let noisy = self.noise[i.min(1)].forward(features);
            features = Activation::Relu.forward(layer.forward(noisy));
        }
        let noisy = self.noise[1].forward(features.clone());
        (self.last.forward(noisy), features)
    }
}

impl Discriminator for SemiClassifier {
    type Input = Tensor<2>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, samples: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        self.forward(samples)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(SemiClassifierConfig => SemiClassifier);
