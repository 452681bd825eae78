//! The fully connected networks of the first GAN, of any depth and for any vectors.

use agon_core::prior::{Normal, Prior};
use agon_core::{Discriminator, Error, Generator, Result, Scored, Slope};
use agon_nn::{Activation, BatchNorm, Dropout, DropoutConfig, Dual, Linear, Linearized, batch_norm, linear, maxout};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of an [`MlpGenerator`].
#[derive(Config, Debug)]
pub struct MlpGeneratorConfig {
    /// Numbers in a code.
    pub latent: usize,
    /// Numbers in a sample.
    pub features: usize,
    /// Widths of the hidden layers.
    #[config(default = "vec![128, 128]")]
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    #[config(default = "Activation::Relu")]
    pub activation: Activation,
    /// After the last layer.
    #[config(default = "Activation::Identity")]
    pub output: Activation,
    /// Normalizes each hidden layer before its activation; such layers have no bias.
    #[config(default = false)]
    pub batch_norm: bool,
    /// How much a new batch counts in the running statistics of batch norm.
    #[config(default = 0.1)]
    pub momentum: f64,
    /// What batch norm adds to the variance.
    #[config(default = 1e-5)]
    pub epsilon: f64,
    /// Where weights come from; biases start at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

/// Configuration of an [`MlpDiscriminator`].
#[derive(Config, Debug)]
pub struct MlpDiscriminatorConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// Widths of the hidden layers.
    #[config(default = "vec![128, 128]")]
    pub hidden: Vec<usize>,
    /// After each hidden layer, unless there is maxout.
    #[config(default = "Activation::LeakyRelu(0.2)")]
    pub activation: Activation,
    /// Pieces of maxout after each hidden layer, instead of the activation.
    pub maxout: Option<usize>,
    /// Dropout before each hidden layer and before the scores.
    #[config(default = 0.0)]
    pub dropout: f64,
    /// Scores of a sample.
    #[config(default = 1)]
    pub scores: usize,
    /// Where weights come from; biases start at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

impl MlpGeneratorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a width is zero, the momentum is not in `[0, 1]` or the epsilon below zero.
    pub fn try_init(&self, device: &Device) -> Result<MlpGenerator> {
        let sizes = widths(self.latent, &self.hidden, self.features)?;
        let hidden = &sizes[..sizes.len() - 1];
        let layer = |pair: &[usize; 2], bias| linear(*pair, bias, &self.initializer, device);
        Error::unless_part("momentum of batch norm", self.momentum)?;
        Error::unless_at_least_zero("epsilon of batch norm", self.epsilon)?;
        let norm = |features| BatchNorm {
            momentum: self.momentum,
            epsilon: self.epsilon,
            ..batch_norm(features, 0.0, device)
        };
        Ok(MlpGenerator {
            hidden: hidden.iter().map(|pair| layer(pair, !self.batch_norm)).collect(),
            norms: hidden
                .iter()
                .filter(|_| self.batch_norm)
                .map(|pair| norm(pair[1]))
                .collect(),
            last: layer(&sizes[sizes.len() - 1], true),
            config: self.clone(),
        })
    }
}

impl MlpDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a width is zero or dropout is not in `[0, 1)`.
    pub fn try_init(&self, device: &Device) -> Result<MlpDiscriminator> {
        let sizes = widths(self.features, &self.hidden, self.scores)?;
        let pieces = self.maxout.unwrap_or(1);
        if pieces == 0 {
            return Err(Error::config("maxout", "at least one piece", 0));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::config("dropout", "a number in [0, 1)", self.dropout));
        }
        let (last, hidden) = (sizes[sizes.len() - 1], &sizes[..sizes.len() - 1]);
        let layer = |size, times| linear([size, times], true, &self.initializer, device);
        Ok(MlpDiscriminator {
            hidden: hidden.iter().map(|pair| layer(pair[0], pair[1] * pieces)).collect(),
            dropout: (self.dropout > 0.0).then(|| DropoutConfig::new(self.dropout).init()),
            last: layer(last[0], last[1]),
            config: self.clone(),
        })
    }
}

fn widths(first: usize, hidden: &[usize], last: usize) -> Result<Vec<[usize; 2]>> {
    let all: Vec<usize> = [first]
        .into_iter()
        .chain(hidden.iter().copied())
        .chain([last])
        .collect();
    if all.contains(&0) {
        return Err(Error::config("layer widths", "numbers above zero", format!("{all:?}")));
    }
    Ok(all.windows(2).map(|pair| [pair[0], pair[1]]).collect())
}

/// A fully connected generator: linear layers, activations, batch norm on wish.
///
/// # Shapes
/// `[batch, latent]` to `[batch, features]`.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::MlpGeneratorConfig;
/// use burn::prelude::Device;
///
/// let generator = MlpGeneratorConfig::new(2, 2).with_hidden(vec![400; 4]).init(&Device::default());
/// assert_eq!(generator.sample(5, 0).dims(), [5, 2]);
/// ```
///
/// # References
/// Goodfellow et al. 2014, arXiv:1406.2661: two hidden ReLU layers of 1200 and a sigmoid for MNIST.
#[derive(Module, Debug)]
pub struct MlpGenerator {
    hidden: Vec<Linear>,
    norms: Vec<BatchNorm>,
    last: Linear,
    #[module(skip)]
    config: MlpGeneratorConfig,
}

impl MlpGenerator {
    /// Makes one sample per code.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<2> {
        let mut x = codes;
        for (i, layer) in self.hidden.iter().enumerate() {
            x = layer.forward(x);
            x = match self.norms.get(i) {
                Some(norm) => norm.forward_then(x, self.config.activation),
                None => self.config.activation.forward(x),
            };
        }
        self.config.output.forward(self.last.forward(x))
    }
}

