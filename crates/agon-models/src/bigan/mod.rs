//! BiGAN and ALI: an encoder learns the generator's inverse, and the discriminator judges pairs.

mod code;

use agon_core::prior::{Normal, Prior};
use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Augment, Conditioned, Constraint, Contest, Discriminator, Error, Feed, Game,
    Generator, Memory, MovingAverage, Penalty, Player, Result, Round, Sample, Sampling, Scored, Updates, random,
};
use agon_losses::{NonSaturating, l2};
use burn::module::Module;
use burn::prelude::Tensor;

use crate::NoisyEncoder;
use crate::checks::{expect_code, expect_mirror};
use code::{beside_noise, code_of};

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
/// code, and `D` is shown either (sample, inferred code) or (generated sample, code). To `D` the code is a condition,
/// so that any discriminator of a CGAN will do. The figures of `docs/results.md` are of a
/// [`CganDiscriminator`](crate::CganDiscriminator) that is told by
/// [`Concatenated`](crate::DiscriminatorCondition::Concatenated), which is not its default.
///
/// # Example
/// ```
/// use agon_models::{Bigan, BiganEncoderConfig, MlpDiscriminatorConfig, MlpGeneratorConfig, Told};
/// use burn::prelude::Device;
///
/// let (device, features, latent) = (Device::default().autodiff(), 784, 50);
/// let bigan = Bigan::new(
///     MlpGeneratorConfig::new(latent, features).init(&device),
///     BiganEncoderConfig::new(features, latent).init(&device),
///     Told::discriminator(MlpDiscriminatorConfig::new(features + latent), latent, &device)?,
/// );
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Donahue, Krahenbuhl and Darrell 2017, "Adversarial feature learning", arXiv:1605.09782; Dumoulin et al. 2017,
/// "Adversarially learned inference", arXiv:1606.00704; Li et al. 2017, "ALICE: towards understanding adversarial
/// learning for joint distribution matching", arXiv:1709.01215. ALI's code updates all players
/// [at once](Self::updates), ALICE's gives generator and encoder five turns for each of the discriminator, on the same
/// batch. BiGAN's code updates all at once too, squashes its codes to the prior's range, and shows the discriminator a
/// code ahead of a batch norm.
#[doc(alias = "ALI")]
#[doc(alias = "ALICE")]
#[derive(Debug)]
pub struct Bigan<G: Generator, E: Module, D: Discriminator> {
    generator: Player<G>,
    encoder: Player<E>,
    discriminator: Player<D>,
    prior: Box<dyn Prior<Code = Tensor<2>>>,
    contest: Contest<D>,
    code: Option<usize>,
    noise: usize,
    cycle: f64,
    turns: usize,
    updates: Updates,
}

