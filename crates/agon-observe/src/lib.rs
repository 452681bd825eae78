//! Progress, logs and image grids for adversarial training.
//!
//! Observers that a trainer of `agon-core` runs with: [`Progress`] says how far the run has come,
//! [`MetricsLog`] writes its figures down, [`SampleGrid`] draws what the generator makes,
//! [`Health`] sees trouble and does something about it, and [`StopOnInterrupt`] lets Ctrl-C end it in good order. To draw by oneself: [`image_grid`], [`scatter`] and
//! [`write_png`].
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod health;
mod image;
mod image_grid;
mod interrupt;
mod metrics_log;
mod progress;
mod run_manifest;
mod sample_grid;
mod scatter;
#[cfg(test)]
mod testing;

pub use health::{FeaturesOf, Health, NoSamples, Remedy, SampleFeatures, SlowDown, Symptom, Trouble};
pub use image::{Image, write_png};
pub use image_grid::image_grid;
pub use interrupt::{StopOnInterrupt, interrupted};
pub use metrics_log::{LogFormat, MetricsLog};
pub use progress::Progress;
pub use run_manifest::{Command, Difference, Machine, PlayerRecord, RunManifest, RunRecord, Versions};
pub use sample_grid::{Drawable, SampleGrid};
pub use scatter::scatter;
