mod chart;
mod language;
mod lengths;
mod normal;
mod rules;
mod sentences;

pub use rules::Grammar;
pub use sentences::{Language, Sentences};