impl<S, G, E, D> Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = Conditioned<S>>,
{
    /// These three networks, and Adam with the paper's settings (2e-4, .5, .999).
    pub fn new(generator: G, encoder: E, discriminator: D) -> Self {
        let (prior, noise) = (generator.prior(), encoder.noise());
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            generator: Player::generator(generator, adam()),
            encoder: Player::encoder(encoder, adam()),
            discriminator: Player::discriminator(discriminator, adam()),
            prior,
            contest: Contest::new(NonSaturating),
            code: None,
            noise,
            cycle: 0.0,
            turns: 1,
            updates: Updates::default(),
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

    /// What the contest is about: a loss that treats scores `s` and `-s` as mirror images and has no state, and whose
    /// generator's side does not look at real scores; anything else is an error in the first round.
    pub fn loss(mut self, loss: impl AdversarialLoss) -> Self {
        self.contest.set_loss(loss);
        self
    }

    /// Adds a term to the discriminator's loss; any number of them. A penalty on gradients is about the sample: the code
    /// beside it is taken as it is, and what is between two pairs has the code of the real one.
    pub fn penalty(mut self, penalty: impl Penalty<D>) -> Self {
        self.contest.add_penalty(penalty);
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

    /// Whether generator and encoder meet a discriminator that has learned in this round, or one that moves along a gradient
    /// at the same weights as theirs; there is no consensus.
    pub fn updates(mut self, updates: Updates) -> Self {
        self.updates = updates;
        self
    }

    /// Changes all pairs before they are judged, in everybody's turns; any number of changes, one after the other.
    /// [`OfSample`](agon_core::OfSample) makes one of a change of samples.
    pub fn augment(mut self, augmentation: impl Augment<Conditioned<S>>) -> Self {
        self.contest.add_augmentation(augmentation);
        self
    }

    /// Demands something of the discriminator's weights; any number of them.
    pub fn constraint(mut self, constraint: impl Constraint<D>) -> Self {
        self.discriminator.constrain(constraint);
        self
    }

    /// Keeps moving averages of the generator's and the encoder's weights, which samples, codes and reconstructions
    /// come from.
    pub fn average(mut self, decay: f64) -> Self {
        self.generator.set_average(MovingAverage::new(decay));
        self.encoder.set_average(MovingAverage::new(decay));
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
    ///
    /// # Panics
    /// If the encoder's codes have more numbers than the generator is fed.
    pub fn reconstruct(&self, x: S, seed: u64) -> S {
        let code = self.infer(x, seed);
        let drawn = self
            .prior
            .draw(code.dims()[0], &mut random::stream(seed, 1), &code.device());
        self.generator().valid().generate(beside_noise(code, drawn))
    }

    fn encode(&self, x: S, round: &mut Round) -> Tensor<2> {
        let noise = round.draw(&Normal::new(self.noise), x.size());
        self.encoder.network().encode((x, noise))
    }

    /// `(x, E(x))` and `(G(z), z)`.
    fn pairs(&self, x: &S, z: &Tensor<2>, round: &mut Round) -> [Conditioned<S>; 2] {
        let drawn = round.draw(&*self.prior, x.size());
        let made = self.generator.network().generate(beside_noise(z.clone(), drawn));
        let inferred = self.encode(x.clone(), round);
        [Conditioned::new(x.clone(), inferred), Conditioned::new(made, z.clone())]
    }

    fn scores(&self, discriminator: &D, pair: &Conditioned<S>, round: &mut Round) -> Tensor<2> {
        let seen = self.contest.seen(pair, round);
        discriminator.discriminate(seen).scores()
    }

    /// Generator and encoder move together, along gradients of one loss.
    fn turn_of_both(&mut self, pairs: &[Conditioned<S>; 2], round: &mut Round) {
        let discriminator = self.discriminator.frozen();
        let [inferred, made] = pairs.each_ref().map(|pair| self.scores(&discriminator, pair, round));
        // The contest's second direction, -log(1 - D(x, E(x))), is the first at -D, for every loss that mirrors scores.
        let adversarial = self.contest.loss();
        let mut loss = adversarial.generator(made, None) + adversarial.generator(-inferred, None);
        round.measure("loss/generator", &loss);
        if self.cycle > 0.0 {
            let cycled = self.cycled(&pairs[0], &pairs[1], round);
            round.measure("loss/cycle", &cycled);
            loss = loss + cycled * self.cycle;
        }
        self.generator.update_with(&mut self.encoder, round, &loss);
    }

    fn check(&self) -> Result<()> {
        if self.turns == 0 {
            return Err(Error::config("turns of generator and encoder", "at least one", 0));
        }
        let known = !matches!(self.updates, Updates::Consensus { .. });
        Error::unless(known, "updates of a BiGAN", "alternating or simultaneous", "consensus")?;
        Error::unless_at_least_zero("the cycle of a BiGAN", self.cycle)?;
        self.contest.check()
    }

    /// `|x - G(E(x))|^2 + |z - E(G(z))|^2`
    fn cycled(&self, inferred: &Conditioned<S>, made: &Conditioned<S>, round: &mut Round) -> Tensor<1> {
        let drawn = round.draw(&*self.prior, inferred.size());
        let input = beside_noise(inferred.condition.clone(), drawn);
        let x = self.generator.network().generate(input);
        let z = self.encode(made.sample.clone(), round);
        l2(x.rows(), inferred.rows()) + l2(z, made.condition.clone())
    }
}

impl<S, G, E, D> Game for Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = Conditioned<S>>,
{
    type Batch = S;

    fn play(&mut self, data: &mut Feed<'_, S>, round: &mut Round) -> Result<()> {
        self.check()?;
        let x = data.next_batch()?;
        let z = code_of(round.draw(&*self.prior, x.size()), self.code)?;

        let mut pairs = self.pairs(&x, &z, round);
        if data.taken() == 1 {
            expect_mirror("the loss of a BiGAN", self.contest.loss(), round)?;
            expect_code("the encoder of a BiGAN", &z, &pairs[0].condition)?;
        }
        round.measure_spreads(&pairs[0].sample, &pairs[1].sample);
        let [inferred, made] = pairs.each_ref().map(Conditioned::detached);
        let mut judged = Some(self.contest.begin(&self.discriminator, (&inferred, &made), round));
        if self.updates == Updates::Alternating
            && let Some(turn) = judged.take()
        {
            self.contest.end(&mut self.discriminator, turn, round)?;
        }
        for turn in 0..self.turns {
            if turn > 0 {
                pairs = self.pairs(&x, &z, round);
            }
            self.turn_of_both(&pairs, round);
        }
        judged.map_or(Ok(()), |turn| self.contest.end(&mut self.discriminator, turn, round))
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator, &mut self.encoder]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        self.contest.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.contest.recall(memory);
    }
}

impl<S, G, E, D> Sampling for Bigan<G, E, D>
where
    S: Sample,
    G: Generator<Input = Tensor<2>, Output = S>,
    E: NoisyEncoder<S>,
    D: Discriminator<Input = Conditioned<S>>,
{
    type Sample = S;

    fn sample(&self, n: usize, seed: u64) -> S {
        self.generator().sample_from(&*self.prior, n, seed)
    }
}
