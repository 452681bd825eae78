use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Bytes;
use crate::error::Result;

/// Where the bytes of a file come from: a path, or memory.
///
/// Readers take anything that can become one, so `Array::npy("images.npy")` reads a file and
/// `Array::npy(bytes)` what a program has at hand.
///
/// # Example
/// ```
/// use agon_data::{Array, Source};
///
/// assert!(Array::idx("no/such/file").is_err());
/// let one_byte = vec![0, 0, 8, 1, 0, 0, 0, 1, 42];
/// assert_eq!(Array::idx(Source::from(one_byte))?.shape(), [1]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Source(Kind);

#[derive(Clone)]
enum Kind {
    Path(PathBuf),
    Memory(Arc<Vec<u8>>),
}

impl Source {
    /// Looks at the file: there must be one.
    pub(crate) fn open(self) -> Result<Bytes> {
        match self.0 {
            Kind::Path(path) => Bytes::open(&path),
            Kind::Memory(bytes) => Ok(Bytes::memory(Path::new("bytes in memory"), bytes)),
        }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self(Kind::Path(path.to_owned()))
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self(Kind::Path(path))
    }
}

impl From<&PathBuf> for Source {
    fn from(path: &PathBuf) -> Self {
        Self(Kind::Path(path.clone()))
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Self {
        Self(Kind::Path(path.into()))
    }
}

impl From<String> for Source {
    fn from(path: String) -> Self {
        Self(Kind::Path(path.into()))
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Memory(Arc::new(bytes)))
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Path(path) => f.debug_tuple("Source").field(path).finish(),
            Kind::Memory(bytes) => write!(f, "Source({} bytes)", bytes.len()),
        }
    }
}
