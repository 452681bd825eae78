//! How likely real samples are to a model.

mod annealed;
mod hamiltonian;
mod parzen;

pub use annealed::{AnnealedImportanceSampling, Bounds};
pub use parzen::ParzenWindow;
