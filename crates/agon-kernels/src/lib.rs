//! Fast CPU kernels in pure Rust: convolutions in every direction and matrix products, in 32-bit floats.
//!
//! Everything is slices in, slices out, on the threads of rayon's current pool, with the best instructions of the
//! machine ([`Isa`]). What is computed does not depend on the number of threads.
//!
//! This is the one crate of the workspace with `unsafe` code: loads and stores of vectors, and the rows of pixels
//! that tiles read. Each block says why it is sound.

mod conv;
mod gemm;
mod panels;
mod scratch;
mod share;
mod tile;
mod transpose;

pub use conv::Conv2d;
pub use gemm::{Matrix, multiply};
pub use tile::Isa;
