//! BiGAN and ALI: an encoder learns the generator's inverse, and the discriminator judges pairs.

use agon_core::prior::{Normal, Prior};
use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Discriminator, Encoder, Error, Feed, Game, Generator, Loadable, Optimizer,
    Player, Result, Round, Sample, Sampling, Scored, random,
};
use agon_losses::{NonSaturating, l2};
use agon_nn::Activation;
use burn::config::Config;
use burn::module::{Module, ModuleDisplay};
use burn::nn::Initializer;
use burn::optim::GradientsParams;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{MlpGenerator, MlpGeneratorConfig};

/// How an encoder uses noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inference {
    /// Not at all: `z = f(x)`, as BiGAN's.
    Deterministic,
    /// `z = m(x) + s(x) e`, as ALI's.
    Gaussian,
    /// `z = f(x, e)` with so many numbers `e`, as ALICE's.
    Noise(usize),
}

/// Configuration of a [`BiganEncoder`].
#[derive(Config, Debug)]
pub struct BiganEncoderConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// Numbers in a code.
    pub latent: usize,
    /// Widths of the hidden layers (those of the paper for digits).
    #[config(default = "vec![1024, 1024]")]
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    #[config(default = "Activation::LeakyRelu(0.2)")]
    pub activation: Activation,
    /// Normalizes each hidden layer.
    #[config(default = true)]
    pub batch_norm: bool,
    /// How it uses noise.
    #[config(default = "Inference::Deterministic")]
    pub inference: Inference,
    /// Where weights come from; biases start at zero.
    #[config(default = "Initializer::KaimingUniform { gain: 1.0 / 3.0f64.sqrt(), fan_out_only: false }")]
    pub initializer: Initializer,
}

impl BiganEncoderConfig {
    /// Builds the network.
    ///
    /// # Panics
    /// Where [`try_init`](Self::try_init) fails.
    pub fn init(&self, device: &Device) -> BiganEncoder {
        self.try_init(device).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero.
    pub fn try_init(&self, device: &Device) -> Result<BiganEncoder> {
        let (noise, outputs) = match self.inference {
            Inference::Deterministic => (0, self.latent),
            Inference::Gaussian => (0, 2 * self.latent),
            Inference::Noise(0) => return Err(Error::config("the encoder's noise", "at least one number", 0)),
            Inference::Noise(numbers) => (numbers, self.latent),
        };
        if self.features == 0 {
            return Err(Error::config("the encoder's samples", "at least one number", 0));
        }
        let network = MlpGeneratorConfig::new(self.features + noise, outputs)
            .with_hidden(self.hidden.clone())
            .with_activation(self.activation)
            .with_batch_norm(self.batch_norm)
            .with_initializer(self.initializer.clone());
        Ok(BiganEncoder {
            network: network.try_init(device)?,
            config: self.clone(),
        })
    }
}

/// A fully connected encoder, with noise or without.
///
/// # Shapes
/// Samples `[batch, features]` and noise `[batch, `[`noise`](NoisyEncoder::noise)`]` to `[batch, latent]`.
///
/// # References
/// As [`Bigan`].
#[derive(Module, Debug)]
pub struct BiganEncoder {
    network: MlpGenerator,
    #[module(skip)]
    config: BiganEncoderConfig,
}

impl Encoder for BiganEncoder {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Tensor<2>;

