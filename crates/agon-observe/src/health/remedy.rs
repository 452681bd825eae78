/// What is done about trouble.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Remedy {
    /// Says so, and goes on.
    Warn,
    /// Stops the run after this round.
    Stop,
    /// Goes back to the newest checkpoint from before the trouble began.
    RollBack,
    /// Goes back to the checkpoint which [`Checkpoints`](agon_core::Checkpoints) holds to be the best by a figure.
    RollBackToBest,
    /// Lowers learning rates.
    SlowDown(SlowDown),
}

/// By how much learning rates are lowered, and whose.
///
/// # Example
/// ```
/// use agon_observe::{Health, SlowDown, Trouble};
///
/// let health = Health::new().on(
///     Trouble::DiscriminatorWins,
///     SlowDown::by(0.5).only("discriminator").not_below(0.1),
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SlowDown {
    pub(super) factor: f64,
    pub(super) floor: f64,
    pub(super) player: Option<String>,
}

impl SlowDown {
    /// Multiplies the learning rates of all players by this factor.
    pub fn by(factor: f64) -> Self {
        Self {
            factor,
            floor: 0.01,
            player: None,
        }
    }

    /// Never lowers them below so much of what they would be; a hundredth unless said otherwise.
    pub fn not_below(mut self, floor: f64) -> Self {
        self.floor = floor;
        self
    }

    /// Only this player's.
    pub fn only(mut self, player: impl Into<String>) -> Self {
        self.player = Some(player.into());
        self
    }
}

impl From<SlowDown> for Remedy {
    fn from(slow_down: SlowDown) -> Self {
        Self::SlowDown(slow_down)
    }
}

impl From<Remedy> for Vec<Remedy> {
    fn from(remedy: Remedy) -> Self {
        vec![remedy]
    }
}

impl From<SlowDown> for Vec<Remedy> {
    fn from(slow_down: SlowDown) -> Self {
        vec![slow_down.into()]
    }
}
