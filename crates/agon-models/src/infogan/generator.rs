//! A generator whose codes are to be read back.

use agon_core::prior::Prior;
use agon_core::{Conditioned, Generator, Loadable, Result};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::InfoCodes;

/// Any generator, whose samples carry the codes that are to be read back from them.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::{DcganGeneratorConfig, InfoCodes, InfoGenerator};
/// use burn::prelude::Device;
///
/// let codes = InfoCodes::new();
/// let images = DcganGeneratorConfig::new(codes.latent(), [1, 28, 28]).with_width(4).init(&Device::default());
/// let sample = InfoGenerator::try_new(images, codes)?.sample(3, 0);
/// assert_eq!((sample.sample.dims(), sample.condition.dims()), ([3, 1, 28, 28], [3, 12]));
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// As [`Information`](crate::Information).
#[derive(Module, Debug)]
pub struct InfoGenerator<G: Module> {
    generator: G,
    #[module(skip)]
    codes: InfoCodes,
}

impl<G: Module> InfoGenerator<G> {
    /// A generator of `codes.latent()` numbers.
    ///
    /// # Errors
    /// [`Error::Config`](agon_core::Error::Config) without noise, with nothing to be read back, or with an emphasis that
    /// is not above zero.
    pub fn try_new(generator: G, codes: InfoCodes) -> Result<Self> {
        codes.check()?;
        Ok(Self { generator, codes })
    }

    /// The generator of samples.
    pub fn inner(&self) -> &G {
        &self.generator
    }
}

impl<G: Generator<Input = Tensor<2>> + ModuleDisplay> Generator for InfoGenerator<G> {
    type Input = Tensor<2>;
    type Output = Conditioned<G::Output>;

    fn generate(&self, codes: Tensor<2>) -> Conditioned<G::Output> {
        let told = codes.clone().narrow(1, self.codes.noise, self.codes.told());
        Conditioned::new(self.generator.generate(self.codes.emphasized(codes)), told)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(self.codes.prior())
    }

    fn config(&self) -> Option<Value> {
        let (codes, generator) = (self.codes, self.generator.config()?);
        serde_json::to_value(InfoGeneratorConfig { codes, generator }).ok()
    }
}

/// Configuration of an [`InfoGenerator`] around a generator with configuration `C`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InfoGeneratorConfig<C> {
    /// What the generator is fed.
    pub codes: InfoCodes,
    /// The generator of samples.
    pub generator: C,
}

impl<G: Loadable + ModuleDisplay> Loadable for InfoGenerator<G> {
    type Config = InfoGeneratorConfig<G::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        Self::try_new(G::from_config(&config.generator, device)?, config.codes)
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random;

    use super::*;
    use crate::MlpGeneratorConfig;

    #[test]
    fn only_the_category_is_emphasized_and_only_to_the_generator() {
        let device = Device::default();
        let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
        let points = MlpGeneratorConfig::new(codes.latent(), 2).init(&device);
        let generator = InfoGenerator::try_new(points.clone(), codes.with_emphasis(4.0)).unwrap();
        let drawn = generator.prior().draw(5, &mut random::stream(1, 0), &device);
        let made = generator.generate(drawn.clone());
        let times = Tensor::<2>::from_data([[1.0, 1.0, 4.0, 4.0, 4.0, 1.0]], &device);
        let expected = points.generate(drawn.clone() * times);
        assert_eq!(made.sample.into_data(), expected.into_data());
        assert_eq!(made.condition.into_data(), drawn.narrow(1, 2, 4).into_data());
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(InfoGenerator::try_new(points.clone(), codes.with_emphasis(wrong)).is_err());
        }
    }
}