    fn encode(&self, (x, e): (Tensor<2>, Tensor<2>)) -> Tensor<2> {
        match self.config.inference {
            Inference::Deterministic => self.network.forward(x),
            Inference::Noise(_) => self.network.forward(Tensor::cat(vec![x, e], 1)),
            Inference::Gaussian => {
                let found = self.network.forward(x);
                let latent = self.config.latent;
                let (mean, log_deviation) = (found.clone().narrow(1, 0, latent), found.narrow(1, latent, latent));
                mean + log_deviation.exp() * e
            }
        }
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

impl Loadable for BiganEncoder {
    type Config = BiganEncoderConfig;

    fn from_config(config: &BiganEncoderConfig, device: &Device) -> Result<Self> {
        config.try_init(device)
    }
}

/// An encoder that is given standard normal noise beside the sample.
pub trait NoisyEncoder<S: Sample>: Encoder<Input = (S, Tensor<2>), Output = Tensor<2>> {
    /// How many numbers of noise; one that it does not look at, if it uses none.
    fn noise(&self) -> usize;
}

impl NoisyEncoder<Tensor<2>> for BiganEncoder {
    fn noise(&self) -> usize {
        match self.config.inference {
            Inference::Deterministic => 1,
            Inference::Gaussian => self.config.latent,
            Inference::Noise(numbers) => numbers,
        }
    }
}

/// Any discriminator of rows, as one of pairs: a sample beside its code.
#[derive(Module, Debug)]
pub struct PairDiscriminator<D: Module> {
    rows: D,
}

impl<D: Module> PairDiscriminator<D> {
    /// A discriminator of as many numbers as sample and code have together.
    pub fn new(rows: D) -> Self {
        Self { rows }
    }
}

impl<D: Discriminator<Input = Tensor<2>> + ModuleDisplay> Discriminator for PairDiscriminator<D> {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = D::Output;

    fn discriminate(&self, pair: (Tensor<2>, Tensor<2>)) -> D::Output {
        self.rows.discriminate(pair.rows())
    }

    fn config(&self) -> Option<Value> {
        self.rows.config()
    }
}

impl<D: Loadable + ModuleDisplay> Loadable for PairDiscriminator<D> {
    type Config = D::Config;

    fn from_config(config: &D::Config, device: &Device) -> Result<Self> {
        Ok(Self::new(D::from_config(config, device)?))
    }
}

/// Generator and encoder against a discriminator of pairs.
///
/// ```text
/// min_(G, E) max_D  E_x log D(x, E(x)) + E_z log(1 - D(G(z), z))
/// ```
///
/// At the optimum the joint distributions agree and `E` inverts `G`. Generator and encoder play together, by the
/// loss's own generator side in both directions: for the default, the non-saturating
/// `softplus(-D(G(z), z)) + softplus(D(x, E(x)))`. A stochastic encoder makes it ALI, and
/// [`cycle`](Self::cycle) adds ALICE's `lambda (|x - G(E(x))|^2 + |z - E(G(z))|^2)`, both as means over all numbers.
///
/// In the figure of the paper three boxes stand in a triangle: `G` turns a code into a sample, `E` a sample into a
/// code, and `D` is shown either (sample, inferred code) or (generated sample, code).
///
/// # Example
/// ```
/// use agon_models::{Bigan, BiganEncoderConfig, MlpDiscriminatorConfig, MlpGeneratorConfig, PairDiscriminator};
/// use burn::prelude::Device;
///
/// let (device, features, latent) = (Device::default().autodiff(), 784, 50);
/// let bigan = Bigan::new(
///     MlpGeneratorConfig::new(latent, features).init(&device),
///     BiganEncoderConfig::new(features, latent).init(&device),
///     PairDiscriminator::new(MlpDiscriminatorConfig::new(features + latent).init(&device)),
/// );
/// ```
///
/// # References
/// Donahue, Krahenbuhl and Darrell 2017, "Adversarial feature learning", arXiv:1605.09782; Dumoulin et al. 2017,
/// "Adversarially learned inference", arXiv:1606.00704; Li et al. 2017, "ALICE: towards understanding adversarial
/// learning for joint distribution matching", arXiv:1709.01215. ALI's code updates all players at once, ALICE's
/// gives generator and encoder five turns for each of the discriminator, on the same batch.
pub struct Bigan<G: Generator, E: Module, D: Module> {
    generator: Player<G>,
    encoder: Player<E>,
    discriminator: Player<D>,
    prior: Box<dyn Prior<Code = Tensor<2>>>,
    loss: Box<dyn AdversarialLoss>,
    code: Option<usize>,
    noise: usize,
    cycle: f64,
    turns: usize,
}

impl<S, G, E, D> Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = (S, Tensor<2>)>,
{
    /// These three networks, and Adam with the paper's settings (2e-4, .5, .999).
    pub fn new(generator: G, encoder: E, discriminator: D) -> Self {
        let (prior, noise) = (generator.prior(), encoder.noise());
        let configs = (generator.config(), encoder.config(), discriminator.config());
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            generator: Player::new("generator", generator, adam()).with_config(configs.0),
            encoder: Player::new("encoder", encoder, adam()).with_config(configs.1),
            discriminator: Player::new("discriminator", discriminator, adam()).with_config(configs.2),
            prior,
            loss: Box::new(NonSaturating),
            code: None,
            noise,
            cycle: 0.0,
            turns: 1,
        }
    }

    /// Only so many of the numbers that the generator is fed are its code; the others are noise, which nobody infers.
    pub fn code(mut self, numbers: usize) -> Self {
        self.code = Some(numbers);
        self
    }

    /// Where codes come from, with the generator's noise, instead of the generator's own prior.
    pub fn prior(mut self, prior: impl Prior<Code = Tensor<2>>) -> Self {
        self.prior = Box::new(prior);
        self
    }

    /// What the contest is about: a loss that treats scores `s` and `-s` as mirror images.
    pub fn loss(mut self, loss: impl AdversarialLoss) -> Self {
        self.loss = Box::new(loss);
        self
    }

    /// How much it counts that samples and codes come back from the way there and back (ALICE; 0 is ALI).
    pub fn cycle(mut self, lambda: f64) -> Self {
        self.cycle = lambda;
        self
    }

    /// How many turns generator and encoder have on each batch.
    pub fn turns(mut self, turns: usize) -> Self {
        self.turns = turns;
        self
    }

    /// All players learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.encoder.set_optimizer(optimizer.clone());
        self.discriminator.set_optimizer(optimizer);
        self
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }

