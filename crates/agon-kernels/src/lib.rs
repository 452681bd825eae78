//! Fast CPU kernels in pure Rust: convolutions in every direction and matrix products, in 32-bit floats.
//!
//! Most of it is slices in, slices out, on as many threads as rayon has, with the best instructions of the
//! machine ([`Isa`]). What is computed does not depend on the number of threads. [`ops`] has the same for burn's
//! tensors, with gradients.
//!
//! This is the one crate of the workspace with `unsafe` code: loads and stores of vectors, the rows of pixels that
//! tiles read, memory that is used again, and work that is lent to other threads. Each block says why it is sound.

#![cfg_attr(
    not(feature = "flex"),
    allow(
        dead_code,
        unused_imports,
        reason = "what stands between the kernels and that backend"
    )
)]

mod adam;
mod conv;
mod draw;
#[cfg(test)]
mod drawn;
mod gemm;
mod largest;
mod normalize;
pub mod ops;
mod panels;
mod pointwise;
mod pool;
mod random;
mod resample;
mod scratch;
mod share;
mod subnormal;
mod tasks;
mod team;
mod tile;
mod transpose;

pub use adam::Adam;
pub use conv::Conv2d;
pub use draw::draw;
pub use gemm::{Matrix, multiply};
pub use largest::{largest, to_largest};
pub use normalize::BatchNorm;
pub use pointwise::Unit;
pub use pool::release_memory;
pub use random::{fill_normal, fill_sometimes};
pub use resample::Blocks;
pub use tile::Isa;
