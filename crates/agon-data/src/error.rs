/// What can be wrong with a data set, or with what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting which cannot work.
    #[error("{what}: expected {expected}, got {got}")]
    Config {
        /// The setting.
        what: &'static str,
        /// What would work.
        expected: String,
        /// What was given.
        got: String,
    },
    /// There is nothing to make a batch of.
    #[error("the data set is empty: expected at least one batch, got none")]
    Empty,
    /// Values could not be read from the device.
    #[error("the device failed: {0}")]
    Device(String),
    /// Whatever a data set of one's own wants to say.
    #[error("{0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A setting that cannot work: what it is, what would do, and what was given.
    pub fn config(what: &'static str, expected: impl ToString, got: impl ToString) -> Self {
        Self::Config {
            what,
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

/// Says what is wrong with `what` unless `holds`.
pub(crate) fn ensure(holds: bool, what: &'static str, expected: &str, got: impl ToString) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::config(what, expected, got.to_string()))
    }
}

#[cfg(feature = "engine")]
impl From<Error> for agon_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Config { what, expected, got } => Self::config(what, expected, got),
            Error::Empty => Self::EmptyData,
            Error::Device(message) => Self::Device(message),
            other => Self::Data(Box::new(other)),
        }
    }
}
