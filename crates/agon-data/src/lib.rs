//! Datasets, loaders and synthetic worlds for adversarial training.
//!
//! A [`Dataset`] is items that can be asked for by number; [`Dataset::batches`] takes them some at a time,
//! so that any batch follows from its index and a seed alone. Worlds that are drawn instead of loaded:
//! [`GaussianMixture`] (ring and grid, with the [`Coverage`] rule), [`SwissRoll`], [`TwoMoons`], [`Glyphs`],
//! [`Shapes`] (and translations between their looks), [`MovingShapes`], [`Solids`] (and their projections),
//! [`Sentences`] of a [`Grammar`], [`Tabular`]. Tensors of one's own: [`InMemory`].
//!
//! The feature `engine` (on by default) makes [`Batched`] something that the trainer of `agon-core` can run
//! on; without it the crate stands alone.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod batched;
mod coverage;
mod dataset;
mod drawing;
mod error;
mod gaussian_mixture;
mod glyphs;
mod grammar;
mod in_memory;
mod order;
mod random;
mod shapes;
mod solids;
mod swiss_roll;
mod tabular;
mod two_moons;

pub use batched::Batched;
pub use coverage::Coverage;
pub use dataset::Dataset;
pub use error::{Error, Result};
pub use gaussian_mixture::GaussianMixture;
pub use glyphs::{Glyphs, LabelledGlyphs};
pub use grammar::{Grammar, Language, Sentences};
pub use in_memory::InMemory;
pub use shapes::{
    Figure, LabelledMovingShapes, LabelledShapes, Motion, MovingShapes, PairedShapes, Scene, ShapeTranslation, Shapes,
    UnpairedShapes,
};
pub use solids::{Form, LabelledSolids, ProjectedSolids, Projection, Solid, Solids, View};
pub use swiss_roll::SwissRoll;
pub use tabular::{Field, FieldKind, Mode, Tabular, TabularSchema, Value};
pub use two_moons::{LabelledTwoMoons, TwoMoons};
