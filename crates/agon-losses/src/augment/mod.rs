//! Random changes of samples: of everything the discriminator sees ([`agon_core::Augment`]), or such as should
//! not change what a sample is ([`Consistency`](crate::Consistency)).
//!
//! All random choices are drawn on the host, so that every backend makes the same ones.

mod ada;
mod affine;
mod colour;
mod diff_augment;
mod flip;
mod flip_and_shift;
mod jitter;
mod lines;
mod pipeline;
mod random_affine;
#[cfg(test)]
mod testing;
mod warp;

pub use ada::Ada;
pub use diff_augment::DiffAugment;
pub use flip::HorizontalFlip;
pub use flip_and_shift::flip_and_shift;
pub use jitter::jitter;
pub use pipeline::AdaPipeline;
pub use random_affine::RandomAffine;
