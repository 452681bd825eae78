//! Datasets, loaders and synthetic worlds for adversarial training.
//!
//! A [`Dataset`] is items that can be asked for by number; [`Dataset::batches`] takes them some at a time,
//! so that any batch follows from its index and a seed alone. Worlds that are drawn instead of loaded:
//! [`GaussianMixture`] (ring and grid, with the [`Coverage`] rule), [`SwissRoll`] and [`Glyphs`]. Tensors of
//! one's own: [`InMemory`].
//!
//! The feature `engine` (on by default) makes [`Batched`] something that the trainer of `agon-core` can run
//! on; without it the crate stands alone.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod batched;
mod coverage;
mod crew;
mod dataset;
mod error;
mod gaussian_mixture;
mod glyphs;
mod image_folder;
mod in_memory;
mod order;
mod random;
mod swiss_roll;
mod wanted;

pub use batched::Batched;
pub use coverage::Coverage;
pub use dataset::Dataset;
pub use error::{Error, Result};
pub use gaussian_mixture::GaussianMixture;
pub use glyphs::{Glyphs, LabelledGlyphs};
pub use image_folder::{ImageFolder, LabelledImages, Skipped};
pub use in_memory::InMemory;
pub use swiss_roll::SwissRoll;
