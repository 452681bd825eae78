//! Evaluation of generative models that can be trusted: any samples, any feature extractor, offline.
//!
//! A [`Metric`] takes real and generated samples in batches, as burn tensors on any device, and gives
//! [`Figure`]s: values that say how sure they are, how many samples they saw and by which [`Protocol`] they
//! were made. Metrics of several workers [`merge`](Metric::merge); a [`Report`] prints as a table and
//! serialises.
//!
//! ```
//! use agon_metrics::{Origin, Report, Rows};
//! use burn::prelude::*;
//!
//! let mut rows = Rows::new();
//! rows.push(Origin::Real, &Tensor::<2>::zeros([4, 3], &Device::default()))?;
//! assert_eq!((rows.len(), rows.width()), (4, 3));
//! # Ok::<(), agon_metrics::Error>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::approx_constant))]

pub mod classifiers;
mod collect;
pub mod contests;
pub mod coverage;
pub mod distances;
mod error;
pub mod extractors;
mod figure;
pub mod images;
mod jury;
pub mod likelihood;
mod linalg;
pub mod memorisation;
mod metric;
mod number;
mod pairs;
mod protocol;
mod random;
mod report;
mod rows;
pub mod sequences;
pub mod statistics;
mod summary;
#[cfg(test)]
mod testing;

pub use classifiers::*;
pub use collect::{Collect, Comparison};
pub use contests::*;
pub use coverage::*;
pub use distances::*;
pub use error::{Error, Result};
pub use extractors::*;
pub use figure::{Figure, Goal, Interval};
pub use images::*;
pub use jury::Jury;
pub use likelihood::*;
pub use memorisation::*;
pub use metric::{Metric, Origin};
pub use pairs::Neighbours;
pub use protocol::Protocol;
pub use report::Report;
pub use rows::Rows;
pub use sequences::*;
pub use statistics::*;
