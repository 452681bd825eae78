//! PacGAN: the discriminator judges several samples at once.

use agon_core::random::Random;
use agon_core::{Error, Generator, Loadable, Prior, Result};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A generator whose samples come in packs of `m`, for a discriminator that judges `m` samples together.
///
/// ```text
/// pack(z_1 .. z_m) = (G(z_1), .., G(z_m)),    z_i independent
/// ```
///
/// In the figure: the discriminator's first layer is `m` times as wide, and `m` samples of one kind go into it side by
/// side. Several samples from one class tell a lack of diversity where a single sample cannot. Nothing else changes:
/// any generator, loss and penalty. The data must be packed in the same way (`GaussianMixture::packed`, or a batch of
/// `m n` images reshaped to `n`), and the discriminator takes `m` times the features or channels.
///
/// # Shapes
/// Codes `[batch, m * latent]`; samples `[batch, m * features, ..]`: features side by side, or channels.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::{MlpGeneratorConfig, Packed};
/// use burn::prelude::Device;
///
/// let generator = Packed::new(MlpGeneratorConfig::new(2, 3).init(&Device::default()), 4);
/// assert_eq!(generator.sample(5, 0).dims(), [5, 4 * 3]);
/// assert_eq!(generator.single().sample(5, 0).dims(), [5, 3]);
/// ```
///
/// # References
/// Lin, Khetan, Fanti and Oh 2018, "PacGAN: The power of two samples in generative adversarial networks",
/// arXiv:1712.04086. The authors' experiments with digits have two generator's steps for each of the discriminator, and
/// data in [0, 1] under a tanh. In those with points every member of a pack goes through the generator by itself, with
/// batch norm's statistics of its own; here all go together.
#[doc(alias = "PacGAN")]
#[derive(Module, Debug)]
pub struct Packed<G: Module> {
    generator: G,
    #[module(skip)]
    packing: usize,
}

impl<G: Module> Packed<G> {
    /// Packs of `packing` samples; 1 changes nothing.
    ///
    /// # Panics
    /// If `packing` is zero.
    pub fn new(generator: G, packing: usize) -> Self {
        assert!(packing > 0, "a pack holds at least one sample");
        Self { generator, packing }
    }

    /// The generator of single samples.
    pub fn single(&self) -> &G {
        &self.generator
    }
}

impl<G, const D: usize> Generator for Packed<G>
where
    G: Generator<Input = Tensor<2>, Output = Tensor<D>> + ModuleDisplay,
{
    type Input = Tensor<2>;
    type Output = Tensor<D>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<D> {
        let [batch, width] = codes.dims();
        let samples = self
            .generator
            .generate(codes.reshape([batch * self.packing, width / self.packing]));
        let mut shape = samples.dims();
        shape[0] = batch;
        shape[1] *= self.packing;
        samples.reshape(shape)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(Packs {
            one: self.generator.prior(),
            packing: self.packing,
        })
    }

    fn config(&self) -> Option<Value> {
        let config = PackedConfig {
            packing: self.packing,
            generator: self.generator.config()?,
        };
        serde_json::to_value(config).ok()
    }
}

/// Configuration of a [`Packed`] generator with configuration `C`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackedConfig<C> {
    /// Samples in a pack.
    pub packing: usize,
    /// The generator of single samples.
    pub generator: C,
}

impl<G: Loadable + ModuleDisplay> Loadable for Packed<G> {
    type Config = PackedConfig<G::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        if config.packing == 0 {
            return Err(Error::config("packing", "at least 1", 0));
        }
        Ok(Self::new(G::from_config(&config.generator, device)?, config.packing))
    }
}

/// Several independent codes side by side.
#[derive(Debug)]
struct Packs {
    one: Box<dyn Prior<Code = Tensor<2>>>,
    packing: usize,
}

impl Prior for Packs {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        let codes = self.one.draw(n * self.packing, random, device);
        let width = codes.dims()[1];
        codes.reshape([n, self.packing * width])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::{DcganGeneratorConfig, MlpGeneratorConfig};

    #[test]
    fn a_pack_is_its_samples_in_order() {
        let device = Device::default();
        let single = MlpGeneratorConfig::new(2, 3).init(&device);
        let codes = Tensor::<2>::from_data([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], &device);
        let expected = single.generate(codes.clone().reshape([4, 2])).reshape([2, 6]);
        let packed = Packed::new(single, 2).generate(codes);
        packed.into_data().assert_eq(&expected.into_data(), true);
    }

    #[test]
    fn images_are_packed_by_channels() {
        let single = DcganGeneratorConfig::new(4, [3, 8, 8])
            .with_width(2)
            .init(&Device::default());
        assert_eq!(Packed::new(single, 2).sample(5, 1).dims(), [5, 6, 8, 8]);
    }

    #[test]
    fn it_is_rebuilt_from_its_configuration() {
        let device = Device::default();
        let packed = Packed::new(MlpGeneratorConfig::new(2, 3).init(&device), 4);
        let config = serde_json::from_value(packed.config().unwrap()).unwrap();
        let again = Packed::<crate::MlpGenerator>::from_config(&config, &device).unwrap();
        assert_eq!(again.sample(1, 0).dims(), [1, 12]);
        assert!(Packed::<crate::MlpGenerator>::from_config(&PackedConfig { packing: 0, ..config }, &device).is_err());
    }
}
