use std::path::{Path, PathBuf};

use crate::Origin;

/// What can be wrong with samples, with settings, or with files of statistics and weights.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting which cannot work.
    #[error("{what}: expected {expected}, got {got}")]
    Config {
        /// The setting.
        what: String,
        /// What would work.
        expected: String,
        /// What was given.
        got: String,
    },
    /// There are not enough samples to say anything.
    #[error("too few {origin} samples for {what}: expected at least {expected}, got {got}")]
    TooFew {
        /// What needs them.
        what: String,
        /// Which samples are too few.
        origin: Origin,
        /// The fewest that would do.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// All samples are the same, so that they have no distribution to compare: a collapsed generator, or an
    /// extractor that sees nothing.
    #[error("the features are constant: all {count} {origin} samples are the same")]
    Constant {
        /// Which samples.
        origin: Origin,
        /// How many there are.
        count: usize,
    },
    /// A sample holds NaN or an infinity.
    #[error("{origin} sample {index} is not finite: value {position} of it is {value}")]
    NotFinite {
        /// Which samples.
        origin: Origin,
        /// The sample, counted from 0 in the order they came.
        index: usize,
        /// The place in the sample.
        position: usize,
        /// What stands there.
        value: f64,
    },
    /// Samples whose shape does not fit the others, or the metric.
    #[error("the shape of {what}: expected {expected}, got {got}")]
    Shape {
        /// What has the shape.
        what: String,
        /// What would fit.
        expected: String,
        /// What came.
        got: String,
    },
    /// A computation that did not converge.
    #[error("{what} did not converge: {reason}")]
    Diverged {
        /// What was computed.
        what: String,
        /// What was seen.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file that cannot be used.
    #[error("{path}: expected {expected}, got {got}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What would be usable.
        expected: String,
        /// What is there.
        got: String,
    },
    /// The device failed while values were read from it.
    #[error("the device failed: {0}")]
    Device(String),
    /// Whatever a metric or an extractor of one's own wants to say.
    #[error("{0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A setting that cannot work: what it is, what would do, and what was given.
    pub fn config(what: impl ToString, expected: impl ToString, got: impl ToString) -> Self {
        Self::Config {
            what: what.to_string(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }

    /// A shape that does not fit.
    pub fn shape(what: impl ToString, expected: impl ToString, got: impl ToString) -> Self {
        Self::Shape {
            what: what.to_string(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }

    /// An error of the operating system at `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }

    /// A file that cannot be used.
    pub fn file(path: impl AsRef<Path>, expected: impl ToString, got: impl ToString) -> Self {
        Self::File {
            path: path.as_ref().to_owned(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }

    /// Any other error, or a plain message.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
}

/// Says that a setting cannot work unless `holds`.
pub(crate) fn ensure(holds: bool, what: &str, expected: &str, got: impl ToString) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::config(what, expected, got))
    }
}

/// Says that there are too few samples unless there are at least `expected`.
pub(crate) fn enough(what: &str, origin: Origin, expected: usize, got: usize) -> Result<()> {
    if got >= expected {
        return Ok(());
    }
    Err(Error::TooFew {
        what: what.to_owned(),
        origin,
        expected,
        got,
    })
}
