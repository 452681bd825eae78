//! The tests of the whole library, in one binary.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that fails should say so at once"
)]

mod checkpoints;
mod conformance;
mod data_files;
mod engine;
mod evaluation;
mod golden;
mod kill;
mod minmax;
mod resume;
mod support;
