//! Encoders that are unsure of the code: they find a Gaussian instead of a point.

use agon_core::prior::Normal;
use agon_core::{Encoder, Loadable, Result, Round};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

/// Any encoder of `2 n` numbers as one that finds the mean and the logarithm of the variance of a code of `n`.
///
/// # Shapes
/// The encoder's own, to two of `[batch, n]`.
///
/// # Example
/// ```
/// use agon_core::Encoder;
/// use agon_models::{GaussianEncoder, MlpGeneratorConfig, MlpTranslator};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let network = MlpTranslator::from(MlpGeneratorConfig::new(2, 2 * 16).init(&device));
/// let (mean, log_variance) = GaussianEncoder::of(network).encode(Tensor::zeros([5, 2], &device));
/// assert_eq!((mean.dims(), log_variance.dims()), ([5, 16], [5, 16]));
/// ```
///
/// # References
/// Srivastava et al. 2017, "VEEGAN", arXiv:1705.07761, whose reconstructor it is; the authors' notebook has the Gaussian as
/// wide as the prior, see [`UnitGaussianEncoder`].
#[derive(Module, Debug)]
pub struct GaussianEncoder<E: Module> {
    encoder: E,
}

impl<E: Encoder<Output = Tensor<2>> + ModuleDisplay> GaussianEncoder<E> {
    /// The first half of what this encoder says are means, the second half logarithms of variances. Of an odd number
    /// the last is not used.
    pub fn of(encoder: E) -> Self {
        Self { encoder }
    }
}

impl<E: Encoder<Output = Tensor<2>> + ModuleDisplay> Encoder for GaussianEncoder<E> {
    type Input = E::Input;
    type Output = (Tensor<2>, Tensor<2>);

    fn encode(&self, input: E::Input) -> (Tensor<2>, Tensor<2>) {
        let both = self.encoder.encode(input);
        let numbers = both.dims()[1] / 2;
        (both.clone().narrow(1, 0, numbers), both.narrow(1, numbers, numbers))
    }

    fn config(&self) -> Option<Value> {
        self.encoder.config()
    }
}

impl<E: Loadable + ModuleDisplay> Loadable for GaussianEncoder<E> {
    type Config = E::Config;

    fn from_config(config: &E::Config, device: &Device) -> Result<Self> {
        let encoder = E::from_config(config, device)?;
        Ok(Self { encoder })
    }
}

/// Any encoder of `n` numbers as one that finds the mean of a Gaussian of deviation 1: never surer than the prior.
///
/// Codes that are drawn from it are wider than a standard normal prior by as much as means differ, so that what is well
/// recovered shows: short codes for images, or long ones of which little comes back.
///
/// # Shapes
/// The encoder's own, to two of `[batch, n]`: the mean, and the logarithm of the variance, which is 0.
///
/// # Example
/// ```
/// use agon_core::Encoder;
/// use agon_models::{MlpGeneratorConfig, MlpTranslator, UnitGaussianEncoder};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let network = MlpTranslator::from(MlpGeneratorConfig::new(2, 16).init(&device));
/// let (mean, log_variance) = UnitGaussianEncoder::of(network).encode(Tensor::zeros([5, 2], &device));
/// assert_eq!((mean.dims(), log_variance.dims()), ([5, 16], [5, 16]));
/// ```
///
/// # References
/// VEEGAN's notebook has it (arXiv:1705.07761).
#[derive(Module, Debug)]
pub struct UnitGaussianEncoder<E: Module> {
    encoder: E,
}

impl<E: Encoder<Output = Tensor<2>> + ModuleDisplay> UnitGaussianEncoder<E> {
    /// What this encoder says are means.
    pub fn of(encoder: E) -> Self {
        Self { encoder }
    }
}

impl<E: Encoder<Output = Tensor<2>> + ModuleDisplay> Encoder for UnitGaussianEncoder<E> {
    type Input = E::Input;
    type Output = (Tensor<2>, Tensor<2>);

    fn encode(&self, input: E::Input) -> (Tensor<2>, Tensor<2>) {
        let mean = self.encoder.encode(input);
        let log_variance = mean.zeros_like();
        (mean, log_variance)
    }

    fn config(&self) -> Option<Value> {
        self.encoder.config()
    }
}

impl<E: Loadable + ModuleDisplay> Loadable for UnitGaussianEncoder<E> {
    type Config = E::Config;

    fn from_config(config: &E::Config, device: &Device) -> Result<Self> {
        let encoder = E::from_config(config, device)?;
        Ok(Self { encoder })
    }
}

/// A code from each of these Gaussians.
pub(crate) fn draw((mean, log_variance): (Tensor<2>, Tensor<2>), round: &mut Round) -> Tensor<2> {
    let [batch, numbers] = mean.dims();
    let noise = round.draw(&Normal::new(numbers), batch);
    mean + (log_variance * 0.5).exp() * noise
}
