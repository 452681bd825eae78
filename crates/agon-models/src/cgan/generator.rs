//! The generator.

use agon_core::prior::{Categorical, Normal, Prior};
use agon_core::{Conditioned, Error, Generator, Result, random};
use agon_nn::{
    Activation, BatchNorm, BatchNormConfig, ConditionalBatchNorm, ConditionalBatchNormConfig, ConvTranspose2d,
    ConvTranspose2dConfig, Linear, linear,
};
use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::built::built;
use crate::trunk::WEIGHTS;

/// How a generator is told its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeneratorCondition {
    /// Beside the code (Mirza and Osindero 2014).
    Concatenated,
    /// Beside the code, after a linear map to so many numbers.
    Embedded(usize),
    /// As scale and shift of every normalization (Miyato and Koyama 2018).
    BatchNorm,
}

/// How much conditions change in batch norm at first: about what they do when they are fed beside a code.
const TOLD_AT_FIRST: f64 = 0.2;

/// Configuration of a [`CganGenerator`].
#[derive(Config, Debug)]
pub struct CganGeneratorConfig {
    /// Numbers in a code (100 in the paper).
    pub latent: usize,
    /// Numbers in a condition: the classes, if it is one-hot.
    pub condition: usize,
    /// Channels, height and width of the images; both sides are multiples of 4.
    pub shape: [usize; 3],
    /// Channels of the layer next to the image; the one before it has twice as many.
    #[config(default = 64)]
    pub width: usize,
    /// How it is told the condition.
    #[config(default = "GeneratorCondition::Concatenated")]
    pub entry: GeneratorCondition,
}

impl CganGeneratorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or a side of the images is no multiple of 4.
    pub fn try_init(&self, device: &Device) -> Result<CganGenerator> {
        self.check()?;
        let ([channels, height, columns], width) = (self.shape, self.width);
        let told = match self.entry {
            GeneratorCondition::Concatenated => self.condition,
            GeneratorCondition::Embedded(numbers) => numbers,
            GeneratorCondition::BatchNorm => 0,
        };
        let layer = |from, to| {
            ConvTranspose2dConfig::new([from, to], [4, 4])
                .with_stride([2, 2])
                .with_padding([1, 1])
                .with_initializer(WEIGHTS)
                .init(device)
        };
        let norm = |features| match self.entry {
            GeneratorCondition::BatchNorm => {
                let norm = ConditionalBatchNormConfig::new(features, self.condition);
                Norm::Conditional(norm.with_deviation(TOLD_AT_FIRST).init(device))
            }
            _ => Norm::Plain(BatchNormConfig::new(features).init(device)),
        };
        let area = height * columns / 16;
        Ok(CganGenerator {
            embedding: matches!(self.entry, GeneratorCondition::Embedded(_))
                .then(|| linear([self.condition, told], false, &WEIGHTS, device)),
            first: linear([self.latent + told, 2 * width * area], false, &WEIGHTS, device),
            first_norm: norm(2 * width),
            middle: layer(2 * width, width),
            middle_norm: norm(width),
            last: layer(width, channels),
            config: self.clone(),
        })
    }

    fn check(&self) -> Result<()> {
        let ([channels, height, columns], width) = (self.shape, self.width);
        let fits = height % 4 + columns % 4 == 0 && channels * height * columns > 0;
        let got = format!("{channels}x{height}x{columns}");
        Error::unless(fits, "CGAN images", "channels, and sides that are multiples of 4", got)?;
        let none = [self.latent, self.condition, width].contains(&0) || self.entry == GeneratorCondition::Embedded(0);
        let got = format!(
            "code {}, condition {}, width {width}, {:?}",
            self.latent, self.condition, self.entry
        );
        Error::unless(!none, "CGAN", "numbers above zero", got)
    }
}

