//! Inception-V3 of the Frechet distance.

mod extractor;
mod layer;
mod network;
mod weights;

pub use extractor::{Inception, Tap};
pub use weights::Weights;
