//! Sequences of tokens: how plausible, how varied, how close to real ones.

mod bleu;
mod distinct;
mod embedding;
mod likelihood;
mod n_grams;
mod self_bleu;
mod tokens;

pub use bleu::Bleu;
pub use distinct::Distinct;
pub use embedding::{Embedded, Embedding, MeanOfWords};
pub use likelihood::{Likelihood, SequenceModel};
pub use self_bleu::SelfBleu;
pub use tokens::{Sentence, sentences};