/// A generator of images that is told what to make: a linear layer and two transposed convolutions.
///
/// In the figure of the paper the condition goes into both networks from the side: `G(z, y)` beside `z`, `D(x, y)`
/// beside `x`.
///
/// ```text
/// min_G max_D  E log D(x, y) + E log(1 - D(G(z, y), y))
/// ```
///
/// Conditions are any rows: one-hot classes, or any other tensor, whatever the data says of its samples. Codes
/// come from `N(0, I)` and conditions from all classes alike, unless the game is given another prior, such as
/// `(Normal::new(100), KernelDensity::of(conditions)?)` for conditions of the data, or of a density over them. A generator
/// that was loaded draws classes again; others go in by [`sample_of`](Self::sample_of).
///
/// # Shapes
/// Codes `[batch, latent]` and conditions `[batch, condition]` to `[batch, channels, height, width]` in (-1, 1),
/// which carry their conditions along.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::{CganGeneratorConfig, GeneratorCondition};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let generator = CganGeneratorConfig::new(16, 10, [1, 28, 28])
///     .with_width(4)
///     .with_entry(GeneratorCondition::BatchNorm)
///     .init(&device);
/// let sevens = Tensor::<1, Int>::full([3], 7, &device).one_hot::<2>(10).float();
/// assert_eq!(generator.sample_of(sevens, 0).dims(), [3, 1, 28, 28]);
/// ```
///
/// # References
/// Mirza and Osindero 2014, "Conditional generative adversarial nets", arXiv:1411.1784 (fully connected networks there;
/// the layers here are InfoGAN's without its first, a linear one to 1024 numbers, and end in tanh). Gauthier 2014 draws
/// conditions from a density over those of the data. Where published implementations differ, in how the discriminator is
/// told, see [`CganDiscriminator`](crate::CganDiscriminator).
#[doc(alias = "CGAN")]
#[derive(Module, Debug)]
pub struct CganGenerator {
    embedding: Option<Linear>,
    first: Linear,
    first_norm: Norm,
    middle: ConvTranspose2d,
    middle_norm: Norm,
    last: ConvTranspose2d,
    #[module(skip)]
    config: CganGeneratorConfig,
}

#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a network has two of them")]
enum Norm {
    Plain(BatchNorm),
    Conditional(ConditionalBatchNorm),
}

impl Norm {
    fn forward(&self, x: Tensor<4>, condition: &Tensor<2>) -> Tensor<4> {
        match self {
            Self::Plain(norm) => norm.forward(x),
            Self::Conditional(norm) => norm.forward(x, condition.clone()),
        }
    }
}

impl CganGenerator {
    /// Makes one image per code and condition.
    pub fn forward(&self, codes: Tensor<2>, condition: Tensor<2>) -> Tensor<4> {
        let told = match (&self.embedding, self.config.entry) {
            (Some(embedding), _) => Tensor::cat(vec![codes, embedding.forward(condition.clone())], 1),
            (None, GeneratorCondition::BatchNorm) => codes,
            (None, _) => Tensor::cat(vec![codes, condition.clone()], 1),
        };
        let [_, height, columns] = self.config.shape.map(|side| (side / 4) as i64);
        let x = self.first.forward(told);
        let x = x.reshape([-1, 2 * self.config.width as i64, height, columns]);
        let x = Activation::Relu.forward(self.first_norm.forward(x, &condition));
        let x = Activation::Relu.forward(self.middle_norm.forward(self.middle.forward(x), &condition));
        Activation::Tanh.forward(self.last.forward(x))
    }

    /// One image for each of these conditions, as after training: no gradients, running statistics, seeded codes.
    pub fn sample_of(&self, condition: Tensor<2>, seed: u64) -> Tensor<4> {
        let condition = condition.without_autodiff();
        let n = condition.dims()[0];
        let codes = Normal::new(self.config.latent).draw(n, &mut random::stream(seed, 0), &condition.device());
        self.valid().forward(codes, condition)
    }
}

impl Generator for CganGenerator {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Conditioned<Tensor<4>>;

    fn generate(&self, (codes, condition): (Tensor<2>, Tensor<2>)) -> Conditioned<Tensor<4>> {
        Conditioned::new(self.forward(codes, condition.clone()), condition)
    }

    fn prior(&self) -> Box<dyn Prior<Code = (Tensor<2>, Tensor<2>)>> {
        Box::new((Normal::new(self.config.latent), Categorical::new(self.config.condition)))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(CganGeneratorConfig => CganGenerator);
