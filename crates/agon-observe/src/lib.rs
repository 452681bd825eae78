//! Progress, logs and image grids for adversarial training.
//!
//! Observers that a trainer of `agon-core` runs with: [`Progress`] says how far the run has come,
//! [`MetricsLog`] writes its figures down, [`SampleGrid`] draws what the generator makes, [`Evaluate`] judges
//! it, and [`StopOnInterrupt`] lets Ctrl-C end it in good order. To draw by oneself: [`image_grid`], [`scatter`] and
//! [`write_png`].
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod evaluate;
mod image;
mod image_grid;
mod interrupt;
mod metrics_log;
mod progress;
mod sample_grid;
mod scatter;
#[cfg(test)]
mod testing;

pub use evaluate::Evaluate;
pub use image::{Image, write_png};
pub use image_grid::image_grid;
pub use interrupt::StopOnInterrupt;
pub use metrics_log::{LogFormat, MetricsLog};
pub use progress::Progress;
pub use sample_grid::{Drawable, SampleGrid};
pub use scatter::scatter;
