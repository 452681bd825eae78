//! Progress, logs, image grids and reports for adversarial training.
//!
//! Observers that a trainer of `agon-core` runs with: [`Progress`] says how far the run has come,
//! [`MetricsLog`] writes its figures down, [`Report`] shows all of it in one HTML file, [`TensorBoard`] writes
//! what TensorBoard reads, [`SampleGrid`] draws what the generator makes, [`RunManifest`] says what it was,
//! [`Evaluate`] judges it, [`Health`] sees trouble and does something about it, and [`StopOnInterrupt`] lets Ctrl-C end it in good order.
//!
//! To look into what was learned: [`latent`] walks through codes, [`Neighbours`] sets samples beside the
//! nearest real images, and [`BlindTest`] asks people which are which. To draw by oneself: [`image_grid`],
//! [`scatter`] and [`write_png`]; to hand samples to other programs one by one: [`write_images`].
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod blind_test;
mod dashboard;
mod evaluate;
mod health;
mod image;
mod image_files;
mod image_grid;
mod interrupt;
pub mod latent;
mod metrics_log;
mod neighbours;
mod page;
mod progress;
mod report;
mod run_manifest;
mod sample_grid;
mod scatter;
mod strip;
mod tensorboard;
#[cfg(test)]
mod testing;

pub use blind_test::BlindTest;
pub use dashboard::{Dashboard, Every};
pub use evaluate::Evaluate;
pub use health::{FeaturesOf, Health, NoSamples, Remedy, SampleFeatures, SlowDown, Symptom, Trouble};
pub use image::{Image, write_png};
pub use image_files::write_images;
pub use image_grid::image_grid;
pub use interrupt::{StopOnInterrupt, interrupted};
pub use latent::Latent;
pub use metrics_log::{LogFormat, MetricsLog};
pub use neighbours::{Neighbour, Neighbours};
pub use progress::Progress;
pub use report::Report;
pub use run_manifest::{Command, Difference, Machine, PlayerRecord, RunManifest, RunRecord, Versions};
pub use sample_grid::{Drawable, SampleGrid};
pub use scatter::scatter;
pub use tensorboard::TensorBoard;
