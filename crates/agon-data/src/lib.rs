//! Datasets, loaders and synthetic worlds for adversarial training.
//!
//! A [`Dataset`] is items that can be asked for by number; [`Dataset::batches`] takes them some at a time,
//! so that any batch follows from its index and a seed alone. Worlds that are drawn instead of loaded:
//! [`GaussianMixture`] (ring, grid and R15, with the [`Coverage`] rule), [`SwissRoll`], [`TwoMoons`], [`Glyphs`],
//! [`Shapes`] (and translations between their looks), [`MovingShapes`], [`Solids`] (and their projections),
//! [`Sentences`] of a [`Grammar`], [`Tabular`]. Tensors of one's own: [`InMemory`]; some
//! of the items of any: [`Subset`].
//!
//! What people have: [`open_images`] reads whatever is at a path; [`Array`] and [`Arrays`] are IDX, `.npy`, `.npz`
//! and safetensors, [`Cifar`] its binary version, [`Table`] CSV, [`Text`] lines and windows of words or
//! characters. [`Published`] fetches MNIST, Fashion-MNIST and CIFAR. Headers are checked against the size of the
//! file before anything is allocated: a damaged or lying file is an error.
//!
//! The feature `engine` (on by default) makes [`Batched`] something that the trainer of `agon-core` can run
//! on; without it the crate stands alone.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod array;
mod batched;
mod coverage;
mod crew;
mod dataset;
mod drawing;
mod error;
mod file;
mod fingerprint;
mod gaussian_mixture;
mod glyphs;
mod grammar;
mod image_folder;
mod images;
mod in_memory;
mod one_hot;
mod order;
mod published;
mod random;
mod shapes;
mod solids;
mod subset;
mod swiss_roll;
mod table;
mod tabular;
#[cfg(test)]
mod testing;
mod text;
mod two_moons;
mod wanted;

pub use array::{Array, Arrays, Element, Labels, Rows};
pub use batched::Batched;
pub use coverage::Coverage;
pub use dataset::Dataset;
pub use error::{Error, Result};
pub use file::Source;
pub use fingerprint::{fingerprint, fingerprint_quick};
pub use gaussian_mixture::GaussianMixture;
pub use glyphs::{Glyphs, LabelledGlyphs};
pub use grammar::{Grammar, Language, Sentences};
pub use image_folder::{ImageFolder, LabelledImages, Skipped};
pub use images::{Cifar, ImageOptions, Images, Split, open_images, open_labelled_images};
pub use in_memory::InMemory;
pub use one_hot::OneHot;
pub use published::Published;
pub use shapes::{
    Figure, LabelledMovingShapes, LabelledShapes, Motion, MovingShapes, PairedShapes, Scene, ShapeTranslation, Shapes,
    UnpairedShapes,
};
pub use solids::{Form, LabelledSolids, ProjectedSolids, Projection, Solid, Solids, View};
pub use subset::Subset;
pub use swiss_roll::SwissRoll;
pub use table::{Column, ColumnKind, Scaling, Schema, Table, TableOptions, Value};
pub use tabular::{Mode, Tabular};
pub use text::{Lines, Text, Tokens, Vocabulary, Windows};
pub use two_moons::{LabelledTwoMoons, TwoMoons};