impl Generator for MlpGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        self.forward(codes)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(Normal::new(self.config.latent))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(MlpGeneratorConfig => MlpGenerator);

/// A fully connected discriminator: linear layers with activations or maxout, dropout on wish.
///
/// Its derivative is exact, unless there is dropout.
///
/// # Shapes
/// `[batch, features]` to `[batch, scores]`.
///
/// # References
/// Goodfellow et al. 2014, arXiv:1406.2661: two maxout layers of 240 with five pieces, dropout.
#[derive(Module, Debug)]
pub struct MlpDiscriminator {
    hidden: Vec<Linear>,
    dropout: Option<Dropout>,
    last: Linear,
    #[module(skip)]
    config: MlpDiscriminatorConfig,
}

impl MlpDiscriminator {
    /// Scores each sample.
    pub fn forward(&self, samples: Tensor<2>) -> Tensor<2> {
        let mut x = samples;
        for layer in &self.hidden {
            x = layer.forward(self.dropped(x));
            x = match self.config.maxout {
                Some(pieces) => maxout(x, pieces),
                None => self.config.activation.forward(x),
            };
        }
        self.last.forward(self.dropped(x))
    }

    fn dropped(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.dropout {
            Some(dropout) => dropout.forward(x),
            None => x,
        }
    }
}

impl Discriminator for MlpDiscriminator {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, samples: Tensor<2>) -> Tensor<2> {
        self.forward(samples)
    }

    fn derivative(&self, at: &Tensor<2>, along: &Tensor<2>) -> Tensor<2> {
        if self.dropout.is_some() {
            return agon_core::derivative::central_difference(self, at, along);
        }
        let mut x = Dual::new(at.clone(), along.clone());
        for layer in &self.hidden {
            x = x.linear(layer);
            x = match self.config.maxout {
                Some(pieces) => x.maxout(pieces),
                None => x.activation(self.config.activation),
            };
        }
        x.linear(&self.last).tangent.scores()
    }

    fn slope(&self, at: &Tensor<2>) -> Slope<Tensor<2>> {
        let activation = self.config.activation;
        if self.dropout.is_some() || self.config.maxout.is_some() || activation.kink().is_none() {
            return Slope::of(self, at);
        }
        let hidden = self.hidden.iter();
        let x = hidden.fold(Linearized::new(at.clone()), |x, layer| {
            x.linear(layer).activation(activation)
        });
        let (gradient, along) = x.linear(&self.last).slope();
        Slope::new(gradient, along)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(MlpDiscriminatorConfig => MlpDiscriminator);

#[cfg(test)]
mod tests {
    use agon_core::{Constraint, random};
    use agon_losses::SpectralNorm;

    use super::*;

    #[test]
    fn standing_statistics_are_those_of_present_weights() {
        let device = Device::default().autodiff();
        let config = MlpGeneratorConfig::new(4, 3)
            .with_hidden(vec![16, 16])
            .with_batch_norm(true);
        let generator = config.init(&device);
        let mean = |generator: &MlpGenerator| -> Vec<f32> {
            let norm = &generator.valid().norms[1];
            norm.running_mean.value().try_into_vec_as().unwrap()
        };
        let before = mean(&generator);
        let settled = generator.with_standing_statistics(200, 256, 3);
        assert_eq!(mean(&generator), before, "the generator itself stays");
        assert_eq!(
            mean(&settled),
            mean(&generator.with_standing_statistics(200, 256, 3)),
            "seeded"
        );
        // One pass of many codes in training is normalized by its own statistics, which come to the same.
        let codes = generator.prior().draw(8_192, &mut random::stream(5, 0), &device);
        let whole = generator.with_standing_statistics(0, 1, 0);
        let expected = whole.generate(codes.clone()).inner();
        let error = |generator: &MlpGenerator| -> f32 {
            let found = generator.valid().generate(codes.clone().inner());
            (found - expected.clone()).square().mean().into_scalar()
        };
        let (settled, lagging) = (error(&settled), error(&generator));
        assert!(settled < 0.01 * lagging, "{settled} {lagging}");
    }

    /// In both ways the weights are what spectral norm makes of them in one more look, not before it.
    #[test]
    fn fewer_passes_know_the_same_slope_under_spectral_norm() {
        let device = Device::default().autodiff();
        let plain = MlpDiscriminatorConfig::new(30).with_hidden(vec![60, 50]).init(&device);
        let draw = |purpose| random::normal([8, 30], &mut random::stream(purpose, 0), &device);
        let (at, along) = (draw(1), draw(2).without_autodiff());
        let look = |slope_of: fn(&MlpDiscriminator, &Tensor<2>) -> Slope<Tensor<2>>| {
            let network = SpectralNorm::new().prepare(plain.clone());
            let slope = slope_of(&network, &at);
            let gradient = slope.gradient().clone().without_autodiff();
            let gradients = slope.along(along.clone()).backward();
            let of = |layer: &Linear| layer.weight.base().grad(&gradients).unwrap();
            [
                gradient,
                of(&network.hidden[0]),
                of(&network.hidden[1]),
                of(&network.last),
            ]
        };
        let passes = look(Slope::of);
        for (fewer, more) in look(MlpDiscriminator::slope).into_iter().zip(passes) {
            let size: f32 = more.clone().abs().max().into_scalar();
            let error: f32 = (fewer - more).abs().max().into_scalar();
            assert!(error < 3e-6 * size, "{error} of {size}");
        }
    }
}
