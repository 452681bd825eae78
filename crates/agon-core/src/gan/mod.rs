//! The standard two-player game.

mod consensus;
mod inner;
mod noise;
mod original;
mod play;
mod unroll;

use crate::{
    Adam, AdversarialLoss, AnyPlayer, Augment, Constraint, Contest, Discriminator, Error, Feed, Game, Generator,
    Memory, MovingAverage, Optimizer, Penalty, Player, Prior, Result, Round, Sampling, Term, Turns, Updates,
};

pub use noise::InstanceNoise;
pub use unroll::Unroll;

/// Whether both players of a round look at the same generated samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fakes {
    /// The samples of the discriminator's last turn serve the generator's first: one forward pass less.
    #[default]
    Shared,
    /// Every turn draws its own codes.
    Fresh,
}

/// A generator against a discriminator.
///
/// Every knob has a default: the non-saturating loss of 2014, one turn each, Adam with the settings of
/// DCGAN, the generator's own prior. All of it combines, with three exceptions: consensus updates know losses and
/// constraints only; players who move at once have one turn each; unrolling knows no terms, and an optimizer that is to
/// be foreseen must step at every update and not clip the norm of gradients. What cannot be combined is an error in the
/// first round.
///
/// # Example
/// ```ignore
/// let gan = Gan::new(generator, critic)
///     .loss(Wasserstein)
///     .penalty(GradientPenalty::two_sided(10.0))
///     .turns(Turns::critic(5))
///     .optimizers(Adam::new(1e-4).betas(0.0, 0.9));
/// ```
///
/// # References
/// Goodfellow et al. 2014, "Generative adversarial nets", arXiv:1406.2661.
pub struct Gan<G: Generator, D: Discriminator<Input = G::Output>> {
    generator: Player<G>,
    discriminator: Player<D>,
    prior: Box<dyn Prior<Code = G::Input>>,
    contest: Contest<D>,
    turns: Turns,
    updates: Updates,
    fakes: Fakes,
    unroll: Option<Unroll>,
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Gan<G, D> {
    /// These two networks, everything else by default.
    pub fn new(generator: G, discriminator: D) -> Self {
        let prior = generator.prior();
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            generator: Player::generator(generator, adam()),
            discriminator: Player::discriminator(discriminator, adam()),
            prior,
            contest: Contest::new(original::Original),
            turns: Turns::default(),
            updates: Updates::default(),
            fakes: Fakes::default(),
            unroll: None,
        }
    }

    /// What the contest is about.
    pub fn loss(mut self, loss: impl AdversarialLoss) -> Self {
        self.contest.set_loss(loss);
        self
    }

    /// Adds a term to the discriminator's loss; any number of them.
    pub fn penalty(mut self, penalty: impl Penalty<D>) -> Self {
        self.contest.add_penalty(penalty);
        self
    }

    /// Adds a term to both players' losses, about what the discriminator says besides scores; any number of them.
    pub fn term(mut self, term: impl Term<D>) -> Self {
        self.contest.add_term(term);
        self
    }

    /// Demands something of the discriminator's weights; any number of them.
    pub fn constraint(mut self, constraint: impl Constraint<D>) -> Self {
        self.discriminator.constrain(constraint);
        self
    }

    /// Demands something of the generator's weights.
    pub fn generator_constraint(mut self, constraint: impl Constraint<G>) -> Self {
        self.generator.constrain(constraint);
        self
    }

    /// How many updates each player gets in a round.
    pub fn turns(mut self, turns: Turns) -> Self {
        self.turns = turns;
        self
    }

    /// Whether the players move one after the other or at once.
    pub fn updates(mut self, updates: Updates) -> Self {
        self.updates = updates;
        self
    }

    /// Whether both players look at the same generated samples.
    pub fn fakes(mut self, fakes: Fakes) -> Self {
        self.fakes = fakes;
        self
    }

    /// Where codes come from, instead of the generator's own prior.
    ///
    /// The prior belongs to the game, and a checkpoint holds the generator: once [loaded](crate::Loadable), it samples from
    /// its own again. [`Generator::sample_from`] takes another.
    pub fn prior(mut self, prior: impl Prior<Code = G::Input>) -> Self {
        self.prior = Box::new(prior);
        self
    }

    /// Changes all samples before they are judged, real and generated, in both players' turns; any number of
    /// changes, one after the other.
    pub fn augment(mut self, augmentation: impl Augment<G::Output>) -> Self {
        self.contest.add_augmentation(augmentation);
        self
    }

