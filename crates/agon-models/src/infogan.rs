//! InfoGAN: codes that can be read back from the samples, found without labels.

use agon_core::prior::Prior;
use agon_core::{Conditioned, Discriminator, Error, Generator, Loadable, Result, Said, Sample, Term};
use agon_losses::{categorical_information, gaussian_information};
use agon_nn::{Dual, Linear, linear};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::InfoCodes;
use crate::trunk::{LEAK, WEIGHTS};

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
/// As [`Information`].
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
    /// [`Error::Config`] without noise, with nothing to be read back, or with an emphasis that is not above zero.
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

/// A discriminator and the network `Q` that reads codes back, with a trunk in common.
///
/// The trunk is any network whose scores are taken for features: an [`ImageTrunk`](crate::ImageTrunk), or an
/// [`MlpDiscriminator`](crate::MlpDiscriminator) with many scores.
///
/// # Shapes
/// What the trunk judges to scores `[batch, 1]` and a reading `[batch, categories + continuous]`: logits of the
/// category, then means of the continuous factors.
///
/// # Panics
/// If the trunk says another number of features of a sample than `features`; a training ends with an error which says
/// so.
///
/// # References
/// As [`Information`]. The hidden layer of `Q`, of 128 numbers, has batch norm in the paper and none here.
#[derive(Module, Debug)]
pub struct InfoDiscriminator<T: Module> {
    trunk: T,
    score: Linear,
    hidden: Linear,
    reading: Linear,
    #[module(skip)]
    features: usize,
    #[module(skip)]
    codes: InfoCodes,
}

/// Width of the layer that only `Q` has.
const HIDDEN: usize = 128;

impl<T: Discriminator<Output = Tensor<2>> + ModuleDisplay> InfoDiscriminator<T> {
    /// Puts both heads on a trunk with so many features.
    ///
    /// # Errors
    /// [`Error::Config`] without noise, features, or anything to be read back, or with an emphasis that is not above
    /// zero.
    pub fn try_new(trunk: T, features: usize, codes: InfoCodes, device: &Device) -> Result<Self> {
        codes.check()?;
        if features == 0 {
            return Err(Error::config("the trunk of InfoGAN", "at least one feature", 0));
        }
        let layer = |from, to| linear([from, to], true, &WEIGHTS, device);
        Ok(Self {
            trunk,
            score: layer(features, 1),
            hidden: layer(features, HIDDEN),
            reading: layer(HIDDEN, codes.told()),
            features,
            codes,
        })
    }

    /// Scores and readings of samples.
    pub fn forward(&self, samples: T::Input) -> (Tensor<2>, Tensor<2>) {
        let features = self.trunk.discriminate(samples);
        let (expected, [_, found]) = (self.features, features.dims());
        assert_eq!(
            found, expected,
            "InfoGAN: expected a trunk that says {expected} numbers of a sample, got {found}"
        );
        let hidden = LEAK.forward(self.hidden.forward(features.clone()));
        (self.score.forward(features), self.reading.forward(hidden))
    }
}

impl<T: Discriminator<Output = Tensor<2>> + ModuleDisplay> Discriminator for InfoDiscriminator<T> {
    type Input = Conditioned<T::Input>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, input: Conditioned<T::Input>) -> (Tensor<2>, Tensor<2>) {
        self.forward(input.sample)
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        let tangent = self.trunk.derivative(&at.sample, &along.sample);
        // What the features are does not matter to a linear layer's derivative.
        Dual::new(tangent.zeros_like(), tangent).linear(&self.score).tangent
    }

    fn config(&self) -> Option<Value> {
        let config = InfoDiscriminatorConfig {
            codes: self.codes,
            features: self.features,
            trunk: self.trunk.config()?,
        };
        serde_json::to_value(config).ok()
    }
}

/// Configuration of an [`InfoDiscriminator`] around a trunk with configuration `C`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InfoDiscriminatorConfig<C> {
    /// What is to be read back.
    pub codes: InfoCodes,
    /// How many features the trunk finds.
    pub features: usize,
    /// The trunk.
    pub trunk: C,
}

impl<T> Loadable for InfoDiscriminator<T>
where
    T: Discriminator<Output = Tensor<2>> + Loadable + ModuleDisplay,
{
    type Config = InfoDiscriminatorConfig<T::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        let trunk = T::from_config(&config.trunk, device)?;
        Self::try_new(trunk, config.features, config.codes, device)
    }
}

