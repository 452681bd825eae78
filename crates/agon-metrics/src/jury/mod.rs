//! One extractor, many metrics.

mod any_metric;
#[allow(clippy::module_inception)]
mod jury;

pub use jury::Jury;