    /// Adds noise to all samples before they are judged: an [`augment`](Self::augment) that suits any sample.
    pub fn instance_noise(self, noise: InstanceNoise) -> Self {
        self.augment(noise)
    }

    /// Lets the generator foresee the discriminator's answer.
    pub fn unrolled(mut self, unroll: Unroll) -> Self {
        self.unroll = Some(unroll);
        self
    }

    /// The generator learns by this rule.
    pub fn generator_optimizer(mut self, optimizer: impl Into<Optimizer>) -> Self {
        self.generator.set_optimizer(optimizer);
        self
    }

    /// The discriminator learns by this rule.
    pub fn discriminator_optimizer(mut self, optimizer: impl Into<Optimizer>) -> Self {
        self.discriminator.set_optimizer(optimizer);
        self
    }

    /// Keeps a moving average of the generator's weights, which samples and loaded generators use.
    pub fn average(mut self, decay: f64) -> Self {
        self.generator.set_average(MovingAverage::new(decay));
        self
    }

    /// Tells the players from those of other pairs in one game: `generator-3`, `discriminator-3`.
    pub fn numbered(mut self, number: usize) -> Self {
        self.generator = self.generator.named(format!("generator-{number}"));
        self.discriminator = self.discriminator.named(format!("discriminator-{number}"));
        self
    }

    /// Exchanges discriminators with another pair, and what follows them: optimizers, constraints, the loss with its
    /// penalties and their state, augmentations.
    pub fn swap_discriminators(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.discriminator, &mut other.discriminator);
        std::mem::swap(&mut self.contest, &mut other.contest);
    }

    /// The generator with its averaged weights if there are any.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &D {
        self.discriminator.network()
    }
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Gan<G, D> {
    /// An error for settings that cannot work, or have no meaning together.
    fn check(&self) -> Result<()> {
        self.check_pieces()?;
        let one_each = self.turns.discriminator == 1 && self.turns.generator == 1;
        if self.turns.discriminator == 0 && self.turns.generator == 0 {
            return Err(Error::config("turns", "at least one turn in a round", "none"));
        }
        if self.updates != Updates::Alternating && !one_each {
            let got = format!("{:?}", self.turns);
            return Err(Error::config("turns of players who move together", "one each", got));
        }
        let unseen = [
            self.contest.penalties.first().map(|_| "penalties"),
            self.contest.augmentations.first_name(),
            self.contest.terms.first().map(|term| term.name()),
            self.unroll.map(|_| "unrolling"),
        ];
        if let (Some(_), Some(term)) = (self.unroll, self.contest.terms.first()) {
            return Err(Error::config("unrolling", "losses without terms", term.name()));
        }
        if let Some(unroll) = &self.unroll {
            unroll.check(self.discriminator.optimizer().0)?;
        }
        match (self.updates, unseen.into_iter().flatten().next()) {
            (Updates::Consensus { .. }, Some(what)) => {
                Err(Error::config("consensus updates", "losses and constraints only", what))
            }
            _ => Ok(()),
        }
    }

    /// An error for settings that cannot work, whatever they are combined with.
    fn check_pieces(&self) -> Result<()> {
        self.contest.check()?;
        match self.updates {
            Updates::Consensus { gamma } => Error::unless_at_least_zero("gamma of consensus updates", gamma),
            _ => Ok(()),
        }
    }
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Game for Gan<G, D> {
    type Batch = G::Output;

    fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        self.check()?;
        match self.updates {
            Updates::Alternating => self.alternate(data, round),
            Updates::Simultaneous => self.move_together(data, round),
            Updates::Consensus { gamma } => self.move_by_consensus(gamma, data, round),
        }
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator]
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

impl<G: Generator, D: Discriminator<Input = G::Output>> Sampling for Gan<G, D> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator().sample_from(&*self.prior, n, seed)
    }
}

impl<G: Generator, D: Discriminator<Input = G::Output>> std::fmt::Debug for Gan<G, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gan")
            .field("generator", &self.generator)
            .field("discriminator", &self.discriminator)
            .field("prior", &self.prior)
            .field("loss", &self.contest.loss)
            .field("penalties", &self.contest.penalties)
            .field("terms", &self.contest.terms)
            .field("turns", &self.turns)
            .field("updates", &self.updates)
            .field("fakes", &self.fakes)
            .field("augmentations", &self.contest.augmentations)
            .field("unroll", &self.unroll)
            .finish_non_exhaustive()
    }
}
