//! VEEGAN: a network that finds the codes of samples keeps the generator from losing modes.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Discriminator, Encoder, Feed, Game, Generator, Optimizer, Player, Prior, Result,
    Round, Sample, Sampling, Scored,
};
use agon_losses::NonSaturating;

/// A generator, a reconstructor of codes, and a judge of pairs of code and sample.
///
/// ```text
/// judge:            -E log s(J(F(x), x)) - E log(1 - s(J(z, G(z))))
/// G:                -E J(z, G(z)) + w E |z - F(G(z))|^2
/// F:                w E |z - F(G(z))|^2
/// ```
///
/// `G`: the generator of samples from codes `z`; `F`: the reconstructor, from samples `x` to codes; `J`: the judge's score,
/// which estimates the log ratio of both joint distributions; `s`: the sigmoid; squares are summed over a code. `F` maps
/// all data to codes; where the generator leaves out a mode, its codes do not look like the prior, and the judge tells.
/// In the figure: `z -> G(z) -> F(G(z))` should close, and the judge compares `(z, G(z))` with `(F(x), x)`.
///
/// # Example
/// ```
/// use agon_models::{MlpDiscriminatorConfig, MlpGeneratorConfig, MlpTranslator, Joint, Veegan};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let generator = MlpGeneratorConfig::new(16, 2).init(&device);
/// let reconstructor = MlpTranslator::from(MlpGeneratorConfig::new(2, 16).init(&device));
/// let veegan = Veegan::new(generator, reconstructor, Joint::of(MlpDiscriminatorConfig::new(16 + 2).init(&device)));
/// ```
///
/// # References
/// Srivastava, Valkov, Russell, Gutmann and Sutton 2017, "VEEGAN: Reducing mode collapse in GANs using implicit
/// variational learning", arXiv:1705.07761, algorithm 1: the generator minimises the score itself, not a logistic loss of
/// it, and `F` learns from reconstructions alone.
pub struct Veegan<G: Generator, F, D>
where
    F: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = (G::Input, G::Output)>,
    G::Input: Sample,
{
    generator: Player<G>,
    reconstructor: Player<F>,
    judge: Player<D>,
    prior: Box<dyn Prior<Code = G::Input>>,
    weight: f64,
}

impl<G: Generator, F, D> Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = (G::Input, G::Output)>,
    G::Input: Sample,
{
    /// These networks, Adam as DCGAN's, and a weight of 1.
    pub fn new(generator: G, reconstructor: F, judge: D) -> Self {
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        let prior = generator.prior();
        let configs = (generator.config(), reconstructor.config(), judge.config());
        Self {
            generator: Player::new("generator", generator, adam()).with_config(configs.0),
            reconstructor: Player::new("reconstructor", reconstructor, adam()).with_config(configs.1),
            judge: Player::new("discriminator", judge, adam()).with_config(configs.2),
            prior,
            weight: 1.0,
        }
    }

    /// How much reconstructed codes count.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// All networks learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.reconstructor.set_optimizer(optimizer.clone());
        self.judge.set_optimizer(optimizer);
        self
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }
}

impl<G: Generator, F, D> Game for Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = (G::Input, G::Output)>,
    G::Input: Sample,
{
    type Batch = G::Output;

    fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        let x = data.next_batch()?;
        let z = round.draw(&*self.prior, x.size());
        let fake = self.generator.network().generate(z.clone());
        round.measure_spreads(&x, &fake);

        let found = self.reconstructor.frozen().encode(x.clone());
        let judge = self.judge.network();
        let real_scores = judge.discriminate((found.detached(), x)).scores();
        let fake_scores = judge.discriminate((z.clone(), fake.detached())).scores();
        let loss = NonSaturating.discriminator(real_scores, fake_scores);
        round.measure("loss/discriminator", &loss);
        self.judge.update(round, &loss);

        let scores = self.judge.frozen().discriminate((z.clone(), fake.clone())).scores();
        let again = self.reconstructor.network().encode(fake);
        let distance = (z.rows() - again.rows()).square().sum_dim(1).mean();
        round.measure("loss/generator", &scores.clone().mean().neg());
        round.measure("loss/reconstruction", &distance);
        let loss = distance * self.weight - scores.mean();
        self.generator.update_with(&mut self.reconstructor, round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.judge, &mut self.generator, &mut self.reconstructor]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl<G: Generator, F, D> Sampling for Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = (G::Input, G::Output)>,
    G::Input: Sample,
{
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator().sample(n, seed)
    }
}

impl<G: Generator, F, D> std::fmt::Debug for Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = G::Input>,
    D: Discriminator<Input = (G::Input, G::Output)>,
    G::Input: Sample,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Veegan")
            .field("generator", &self.generator)
            .field("reconstructor", &self.reconstructor)
            .field("judge", &self.judge)
            .field("weight", &self.weight)
            .finish_non_exhaustive()
    }
}