/// The codes can be read back from the sample: the bound of the mutual information, as a term of both players.
///
/// ```text
/// min_(G, Q) max_D  V(D, G) - lambda L(G, Q),   L = E log Q(c | G(z, c)) + H(c) <= I(c; G(z, c))
/// ```
///
/// `Q` is a categorical distribution for the category and a Gaussian of variance 1 for the continuous factors. The
/// discriminator's turn trains `Q` on its trunk, the generator's turn the generator. In the figure: noise `z` and codes
/// `c` go into `G`, its sample into a trunk with two heads, `D` and `Q`, and `Q`'s answer is compared with `c`.
///
/// # Panics
/// In a round, if generator or discriminator have codes of another number than these; a training ends with an error
/// which says so.
///
/// # Example
/// ```
/// use agon_core::Gan;
/// use agon_models::{InfoCodes, InfoDiscriminator, InfoGenerator, Information, MlpDiscriminatorConfig, MlpGeneratorConfig};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let codes = InfoCodes::new().with_noise(4).with_categories(8).with_continuous(0);
/// let points = MlpGeneratorConfig::new(codes.latent(), 2).init(&device);
/// let trunk = MlpDiscriminatorConfig::new(2).with_scores(64).init(&device);
/// let infogan = Gan::new(
///     InfoGenerator::try_new(points, codes)?,
///     InfoDiscriminator::try_new(trunk, 64, codes, &device)?,
/// )
/// .term(Information::of(codes));
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Chen et al. 2016, "InfoGAN: interpretable representation learning by information maximizing generative
/// adversarial nets", arXiv:1606.03657. The paper weighs continuous factors by 0.1; the authors' code has 1 for all
/// codes, learning rates 2e-4 (discriminator and `Q`) and 1e-3 (generator), and lets `Q` find a variance, which it
/// keeps at 1 for digits. PyTorch-GAN trains `Q` in a third step of its own.
#[doc(alias = "InfoGAN")]
#[derive(Debug, Clone, Copy)]
pub struct Information {
    codes: InfoCodes,
    category: f64,
    factors: f64,
}

impl Information {
    /// About these codes, with weight 1 for the category and 0.1 for the continuous factors.
    pub fn of(codes: InfoCodes) -> Self {
        Self {
            codes,
            category: 1.0,
            factors: 0.1,
        }
    }

    /// With these weights instead.
    pub fn weights(mut self, category: f64, factors: f64) -> Self {
        (self.category, self.factors) = (category, factors);
        self
    }

    /// `-lambda L`, but for the entropy of the codes, which is constant.
    fn lost(&self, told: &Tensor<2>, reading: &Tensor<2>) -> Tensor<1> {
        let (expected, found) = (self.codes.told(), [told.dims()[1], reading.dims()[1]]);
        assert!(
            found == [expected; 2],
            "information: expected {expected} numbers told and read, as its codes have, got {found:?}"
        );
        let InfoCodes {
            categories, continuous, ..
        } = self.codes;
        let [code, read] = [told, reading].map(|all| move |from, numbers| all.clone().narrow(1, from, numbers));
        let mut lost = Tensor::zeros([1], &reading.device());
        if categories > 0 {
            let logits = read(0, categories);
            lost = lost + categorical_information(logits, code(0, categories)) * self.category;
        }
        if continuous > 0 {
            let mean = read(categories, continuous);
            let of_variance_one = mean.zeros_like();
            lost = lost + gaussian_information(mean, of_variance_one, code(categories, continuous)) * self.factors;
        }
        lost
    }
}

impl<S, D> Term<D> for Information
where
    D: Discriminator<Input = Conditioned<S>, Output = (Tensor<2>, Tensor<2>)>,
    Conditioned<S>: Sample,
{
    fn discriminator(&self, _real: Said<'_, D>, fake: Said<'_, D>) -> Tensor<1> {
        self.generator(fake)
    }

    fn generator(&self, fake: Said<'_, D>) -> Tensor<1> {
        self.lost(&fake.samples.condition, &fake.output.1)
    }

    fn name(&self) -> &'static str {
        "information"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("the weight of InfoGAN's category", self.category)?;
        Error::unless_at_least_zero("the weight of InfoGAN's factors", self.factors)
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
