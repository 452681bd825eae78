//! Adversarial training in pure Rust: every published idea of a GAN is a piece, and the pieces combine
//! freely. The device decides which backend runs; no code names one.
//!
//! # What the user writes
//! ```no_run
//! use agon::prelude::*;
//!
//! fn main() -> Result<()> {
//!     let device = Device::default().autodiff();
//!     let gan = Gan::new(
//!         DcganGeneratorConfig::new(64, [1, 32, 32]).init(&device),
//!         DcganDiscriminatorConfig::new([1, 32, 32]).with_batch_norm(false).init(&device),
//!     )
//!     .loss(Wasserstein)
//!     .penalty(GradientPenalty::two_sided(10.0))
//!     .turns(Turns::critic(5));
//!
//!     Trainer::new(gan)
//!         .seed(7)
//!         .observe(Progress::new())
//!         .observe(SampleGrid::every(200).to("out/samples"))
//!         .observe(Checkpoints::every(1_000).keep(3).to("out/checkpoints"))
//!         .run(Glyphs::new().batches(64), Budget::steps(10_000))?;
//!     Ok(())
//! }
//! ```
//! and, another day, in another program:
//! ```no_run
//! # use agon::prelude::*;
//! # fn main() -> Result<()> {
//! # let (device, seed) = (Device::default(), 7);
//! let generator = DcganGenerator::load("out/checkpoints/latest", &device)?;
//! let images = generator.sample(64, seed);
//! # Ok(())
//! # }
//! ```
//! A network of one's own needs `use agon::burn;` beside it, or burn as a dependency: `derive(Module)` and `derive(Config)`
//! write `burn::..`.
#![forbid(unsafe_code)]

#[doc(inline)]
pub use agon_core as core;
#[doc(inline)]
pub use agon_data as data;
#[doc(inline)]
pub use agon_kernels as kernels;
#[doc(inline)]
pub use agon_losses as losses;
#[doc(inline)]
pub use agon_metrics as metrics;
#[doc(inline)]
pub use agon_models as models;
#[doc(inline)]
pub use agon_nn as nn;
#[doc(inline)]
pub use agon_observe as observe;
pub use burn;

/// Everything that a program which trains a GAN is likely to name.
pub mod prelude {
    pub use agon_core::prior::{self, Prior};
    pub use agon_core::*;
    pub use agon_data::{
        Array, Arrays, Batched, Cifar, Coverage, Dataset, GaussianMixture, Glyphs, Grammar, ImageFolder, ImageOptions,
        Images, InMemory, LabelledGlyphs, LabelledImages, Labels, MovingShapes, OneHot, Published, Sentences,
        ShapeTranslation, Shapes, Solids, Subset, SwissRoll, Table, TableOptions, Tabular, Text, Tokens, TwoMoons,
        Vocabulary, fingerprint, open_images, open_labelled_images,
    };
    pub use agon_losses::*;
    pub use agon_models::*;
    pub use agon_observe::*;
    pub use burn::module::Module;
    pub use burn::tensor::{Device, Tensor};
}
