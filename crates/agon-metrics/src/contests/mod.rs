//! Contests of trained models with each other: the generative adversarial metrics.

mod entrant;
mod standings;
mod tournament;

pub use entrant::Entrant;
pub use standings::{Match, Standings, Verdict};
pub use tournament::{Ratio, Tournament};
