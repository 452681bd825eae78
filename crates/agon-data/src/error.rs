use std::path::{Path, PathBuf};

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
    /// A file or folder could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: expected {expected}, got {got}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What would be usable.
        expected: String,
        /// What is there.
        got: String,
    },
    /// A published data set is neither in its folder nor to be had.
    #[error("{name} could not be fetched ({reason}); put by hand into {folder}:{files}", folder = folder.display())]
    Unavailable {
        /// The data set.
        name: &'static str,
        /// Why there is no way to it.
        reason: String,
        /// Where its files are looked for.
        folder: PathBuf,
        /// What is missing there: a line for each file, with its checksum.
        files: String,
    },
    /// Values could not be read from the device.
    #[error("the device failed: {0}")]
    Device(String),
    /// The data set panicked while it made a batch.
    #[error("the data set panicked at {}: {message}", numbers(items))]
    Panic {
        /// The numbers of the items that were asked for.
        items: Vec<u64>,
        /// What the panic said.
        message: String,
    },
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

    /// An error of the operating system at `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }

    /// A file that is not what it should be: what would do, and what is there.
    pub fn file(path: impl AsRef<Path>, expected: impl ToString, got: impl ToString) -> Self {
        Self::File {
            path: path.as_ref().to_owned(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

/// Items as a message names them: the first few, and how many they are.
fn numbers(items: &[u64]) -> String {
    const FEW: usize = 8;
    let few: Vec<String> = items.iter().take(FEW).map(ToString::to_string).collect();
    let few = few.join(", ");
    match items.len() {
        1 => format!("item {few}"),
        n if n <= FEW => format!("the items {few}"),
        n => format!("the items {few} and {} more", n - FEW),
    }
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
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
