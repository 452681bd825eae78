use crate::{AnyPlayer, Error, Feed, Game, Memory, Optimizer, Result, Round, Sampling};

/// Every `every` rounds all players go back part of the way they came.
///
/// `slow <- slow + rate (fast - slow)`, `fast <- slow`, for all players at once, but those who only
/// [follow](crate::Player::replace) others.
///
/// # References
/// Chavdarova, Pagliardini, Stich, Fleuret and Jaggi 2021, "Taming GANs with lookahead-minmax",
/// arXiv:2006.14567, algorithm 1.
#[derive(Debug)]
pub struct Lookahead<G> {
    game: G,
    every: u64,
    rate: f64,
}

impl<G: Game> Lookahead<G> {
    /// Goes back every 5 rounds to the middle.
    pub fn new(game: G) -> Self {
        Self {
            game,
            every: 5,
            rate: 0.5,
        }
    }

    /// How many rounds between two goings-back.
    pub fn every(mut self, rounds: u64) -> Self {
        self.every = rounds.max(1);
        self
    }

    /// Which part of the way is kept.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// The game itself.
    pub fn game(&self) -> &G {
        &self.game
    }
}

impl<G: Game> Game for Lookahead<G> {
    type Batch = G::Batch;

    fn play(&mut self, data: &mut Feed<'_, G::Batch>, round: &mut Round) -> Result<()> {
        if !(self.rate > 0.0 && self.rate <= 1.0) {
            return Err(Error::config("rate of lookahead", "a number in (0, 1]", self.rate));
        }
        if round.is_silent() {
            return self.game.play(data, round);
        }
        self.game.players().into_iter().for_each(AnyPlayer::mark);
        self.game.play(data, round)?;
        if round.step().is_multiple_of(self.every) {
            let rate = self.rate;
            self.game
                .players()
                .into_iter()
                .for_each(|player| player.pull_back(rate));
        }
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        self.game.players()
    }

    fn optimizers(self, optimizer: impl Into<Optimizer>) -> Self {
        let game = self.game.optimizers(optimizer);
        Self { game, ..self }
    }

    fn describe(&self) -> String {
        let Self { game, every, rate } = self;
        format!(
            "Lookahead {{ every: {every}, rate: {rate}, game: {} }}",
            game.describe()
        )
    }

    fn memory(&self) -> Memory {
        self.game.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.game.recall(memory);
    }
}

impl<G: Sampling> Sampling for Lookahead<G> {
    type Sample = G::Sample;

    fn sample(&self, n: usize, seed: u64) -> G::Sample {
        self.game.sample(n, seed)
    }
}
