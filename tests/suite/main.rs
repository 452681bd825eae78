//! The tests of the whole library, in one binary.

#![allow(
    clippy::expect_used,
    clippy::panic_in_result_fn,
    clippy::type_complexity,
    clippy::unwrap_used,
    reason = "a test that fails should say so at once"
)]

mod augment;
mod checkpoints;
mod conformance;
mod damage;
mod data_files;
mod disk;
mod engine;
mod equations;
mod evaluation;
mod faults;
mod going_back;
mod golden;
mod health;
mod kill;
mod loading;
mod minmax;
mod optimizers;
mod pages;
mod report;
mod resume;
mod signals;
mod support;
mod traces;
