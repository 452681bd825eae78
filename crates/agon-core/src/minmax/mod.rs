//! Methods for games in which following the gradient goes round in circles. Each wraps any game.

mod extragradient;
mod lookahead;

pub use extragradient::Extragradient;
pub use lookahead::Lookahead;
