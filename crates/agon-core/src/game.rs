use crate::player::short_type_name;
use crate::{AnyPlayer, Feed, Memory, Optimizer, Result, Round, Sample};

/// Who plays, and how one round goes.
///
/// A variant of adversarial training with its own players is one type which implements this; everything
/// else (trainer, checkpoints, observers, min-max methods) is shared.
///
/// A round takes batches by [`Feed::next_batch`] and codes by [`Round::draw`], has each player learn by
/// [`Player::update`](crate::Player::update), and names its figures by [`Round::measure`].
///
/// # Example
/// Wasserstein's game, whose critic still wants a bound ([`Player::constrain`](crate::Player::constrain)). Players are made by
/// `Player::generator(network, Adam::new(5e-5))` and `Player::discriminator`.
/// ```
/// use agon_core::{AnyPlayer, Discriminator, Feed, Game, Generator, Player, Result, Round, Sample, Scored};
///
/// struct Duel<G: Generator, D: Discriminator<Input = G::Output>> {
///     generator: Player<G>,
///     critic: Player<D>,
/// }
///
/// impl<G: Generator, D: Discriminator<Input = G::Output>> Game for Duel<G, D> {
///     type Batch = G::Output;
///
///     fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
///         let real = data.next_batch()?;
///         let codes = round.draw(&*self.generator.network().prior(), real.size());
///         let fake = self.generator.network().generate(codes);
///
///         let critic = self.critic.network();
///         let scores = critic.discriminate(fake.detached()).scores();
///         let loss = scores.mean() - critic.discriminate(real).scores().mean();
///         round.measure("loss/discriminator", &loss);
///         self.critic.update(round, &loss);
///
///         // Frozen: it judges, but its weights get no gradients.
///         let loss = -self.critic.frozen().discriminate(fake).scores().mean();
///         round.measure("loss/generator", &loss);
///         self.generator.update(round, &loss);
///         Ok(())
///     }
///
///     fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
///         vec![&mut self.critic, &mut self.generator]
///     }
/// }
/// ```
pub trait Game: Send {
    /// What the data gives it.
    type Batch;

    /// Plays one round, taking as many batches as it needs.
    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()>;

    /// Everybody who learns.
    fn players(&mut self) -> Vec<&mut dyn AnyPlayer>;

    /// Everybody learns by this rule.
    ///
    /// A game with players who never learn has to override this, and one around another has to pass it on.
    fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self
    where
        Self: Sized,
    {
        let optimizer = optimizer.into();
        for player in self.players() {
            player.set_optimizer(optimizer.clone());
        }
        self
    }

    /// What it is, with its settings, in one line: for reports, and for the manifests of runs and checkpoints. The name of
    /// its type, unless a game knows better.
    fn describe(&self) -> String {
        short_type_name::<Self>()
    }

    /// Small state besides the players', to keep in a checkpoint.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Takes that state back.
    fn recall(&mut self, _memory: &Memory) {}
}

/// A game that can show what its generator makes.
pub trait Sampling {
    /// What it makes.
    type Sample: Sample;

    /// `n` samples from seeded codes, as one would use the generator after training.
    fn sample(&self, n: usize, seed: u64) -> Self::Sample;
}
