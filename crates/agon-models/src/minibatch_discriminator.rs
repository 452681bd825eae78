//! A discriminator that sees how close the samples of a batch are to each other.

use agon_core::{Discriminator, Error, Loadable, Result};
use agon_nn::{Activation, Linear, MinibatchDiscrimination, MinibatchDiscriminationConfig, linear};
use burn::config::Config;
use burn::module::{Module, ModuleDisplay};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Configuration of a [`MinibatchDiscriminator`] around any network.
#[derive(Config, Debug)]
pub struct MinibatchDiscriminatorConfig {
    /// Numbers that the network says of a sample.
    pub features: usize,
    /// After them.
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
    /// Where the weights of the score come from; its bias starts at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

impl MinibatchDiscriminatorConfig {
    /// Builds the discriminator around this network.
    ///
    /// # Panics
    /// Where [`try_init`](Self::try_init) fails.
    pub fn init<F: Module>(&self, network: F, device: &Device) -> MinibatchDiscriminator<F> {
        self.try_init(network, device).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the discriminator around this network.
    ///
    /// # Errors
    /// [`Error::Config`] if the number of features, of kernels or of what they compare is zero, or the deviation is not
    /// above zero.
    pub fn try_init<F: Module>(&self, network: F, device: &Device) -> Result<MinibatchDiscriminator<F>> {
        if [self.features, self.kernels, self.dims].contains(&0) {
            let got = format!("{} features, {} kernels of {}", self.features, self.kernels, self.dims);
            return Err(Error::config("minibatch discrimination", "numbers above zero", got));
        }
        Error::unless_above_zero("the deviation of the tensor that compares", self.deviation)?;
        let company = MinibatchDiscriminationConfig::new(self.features)
            .with_kernels(self.kernels)
            .with_dims(self.dims)
            .with_mean(self.mean)
            .with_initializer(Initializer::Normal {
                mean: 0.0,
                std: self.deviation,
            });
        Ok(MinibatchDiscriminator {
            network,
            company: company.init(device),
            score: linear([self.features + self.kernels, 1], true, &self.initializer, device),
            config: self.clone(),
        })
    }
}

/// Any network as a discriminator with minibatch discrimination before its score.
///
/// ```text
/// D(x_i) = w [h_i, o(h_i; h_1, .. h_n)],    h_i = lrelu(F(x_i))
/// ```
///
/// `F`: the network; `o`: how close a sample's features are to those of the others ([`MinibatchDiscrimination`]). In
/// the figure: the features of all samples of a batch meet, and each goes on with what it has in common with the others
/// beside it. A generator whose samples are all alike is found out at once, whatever each of them looks like. Real and
/// generated samples must come in batches of their own, as in every game here. Scores depend on the whole batch.
///
/// # Shapes
/// The network's own, to `[batch, 1]`.
///
/// # Panics
/// If the network says another number of features of a sample than the configuration; a training ends with an error
/// which says so.
///
/// # Example
/// ```
/// use agon_core::Discriminator;
/// use agon_models::{DcganDiscriminatorConfig, MinibatchDiscriminatorConfig};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let network = DcganDiscriminatorConfig::new([1, 28, 28]).with_width(8).with_scores(64).init(&device);
/// let discriminator = MinibatchDiscriminatorConfig::new(64).init(network, &device);
/// assert_eq!(discriminator.discriminate(Tensor::zeros([5, 1, 28, 28], &device)).dims(), [5, 1]);
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved techniques for training GANs", arXiv:1606.03498, section 3.2. The authors' code also
/// norms the kernels, scales them at first so that the nearest neighbours are 2 apart, and takes off each kernel's
/// first mean; here `mean` and `deviation` do for that.
#[derive(Module, Debug)]
pub struct MinibatchDiscriminator<F: Module> {
    network: F,
    company: MinibatchDiscrimination,
    score: Linear,
    #[module(skip)]
    config: MinibatchDiscriminatorConfig,
}

impl<F: Discriminator<Output = Tensor<2>> + ModuleDisplay> Discriminator for MinibatchDiscriminator<F> {
    type Input = F::Input;
    type Output = Tensor<2>;

    fn discriminate(&self, samples: F::Input) -> Tensor<2> {
        let features = self.network.discriminate(samples);
        let (expected, [_, found]) = (self.config.features, features.dims());
        assert_eq!(
            found, expected,
            "minibatch discrimination: expected a network that says {expected} numbers of a sample, got {found}"
        );
        let features = self.config.activation.forward(features);
        self.score.forward(self.company.forward(features))
    }

    fn config(&self) -> Option<Value> {
        let (network, company) = (self.network.config()?, self.config.clone());
        serde_json::to_value(InCompanyConfig { network, company }).ok()
    }
}

/// Configuration of a [`MinibatchDiscriminator`] and of the network in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InCompanyConfig<C> {
    /// The network.
    pub network: C,
    /// What is around it.
    pub company: MinibatchDiscriminatorConfig,
}

impl<F: Loadable + ModuleDisplay> Loadable for MinibatchDiscriminator<F> {
    type Config = InCompanyConfig<F::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        config
            .company
            .try_init(F::from_config(&config.network, device)?, device)
    }
}
