use crate::{AnyPlayer, Error, Feed, Game, Memory, Optimizer, Result, Round, Sampling};

/// Every player first looks one step ahead, then steps from where it was along the gradient seen there.
///
/// `w' = w - lr F(w)`, then `w <- w - lr F(w')`, with fresh data and codes for the second gradient. `F` is that of all
/// players at the same weights, also where their turns alternate: steps show once everybody has taken theirs. With
/// Adam both steps feed the moments (ExtraAdam); everything else that is kept between rounds follows the second alone.
/// Every player learns once in a round: what to extrapolate along if it were more often, the method does not say. The first
/// round in which somebody does is an error: critics with turns, MDGAN, and what TextGAN and SeqGAN do by their usual
/// plans once the training beforehand is over.
///
/// # Example
/// ```ignore
/// Trainer::new(Extragradient::new(gan)).run(data, Budget::steps(10_000))?;
/// ```
///
/// # References
/// Gidel, Berard, Vignoud, Vincent and Lacoste-Julien 2019, "A variational inequality perspective on
/// generative adversarial networks", arXiv:1802.10551, algorithms 2 and 4.
#[derive(Debug)]
pub struct Extragradient<G> {
    game: G,
}

impl<G: Game> Extragradient<G> {
    /// Plays this game by extragradient.
    pub fn new(game: G) -> Self {
        Self { game }
    }

    /// The game itself.
    pub fn game(&self) -> &G {
        &self.game
    }
}

impl<G: Game> Extragradient<G> {
    /// An error if somebody took more than one step ahead.
    fn come_back(&mut self) -> Result<()> {
        let steps = |player: &mut dyn AnyPlayer| (player.come_back(), player.name().to_owned());
        let steps: Vec<_> = self.game.players().into_iter().map(steps).collect();
        let several = steps.into_iter().find(|(steps, _)| *steps > 1);
        several.map_or(Ok(()), |(steps, name)| {
            let what = format!("extragradient with turns of `{name}`");
            Err(Error::config(what, "one update in a round", steps))
        })
    }
}

impl<G: Game> Game for Extragradient<G> {
    type Batch = G::Batch;

    fn play(&mut self, data: &mut Feed<'_, G::Batch>, round: &mut Round) -> Result<()> {
        if round.is_silent() {
            return Err(Error::config(
                "extragradient within extragradient",
                "one of them",
                "two",
            ));
        }
        if let Some(player) = self.game.players().iter().find(|player| player.updates_per_step() > 1) {
            let what = format!("extragradient with accumulated gradients of `{}`", player.name());
            return Err(Error::config(what, "one update a step", player.updates_per_step()));
        }
        self.game.players().into_iter().for_each(AnyPlayer::leave);
        let played = round.silently(|round| self.game.play(data, round));
        let one_each = self.come_back();
        let played = played.and(one_each).and_then(|()| self.game.play(data, round));
        // Also if the round broke off.
        self.game.players().into_iter().for_each(AnyPlayer::settle);
        played
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        self.game.players()
    }

    fn optimizers(self, optimizer: impl Into<Optimizer>) -> Self {
        Self::new(self.game.optimizers(optimizer))
    }

    fn describe(&self) -> String {
        format!("Extragradient {{ game: {} }}", self.game.describe())
    }

    fn memory(&self) -> Memory {
        self.game.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.game.recall(memory);
    }
}

impl<G: Sampling> Sampling for Extragradient<G> {
    type Sample = G::Sample;

    fn sample(&self, n: usize, seed: u64) -> G::Sample {
        self.game.sample(n, seed)
    }
}