    /// The encoder.
    pub fn encoder(&self) -> &E {
        self.encoder.best()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &D {
        self.discriminator.network()
    }

    /// The codes of samples, as after training, with seeded noise.
    pub fn infer(&self, x: S, seed: u64) -> Tensor<2> {
        let x = x.with_rows(x.rows().without_autodiff());
        let noise = Normal::new(self.noise).draw(x.size(), &mut random::stream(seed, 0), &x.rows().device());
        self.encoder().valid().encode((x, noise))
    }

    /// Samples made from the codes of samples, as after training, with seeded noise.
    pub fn reconstruct(&self, x: S, seed: u64) -> S {
        let code = self.infer(x, seed);
        let drawn = self
            .prior
            .draw(code.dims()[0], &mut random::stream(seed, 1), &code.device());
        self.generator().valid().generate(self.beside_noise(code, drawn))
    }

    /// The numbers of `drawn` that are code.
    fn code_of(&self, drawn: Tensor<2>) -> Tensor<2> {
        let width = drawn.dims()[1];
        drawn.narrow(1, 0, self.code.unwrap_or(width))
    }

    /// This code, beside the noise of `drawn`.
    fn beside_noise(&self, code: Tensor<2>, drawn: Tensor<2>) -> Tensor<2> {
        let (width, all) = (code.dims()[1], drawn.dims()[1]);
        match all - width {
            0 => code,
            noise => Tensor::cat(vec![code, drawn.narrow(1, width, noise)], 1),
        }
    }

    fn encode(&self, x: S, round: &mut Round) -> Tensor<2> {
        let noise = round.draw(&Normal::new(self.noise), x.size());
        self.encoder.network().encode((x, noise))
    }

    /// `(x, E(x))` and `(G(z), z)`.
    fn pairs(&self, x: &S, z: &Tensor<2>, round: &mut Round) -> [(S, Tensor<2>); 2] {
        let drawn = round.draw(&*self.prior, x.size());
        let made = self.generator.network().generate(self.beside_noise(z.clone(), drawn));
        [(x.clone(), self.encode(x.clone(), round)), (made, z.clone())]
    }

    /// `|x - G(E(x))|^2 + |z - E(G(z))|^2`
    fn cycled(&self, inferred: &(S, Tensor<2>), made: &(S, Tensor<2>), round: &mut Round) -> Tensor<1> {
        let drawn = round.draw(&*self.prior, inferred.0.size());
        let input = self.beside_noise(inferred.1.clone(), drawn);
        let (x, z) = (
            self.generator.network().generate(input),
            self.encode(made.0.clone(), round),
        );
        l2(x.rows(), inferred.0.rows()) + l2(z, made.1.clone())
    }
}

impl<S, G, E, D> Game for Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = (S, Tensor<2>)>,
{
    type Batch = S;

    fn play(&mut self, data: &mut Feed<'_, S>, round: &mut Round) -> Result<()> {
        if self.turns == 0 {
            return Err(Error::config("turns of generator and encoder", "at least one", 0));
        }
        let x = data.next_batch()?;
        let z = self.code_of(round.draw(&*self.prior, x.size()));

        let mut pairs = Some(self.pairs(&x, &z, round));
        if let Some([inferred, made]) = &pairs {
            let discriminator = self.discriminator.network();
            let [of_inferred, of_made] =
                [inferred, made].map(|pair| discriminator.discriminate(pair.detached()).scores());
            let loss = self.loss.discriminator(of_inferred, of_made);
            round.measure("loss/discriminator", &loss);
            self.discriminator.update(round, &loss);
        }
        for _ in 0..self.turns {
            let [inferred, made] = match pairs.take() {
                Some(pairs) => pairs,
                None => self.pairs(&x, &z, round),
            };
            let discriminator = self.discriminator.frozen();
            let [of_inferred, of_made] =
                [&inferred, &made].map(|pair| discriminator.discriminate(pair.clone()).scores());
            let mut loss = self.loss.generator(of_made, None) + self.loss.generator(-of_inferred, None);
            round.measure("loss/generator", &loss);
            if self.cycle > 0.0 {
                let cycled = self.cycled(&inferred, &made, round);
                round.measure("cycle", &cycled);
                loss = loss + cycled * self.cycle;
            }
            let mut gradients = loss.backward();
            let of_generator = GradientsParams::from_module(&mut gradients, self.generator.network());
            let of_encoder = GradientsParams::from_module(&mut gradients, self.encoder.network());
            self.generator.apply(round, of_generator);
            self.encoder.apply(round, of_encoder);
        }
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator, &mut self.encoder]
    }
}

impl<S, G, E, D> Sampling for Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = (S, Tensor<2>)>,
{
    type Sample = S;

    fn sample(&self, n: usize, seed: u64) -> S {
        let device = self
            .generator()
            .devices()
            .into_iter()
            .next()
            .unwrap_or_default()
            .inner();
        let codes = self.prior.draw(n, &mut random::stream(seed, 0), &device);
        self.generator().valid().generate(codes)
    }
}

impl<G: Generator, E: Module, D: Module> std::fmt::Debug for Bigan<G, E, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bigan")
            .field("generator", &self.generator)
            .field("encoder", &self.encoder)
            .field("discriminator", &self.discriminator)
            .field("loss", &self.loss)
            .field("cycle", &self.cycle)
            .field("turns", &self.turns)
            .finish_non_exhaustive()
    }
}
