//! Fully connected networks that are told a condition beside their input.

use agon_core::prior::{Categorical, Normal, Prior};
use agon_core::{Conditioned, Discriminator, Error, Generator, Loadable, Result, Sample, Slope};
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};

/// A network that is told a condition beside its input, as both networks of the first CGAN.
///
/// An [`MlpGenerator`] of `latent + condition` numbers becomes a generator of codes with conditions, an
/// [`MlpDiscriminator`] of `features + condition` numbers a discriminator of samples with conditions.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::{MlpGeneratorConfig, Told};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let generator = Told::generator(MlpGeneratorConfig::new(16 + 10, 784), 10, &device)?;
/// assert_eq!(generator.sample(3, 0).condition.dims(), [3, 10]);
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Mirza and Osindero 2014, "Conditional generative adversarial nets", arXiv:1411.1784.
#[derive(Module, Debug)]
pub struct Told<N: Module> {
    network: N,
    #[module(skip)]
    inputs: usize,
    #[module(skip)]
    condition: usize,
}

impl Told<MlpGenerator> {
    /// A generator of which so many inputs are the condition: classes, all alike, unless the game has another prior.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no condition or no code, or the network cannot be built.
    pub fn generator(config: MlpGeneratorConfig, condition: usize, device: &Device) -> Result<Self> {
        told(config.latent, condition, || config.try_init(device))
    }
}

impl Told<MlpDiscriminator> {
    /// A discriminator of which so many inputs are the condition.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no condition or no sample, or the network cannot be built.
    pub fn discriminator(config: MlpDiscriminatorConfig, condition: usize, device: &Device) -> Result<Self> {
        told(config.features, condition, || config.try_init(device))
    }
}

fn told<N: Module>(inputs: usize, condition: usize, build: impl FnOnce() -> Result<N>) -> Result<Told<N>> {
    if condition == 0 || condition >= inputs {
        let expected = format!("a condition of 1 to {} numbers", inputs.saturating_sub(1));
        return Err(Error::config("a network that is told", expected, condition));
    }
    Ok(Told {
        network: build()?,
        inputs,
        condition,
    })
}

/// A direction in which a condition of so many numbers does not change.
pub(crate) fn beside_nothing(along: Tensor<2>, condition: usize) -> Tensor<2> {
    let still = along.clone().narrow(1, 0, 1).zeros_like().repeat_dim(1, condition);
    beside(along, still)
}

fn beside(input: Tensor<2>, condition: Tensor<2>) -> Tensor<2> {
    Tensor::cat(vec![input, condition], 1)
}

impl Generator for Told<MlpGenerator> {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Conditioned<Tensor<2>>;

    fn generate(&self, (codes, condition): (Tensor<2>, Tensor<2>)) -> Conditioned<Tensor<2>> {
        let sample = self.network.forward(beside(codes, condition.clone()));
        Conditioned::new(sample, condition)
    }

    fn prior(&self) -> Box<dyn Prior<Code = (Tensor<2>, Tensor<2>)>> {
        let code = Normal::new(self.inputs - self.condition);
        Box::new((code, Categorical::new(self.condition)))
    }

    fn config(&self) -> Option<Value> {
        config(self.condition, Generator::config(&self.network)?)
    }
}

impl Discriminator for Told<MlpDiscriminator> {
    type Input = Conditioned<Tensor<2>>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Conditioned<Tensor<2>>) -> Tensor<2> {
        self.network.forward(beside(input.sample, input.condition))
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        let at = beside(at.sample.clone(), at.condition.clone());
        let along = beside_nothing(along.sample.clone(), self.condition);
        self.network.derivative(&at, &along)
    }

    fn slope(&self, at: &Self::Input) -> Slope<Self::Input> {
        let of_both = self.network.slope(&beside(at.sample.clone(), at.condition.clone()));
        let gradient = of_both.gradient().clone().narrow(1, 0, self.inputs - self.condition);
        let condition = self.condition;
        Slope::new(at.with_rows(gradient), move |v: Self::Input| {
            of_both.along(beside_nothing(v.sample, condition))
        })
    }

    fn config(&self) -> Option<Value> {
        config(self.condition, Discriminator::config(&self.network)?)
    }
}

fn config(condition: usize, network: Value) -> Option<Value> {
    serde_json::to_value(ToldConfig { condition, network }).ok()
}

/// Configuration of a [`Told`] network with configuration `C`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ToldConfig<C> {
    /// Numbers of the input that are the condition.
    pub condition: usize,
    /// The network of input and condition.
    pub network: C,
}

impl Loadable for Told<MlpGenerator> {
    type Config = ToldConfig<MlpGeneratorConfig>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        Self::generator(config.network.clone(), config.condition, device)
    }
}

impl Loadable for Told<MlpDiscriminator> {
    type Config = ToldConfig<MlpDiscriminatorConfig>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        Self::discriminator(config.network.clone(), config.condition, device)
    }
}
