//! All of `agon-kernels` but what is between it and burn.
#![allow(dead_code, unused_imports, reason = "burn's operations are what uses them")]

#[path = "../src/adam.rs"]
mod adam;
#[path = "../src/conv/mod.rs"]
mod conv;
#[path = "../src/draw.rs"]
mod draw;
#[cfg(test)]
#[path = "../src/drawn.rs"]
mod drawn;
#[path = "../src/gemm.rs"]
mod gemm;
#[path = "../src/largest.rs"]
mod largest;
#[path = "../src/normalize.rs"]
mod normalize;
#[path = "../src/panels.rs"]
mod panels;
#[path = "../src/pointwise.rs"]
mod pointwise;
#[path = "../src/pool.rs"]
mod pool;
#[path = "../src/resample.rs"]
mod resample;
#[path = "../src/scratch.rs"]
mod scratch;
#[path = "../src/share.rs"]
mod share;
#[path = "../src/tasks.rs"]
mod tasks;
#[path = "../src/team.rs"]
mod team;
#[path = "../src/tile/mod.rs"]
mod tile;
#[path = "../src/transpose.rs"]
mod transpose;

pub use adam::Adam;
pub use conv::Conv2d;
pub use draw::draw;
pub use gemm::{Matrix, multiply};
pub use largest::{largest, to_largest};
pub use normalize::BatchNorm;
pub use pointwise::Unit;
pub use pool::release_memory;
pub use resample::Blocks;
pub use tile::Isa;
