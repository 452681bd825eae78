//! Every adversarial loss, penalty, constraint, augmentation and auxiliary term of agon, one idea per file.
//!
//! - [`adversarial`]: what both players minimise ([`agon_core::AdversarialLoss`]).
//! - [`penalties`]: what is added to the discriminator's loss ([`agon_core::Penalty`]).
//! - [`constraints`]: what its weights must obey ([`agon_core::Constraint`]).
//! - [`augment`]: what happens to samples before the discriminator sees them ([`agon_core::Augment`]).
//! - [`terms`]: further terms, as functions of tensors.
//!
//! All types, and all terms, are also found at the root: `agon_losses::Hinge`, `agon_losses::R1`.
//!
//! Conventions: scores are raw (no sigmoid), greater for what looks real, unless a loss says that they are
//! energies; every mean is over the whole score matrix; both players minimise.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::approx_constant))]

pub mod adversarial;
pub mod augment;
pub mod constraints;
mod math;
pub mod penalties;
pub mod terms;
#[cfg(test)]
mod testing;

pub use adversarial::*;
pub use augment::{Ada, AdaPipeline, DiffAugment, HorizontalFlip, RandomAffine};
pub use constraints::*;
pub use penalties::*;
pub use terms::*;
