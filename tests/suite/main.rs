//! The tests of the whole library, in one binary.

mod checkpoints;
mod conformance;
mod engine;
mod golden;
mod kill;
mod resume;
mod support;
