use std::path::{Path, PathBuf};

use burn::prelude::{Int, Tensor};

/// What can go wrong between a configuration and a trained generator.
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
    /// The data set holds no batch at all.
    #[error("the data set is empty: expected at least one batch, got none")]
    EmptyData,
    /// The data could not be read or made.
    #[error("data: {0}")]
    Data(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A loss, or another measurement, is no longer a finite number.
    #[error("round {round}: `{name}` is {value}; the last finite checkpoint is the place to go back to")]
    NotFinite {
        /// The first round in which it was seen.
        round: u64,
        /// The measurement.
        name: String,
        /// Its value: NaN or an infinity.
        value: f64,
    },
    /// Training went wrong, and what was to mend it did not.
    #[error("round {round}: {what}")]
    Unhealthy {
        /// The round in which it was given up.
        round: u64,
        /// What is wrong, and what was tried.
        what: String,
    },
    /// User code, a network or the backend panicked.
    #[error("round {round} panicked: {message}")]
    Panic {
        /// The round which did not finish.
        round: u64,
        /// What the panic said.
        message: String,
    },
    /// The device failed while values were read from it.
    #[error("the device failed: {0}")]
    Device(String),
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A checkpoint cannot be used.
    #[error("checkpoint {path}: expected {expected}, got {got}", path = path.display())]
    Checkpoint {
        /// The directory, or the file in it.
        path: PathBuf,
        /// What would be usable.
        expected: String,
        /// What is there.
        got: String,
    },
    /// Something an observer or a game of one's own wants to say.
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

    /// An error of a device which values were read from.
    pub fn device(error: impl ToString) -> Self {
        Self::Device(error.to_string())
    }

    /// An error unless this holds of a setting.
    pub fn unless(holds: bool, what: impl ToString, expected: impl ToString, got: impl ToString) -> Result<()> {
        match holds {
            true => Ok(()),
            false => Err(Self::config(what, expected, got)),
        }
    }

    /// An error unless the setting is a finite number of at least zero.
    pub fn unless_at_least_zero(what: impl ToString, value: f64) -> Result<()> {
        let holds = value.is_finite() && value >= 0.0;
        Self::unless(holds, what, "a finite number of at least 0", value)
    }

    /// An error unless the setting is a finite number above zero.
    pub fn unless_above_zero(what: impl ToString, value: f64) -> Result<()> {
        let holds = value.is_finite() && value > 0.0;
        Self::unless(holds, what, "a finite number above 0", value)
    }

    /// An error unless the setting is a number from zero to one.
    pub fn unless_part(what: impl ToString, value: f64) -> Result<()> {
        Self::unless((0.0..=1.0).contains(&value), what, "a number in [0, 1]", value)
    }

    /// An error unless all of these (labels, tokens) are from zero up and below `bound`. They are read from their
    /// device.
    pub fn unless_below<const D: usize>(what: impl ToString, values: Tensor<D, Int>, bound: usize) -> Result<()> {
        let read = values.try_into_vec_as::<i64>().map_err(Self::device)?;
        let outside = |value: &i64| usize::try_from(*value).map_or(true, |value| value >= bound);
        let Some(value) = read.into_iter().find(outside) else {
            return Ok(());
        };
        let expected = match bound {
            0 => "none at all".to_owned(),
            _ => format!("one of 0 to {}", bound - 1),
        };
        Err(Self::config(what, expected, value))
    }

    /// An error of the operating system at `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }

    /// A checkpoint that cannot be used.
    pub fn checkpoint(path: impl AsRef<Path>, expected: impl ToString, got: impl ToString) -> Self {
        Self::Checkpoint {
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
