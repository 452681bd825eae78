//! MDGAN: first find the manifold of the data, then spread over it.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Augment, Augmentations, Constraint, Contest, Discriminator, Encoder, Error, Feed,
    Game, Generator, Memory, MovingAverage, Penalty, Player, Result, Round, Sample, Sampling,
};
use agon_losses::{NonSaturating, l2};

/// Of what both judges see; a name of its own, or the derived `Debug` would ask for that of samples.
type Changes<G> = Augmentations<<G as Generator>::Output>;

/// A generator with an encoder, and a judge for each of two steps.
///
/// ```text
/// manifold:   D1: real x, fake G(E(x));        G, E: w d(x, G(E(x))) - E log D1(G(E(x)))
/// diffusion:  D2: real G(E(x)), fake G(z);     G:    -E log D2(G(z))
/// ```
///
/// `E`: the encoder; `d`: the mean squared difference, over all numbers of a sample: the same `w` counts for less in a
/// large image than a sum of squares would. In the figure: data goes through encoder and generator and comes back, and
/// the first judge compares both; the second compares what came back with what is made of codes. Reconstructions of the
/// data reach every mode, since the data does; the second judge then only has to move generated samples along the
/// manifold, between distributions that overlap. Nothing makes `E(x)` look like the prior, so that in long codes the
/// two steps may teach the generator about different places. For the same reason a generator without batch norm is the
/// better one: running statistics, by which it is sampled from, would follow codes of both kinds.
///
/// # Example
/// ```
/// use agon_models::{Both, Mdgan, MlpDiscriminatorConfig, MlpGeneratorConfig, MlpTranslator};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let generator = MlpGeneratorConfig::new(16, 2).init(&device);
/// let encoder = MlpTranslator::from(MlpGeneratorConfig::new(2, 16).init(&device));
/// let judge = || MlpDiscriminatorConfig::new(2).init(&device);
/// let mdgan = Mdgan::new(generator, encoder, [judge(), judge()]);
/// ```
///
/// # References
/// Che, Li, Jacob, Bengio and Li 2017, "Mode regularized generative adversarial networks", arXiv:1612.02136,
/// algorithm 1. A published implementation, wiseodd's, has a single judge, of data and of samples, and adds its score of
/// reconstructions to what generator and encoder minimise, who so lower what the paper has them raise. In the paper the
/// distance has weight 1 and the judge a small one, which was searched; here the judge has weight 1. The distance must
/// lead: with a weight that is also 1, its own judge keeps the generator from reconstructing anything at all on the ring.
#[doc(alias = "mode regularized GAN")]
#[derive(Debug)]
pub struct Mdgan<G: Generator, E, D>
where
    E: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = G::Output>,
{
    generator: Player<G>,
    encoder: Player<E>,
    manifold: Player<D>,
    diffusion: Player<D>,
    /// Of the manifold and of the diffusion.
    contests: [Contest<D>; 2],
    augmentations: Changes<G>,
    weight: f64,
}

