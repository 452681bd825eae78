/// How many updates each side of the contest gets in one round, and who begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turns {
    pub(crate) discriminator: usize,
    pub(crate) generator: usize,
    pub(crate) generator_first: bool,
}

impl Turns {
    /// `discriminator` updates, then `generator` updates.
    pub const fn new(discriminator: usize, generator: usize) -> Self {
        Self {
            discriminator,
            generator,
            generator_first: false,
        }
    }

    /// `turns` updates of the critic for each of the generator, as Wasserstein GANs want.
    pub const fn critic(turns: usize) -> Self {
        Self::new(turns, 1)
    }

    /// Updates of the discriminator in a round.
    pub const fn discriminator(&self) -> usize {
        self.discriminator
    }

    /// Updates of the generator in a round.
    pub const fn generator(&self) -> usize {
        self.generator
    }

    /// The generator moves first.
    pub const fn generator_first(mut self) -> Self {
        self.generator_first = true;
        self
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new(1, 1)
    }
}

/// Whether the players see each other's last move.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Updates {
    /// One after the other: each player answers the other's newest weights.
    #[default]
    Alternating,
    /// Both gradients are taken at the same weights, then both players move.
    Simultaneous,
    /// Simultaneous, with the gradient of `gamma / 2 * |v|^2` added for both, where `v` is the vector of
    /// both players' gradients (consensus optimization, Mescheder 2017, arXiv:1705.10461). The product
    /// with the Jacobian is taken by central differences of gradients.
    Consensus {
        /// The weight of the term.
        gamma: f64,
    },
}
