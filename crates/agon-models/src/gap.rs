//! GAP: several GANs at once that exchange their discriminators.

use agon_core::{AnyPlayer, Discriminator, Error, Feed, Game, Gan, Generator, Memory, Result, Round, Sampling};
use rand::RngExt;

/// Pairs of generator and discriminator that play side by side and, every so often, draw new opponents.
///
/// ```text
/// for t = 1, 2, ..:   G_i against D_s(i) for every i;    every K rounds: s = a random permutation
/// ```
///
/// In the figure: two columns, of generators and of discriminators, and arrows between them that are redrawn now and
/// then. A generator that has fooled its own discriminator by one mode must then face one that knows others; no
/// discriminator can fit itself to the faults of one generator. The pairs are any [`Gan`]s of one type, with any losses
/// and penalties; these stay with the discriminators and go with them from one generator to the next.
///
/// # Example
/// ```
/// use agon_core::Gan;
/// use agon_models::{Gap, MlpDiscriminatorConfig, MlpGeneratorConfig};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let pair = || {
///     let generator = MlpGeneratorConfig::new(16, 2).init(&device);
///     Gan::new(generator, MlpDiscriminatorConfig::new(2).init(&device))
/// };
/// let gap = Gap::new((0..4).map(|_| pair()), 100);
/// ```
///
/// # References
/// Im, Ma, Kim and Taylor 2016, "Generative adversarial parallelization", arXiv:1612.04021. There the pairs run on
/// several machines and swaps come at random; here they take turns in one process, and swaps come every so many rounds.
#[doc(alias = "generative adversarial parallelization")]
#[derive(Debug)]
pub struct Gap<G: Generator, D: Discriminator<Input = G::Output>> {
    pairs: Vec<Gan<G, D>>,
    every: u64,
    /// Which discriminator plays in each pair.
    seats: Vec<usize>,
    /// How many pairs there were, if the state of another number was to be taken back.
    others: Option<usize>,
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Gap<G, D> {
    /// These pairs, which draw new opponents every so many rounds (0: never).
    pub fn new(pairs: impl IntoIterator<Item = Gan<G, D>>, every: u64) -> Self {
        let pairs: Vec<_> = pairs
            .into_iter()
            .enumerate()
            .map(|(i, pair)| pair.numbered(i))
            .collect();
        Self {
            seats: (0..pairs.len()).collect(),
            pairs,
            every,
            others: None,
        }
    }

    /// The pairs.
    pub fn pairs(&self) -> &[Gan<G, D>] {
        &self.pairs
    }

    /// Seats the discriminators so that pair `i` plays against `seats[i]`.
    fn seat(&mut self, seats: &[usize]) {
        for place in 0..self.pairs.len().min(seats.len()) {
            let from = self.seats.iter().position(|seat| *seat == seats[place]);
            if let Some(from) = from.filter(|from| *from > place) {
                let (left, right) = self.pairs.split_at_mut(from);
                left[place].swap_discriminators(&mut right[0]);
                self.seats.swap(place, from);
            }
        }
    }

    fn shuffle(&mut self, round: &mut Round) {
        let mut seats = self.seats.clone();
        for place in (1..seats.len()).rev() {
            seats.swap(place, round.random().random_range(0..=place));
        }
        self.seat(&seats);
    }
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Game for Gap<G, D> {
    type Batch = G::Output;

    fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        let pairs = self.pairs.len();
        Error::unless(pairs > 0, "parallel GANs", "at least one pair", "none")?;
        if let Some(before) = self.others {
            let expected = format!("{before} pairs, as many as there were");
            return Err(Error::config("parallel GANs that go on", expected, pairs));
        }
        for (i, pair) in self.pairs.iter_mut().enumerate() {
            round.within(&format!("pair-{i}"), |round| pair.play(data, round))?;
        }
        if self.every > 0 && round.step().is_multiple_of(self.every) && !round.is_silent() {
            self.shuffle(round);
        }
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        self.pairs.iter_mut().flat_map(Gan::players).collect()
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        let seats: Vec<f64> = self.seats.iter().map(|&seat| seat as f64).collect();
        let pairs = self.pairs.iter().enumerate();
        pairs.fold(Memory::new().with("seats", seats), |memory, (i, pair)| {
            memory.nest(&format!("pair{i}"), pair.memory())
        })
    }

    fn recall(&mut self, memory: &Memory) {
        let seats = memory.get("seats").unwrap_or_default();
        self.others = Some(seats.len()).filter(|&before| before > 0 && before != self.pairs.len());
        if self.others.is_some() {
            return;
        }
        self.seat(&seats.iter().map(|&seat| seat as usize).collect::<Vec<_>>());
        for (i, pair) in self.pairs.iter_mut().enumerate() {
            pair.recall(&memory.nested(&format!("pair{i}")));
        }
    }
}

/// The first generator's samples; those of the others are in [`pairs`](Gap::pairs).
///
/// # Panics
/// If there are no pairs.
impl<G: Generator, D: Discriminator<Input = G::Output>> Sampling for Gap<G, D> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.pairs[0].sample(n, seed)
    }
}