impl<G: Generator, E, D> Mdgan<G, E, D>
where
    E: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = G::Output>,
{
    /// These networks, the judges of the manifold and of the diffusion in this order, Adam as DCGAN's, and a weight of
    /// 50.
    pub fn new(generator: G, encoder: E, judges: [D; 2]) -> Self {
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        let [manifold, diffusion] = judges.map(|judge| Player::discriminator(judge, adam()));
        Self {
            generator: Player::generator(generator, adam()),
            encoder: Player::encoder(encoder, adam()),
            manifold: manifold.named("manifold"),
            diffusion: diffusion.named("diffusion"),
            contests: [Contest::new(NonSaturating), Contest::new(NonSaturating)],
            augmentations: Augmentations::default(),
            weight: 50.0,
        }
    }

    /// How much the distance between a sample and its reconstruction counts.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Changes all samples before either judge sees them; any number of changes, one after the other. What adapts itself
    /// follows the judge of the manifold, which alone sees the data.
    pub fn augment(mut self, augmentation: impl Augment<G::Output>) -> Self {
        self.augmentations.push(augmentation);
        self
    }

    /// What both contests are about; figures of the first are called `manifold/..`.
    pub fn loss(mut self, loss: impl AdversarialLoss + Clone) -> Self {
        for contest in &mut self.contests {
            contest.set_loss(loss.clone());
        }
        self
    }

    /// Adds a term to both judges' losses; any number of them.
    pub fn penalty(mut self, penalty: impl Penalty<D> + Clone) -> Self {
        for contest in &mut self.contests {
            contest.add_penalty(penalty.clone());
        }
        self
    }

    /// Demands something of the weights of both judges; any number of them.
    pub fn constraint(mut self, constraint: impl Constraint<D> + Clone) -> Self {
        self.manifold.constrain(constraint.clone());
        self.diffusion.constrain(constraint);
        self
    }

    /// Keeps moving averages of the generator's and the encoder's weights, which samples and loaded networks have.
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

    /// The judges of the manifold and of the diffusion.
    pub fn judges(&self) -> [&D; 2] {
        [self.manifold.network(), self.diffusion.network()]
    }

    fn manifold_step(&mut self, x: &G::Output, round: &mut Round) -> Result<()> {
        let again = self
            .generator
            .network()
            .generate(self.encoder.network().encode(x.clone()));
        let [real, fake] = [x, &again.detached()].map(|samples| self.augmentations.augment(samples, round));
        let ([contest, _], judge) = (&mut self.contests, &mut self.manifold);
        let scores = round.within("manifold", |round| contest.turn(judge, (&real, &fake), round))?;
        self.augmentations.advance(&scores, round)?;

        let distance = l2(again.rows(), x.rows());
        round.measure("loss/reconstruction", &distance);
        let seen = self.augmentations.augment(&again, round);
        let judge = self.manifold.frozen();
        let fooled = round.within("manifold", |round| contest.fool(&judge, &seen, Some(&real), round));
        let loss = distance * self.weight + fooled;
        self.generator.update_with(&mut self.encoder, round, &loss);
        Ok(())
    }

    fn diffusion_step(&mut self, x: &G::Output, round: &mut Round) -> Result<()> {
        let codes = round.draw(&*self.generator.network().prior(), x.size());
        let fake = self.generator.network().generate(codes);
        round.measure_spreads(x, &fake);
        let again = self
            .generator
            .frozen()
            .generate(self.encoder.frozen().encode(x.clone()));
        let [real, seen] = [again, fake.clone()].map(|samples| self.augmentations.augment(&samples.detached(), round));
        let [_, contest] = &mut self.contests;
        contest.turn(&mut self.diffusion, (&real, &seen), round)?;

        let seen = self.augmentations.augment(&fake, round);
        let loss = contest.fool(&self.diffusion.frozen(), &seen, Some(&real), round);
        self.generator.update(round, &loss);
        Ok(())
    }
}

impl<G: Generator, E, D> Game for Mdgan<G, E, D>
where
    E: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = G::Output>,
{
    type Batch = G::Output;

    fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        Error::unless_at_least_zero("the weight of MDGAN's distance", self.weight)?;
        self.contests.iter().try_for_each(Contest::check)?;
        self.augmentations.check()?;
        let x = data.next_batch()?;
        self.manifold_step(&x, round)?;
        self.diffusion_step(&x, round)
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![
            &mut self.manifold,
            &mut self.diffusion,
            &mut self.generator,
            &mut self.encoder,
        ]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        let [manifold, diffusion] = &self.contests;
        let memory = Memory::new()
            .nest("manifold", manifold.memory())
            .nest("diffusion", diffusion.memory());
        self.augmentations.remember(memory)
    }

    fn recall(&mut self, memory: &Memory) {
        for (contest, name) in self.contests.iter_mut().zip(["manifold", "diffusion"]) {
            contest.recall(&memory.nested(name));
        }
        self.augmentations.recall(memory);
    }
}

impl<G: Generator, E, D> Sampling for Mdgan<G, E, D>
where
    E: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = G::Output>,
{
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator().sample(n, seed)
    }
}
