//! AC-GAN: the discriminator also says which class a sample is of.

use agon_core::{Conditioned, Discriminator, Error, Result, Said, Sample, Term};
use agon_losses::auxiliary_classifier;
use agon_nn::{Dual, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;
use crate::trunk::{ImageTrunk, ImageTrunkConfig, WEIGHTS};

/// Configuration of an [`AcganDiscriminator`].
#[derive(Config, Debug)]
pub struct AcganDiscriminatorConfig {
    /// How many classes there are.
    pub classes: usize,
    /// From images to features.
    pub trunk: ImageTrunkConfig,
}

impl AcganDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no classes, a size is zero or the images are smaller than 4 pixels.
    pub fn try_init(&self, device: &Device) -> Result<AcganDiscriminator> {
        if self.classes == 0 {
            return Err(Error::config("AC-GAN", "at least one class", 0));
        }
        let head = |outputs| linear([self.trunk.features, outputs], true, &WEIGHTS, device);
        Ok(AcganDiscriminator {
            trunk: self.trunk.try_init(device)?,
            score: head(1),
            class: head(self.classes),
            config: self.clone(),
        })
    }
}

/// A discriminator with two heads: real or generated, and which class. It does not see the condition.
///
/// With a conditional generator, such as [`CganGenerator`](crate::CganGenerator), and [`RightClass`] as a term of
/// both players' losses it makes an AC-GAN:
///
/// ```text
/// L_S = E log P(real | x) + E log P(generated | G(z, y))
/// L_C = E log P(y | x) + E log P(y | G(z, y))
/// ```
///
/// The discriminator maximises `L_S + L_C`, the generator `L_C - L_S`, where the game's loss stands for `-L_S`: by
/// default the generator maximises `L_C + E log P(real | G(z, y))`. In the figure: class and noise go into `G`; its
/// sample or a real one goes into `D`, from which two arrows lead out, real or generated, and the class.
///
/// # Shapes
/// `[batch, channels, height, width]` to scores `[batch, 1]` and class logits `[batch, classes]`.
///
/// # Example
/// ```
/// use agon_core::Gan;
/// use agon_models::{AcganDiscriminatorConfig, CganGeneratorConfig, ImageTrunkConfig, RightClass};
/// use burn::prelude::Device;
///
/// let (device, shape) = (Device::default().autodiff(), [1, 28, 28]);
/// let acgan = Gan::new(
///     CganGeneratorConfig::new(100, 10, shape).init(&device),
///     AcganDiscriminatorConfig::new(10, ImageTrunkConfig::new(shape)).init(&device),
/// )
/// .term(RightClass::new(1.0));
/// ```
///
/// # References
/// Odena, Olah and Shlens 2017, "Conditional image synthesis with auxiliary classifier GANs", arXiv:1610.09585.
/// The paper's networks have six layers and dropout; these are InfoGAN's. In published implementations the
/// discriminator learns the class of generated samples at the full weight (the paper), at half of it, or not at all.
#[derive(Module, Debug)]
pub struct AcganDiscriminator {
    trunk: ImageTrunk,
    score: Linear,
    class: Linear,
    #[module(skip)]
    config: AcganDiscriminatorConfig,
}

impl AcganDiscriminator {
    /// Scores and class logits of each image.
    pub fn forward(&self, images: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let features = self.trunk.forward(images);
        (self.score.forward(features.clone()), self.class.forward(features))
    }
}

impl Discriminator for AcganDiscriminator {
    type Input = Conditioned<Tensor<4>>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, input: Conditioned<Tensor<4>>) -> (Tensor<2>, Tensor<2>) {
        self.forward(input.sample)
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        let images = Dual::new(at.sample.clone(), along.sample.clone());
        self.trunk.dual(images).linear(&self.score).tangent
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(AcganDiscriminatorConfig => AcganDiscriminator);

/// Both players want the class that is read off a sample to be the one asked for: `-L_C` of AC-GAN.
///
/// It suits any discriminator of conditioned samples that says scores and class logits.
///
/// # Panics
/// In a round, if conditions have other classes than the logits, or none; a training ends with an error which says so.
#[doc(alias = "AC-GAN")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RightClass {
    weight: f64,
    /// Of generated samples, in the discriminator's turn.
    generated: f64,
}

impl RightClass {
    /// With this weight (1 in the paper).
    pub const fn new(weight: f64) -> Self {
        Self {
            weight,
            generated: weight,
        }
    }

    /// With this weight of generated samples in the discriminator's turn. At 0 it learns the classes from real
    /// samples only, and cannot make up marks by which it and the generator know them.
    pub const fn generated(mut self, weight: f64) -> Self {
        self.generated = weight;
        self
    }

    fn of<S, D>(self, said: &Said<'_, D>) -> Tensor<1>
    where
        D: Discriminator<Input = Conditioned<S>, Output = (Tensor<2>, Tensor<2>)>,
        Conditioned<S>: Sample,
    {
        let (logits, asked) = (&said.output.1, &said.samples.condition);
        let (found, expected) = (asked.dims()[1], logits.dims()[1]);
        assert!(
            found == expected,
            "the right class: expected conditions of {expected} classes, got {found}"
        );
        auxiliary_classifier(logits.clone(), said.samples.labels())
    }
}

impl<S, D> Term<D> for RightClass
where
    D: Discriminator<Input = Conditioned<S>, Output = (Tensor<2>, Tensor<2>)>,
    Conditioned<S>: Sample,
{
    fn discriminator(&self, real: Said<'_, D>, fake: Said<'_, D>) -> Tensor<1> {
        self.of(&real) * self.weight + self.of(&fake) * self.generated
    }

    fn generator(&self, fake: Said<'_, D>) -> Tensor<1> {
        self.of(&fake) * self.weight
    }

    fn name(&self) -> &'static str {
        "class"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("the weight of the right class", self.weight)?;
        Error::unless_at_least_zero("that of generated samples", self.generated)
    }
}
