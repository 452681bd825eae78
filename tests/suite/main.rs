//! The tests of the whole library, in one binary.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that fails should say so at once"
)]

mod checkpoints;
mod conformance;
mod disk;
mod engine;
mod faults;
mod going_back;
mod golden;
mod health;
mod kill;
mod minmax;
mod resume;
mod signals;
mod support;
mod traces;
