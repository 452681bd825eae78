//! InfoGAN: codes that can be read back from the samples, found without labels. The game is `agon_core::Gan`.

mod codes;
mod discriminator;
mod generator;

use agon_core::{Conditioned, Discriminator, Error, Result, Said, Sample, Term};
use agon_losses::{categorical_information, gaussian_information};
use burn::prelude::Tensor;

pub use codes::InfoCodes;
pub use discriminator::{InfoDiscriminator, InfoDiscriminatorConfig};
pub use generator::{InfoGenerator, InfoGeneratorConfig};

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
        let code = |from, numbers| told.clone().narrow(1, from, numbers);
        let read = |from, numbers| reading.clone().narrow(1, from, numbers);
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
