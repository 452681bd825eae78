use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::{Error, Result};

/// Bytes at rest: a file as it was when it was looked at, or memory.
///
/// A file is opened anew for every use, so that copies are cheap, nothing is shared between threads, and a
/// file that was replaced, cut or removed meanwhile is noticed instead of read as if it were the old one.
#[derive(Clone)]
pub(crate) struct Bytes {
    path: Arc<Path>,
    at: At,
}

#[derive(Clone)]
enum At {
    Memory(Arc<Vec<u8>>),
    File { length: u64, modified: Option<SystemTime> },
}

impl Bytes {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let metadata = fs::metadata(path).map_err(|error| Error::io(path, error))?;
        if !metadata.is_file() {
            return Err(Error::file(path, "a file", "something else"));
        }
        let at = At::File {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        Ok(Self { path: path.into(), at })
    }

    /// Bytes in memory. `path` is what errors call them.
    pub(crate) fn memory(path: &Path, bytes: Arc<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            at: At::Memory(bytes),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file they are read from batch by batch, if they are.
    pub(crate) fn streamed_from(&self) -> Option<PathBuf> {
        matches!(self.at, At::File { .. }).then(|| self.path.to_path_buf())
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.at {
            At::Memory(bytes) => bytes.len() as u64,
            At::File { length, .. } => *length,
        }
    }

    /// This part of them. That it lies within is checked before anything is allocated.
    pub(crate) fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.check(offset, length)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| self.outside(offset, length))?];
        self.cursor()?.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Whether this part lies within.
    pub(crate) fn check(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.len() => Ok(()),
            _ => Err(self.outside(offset, length)),
        }
    }

    fn outside(&self, offset: u64, length: u64) -> Error {
        let got = format!("a file of {} bytes", self.len());
        self.error(format!("{length} bytes from byte {offset} on"), got)
    }

    /// For several reads in a row.
    pub(crate) fn cursor(&self) -> Result<Cursor<'_>> {
        Ok(match &self.at {
            At::Memory(bytes) => Cursor::Memory(&self.path, bytes),
            At::File { .. } => Cursor::File(&self.path, self.reopen()?),
        })
    }

    /// All of them, in order.
    pub(crate) fn reader(&self) -> Result<Reader> {
        Ok(match &self.at {
            At::Memory(bytes) => Reader::Memory(io::Cursor::new(Shared(bytes.clone()))),
            At::File { .. } => Reader::File(BufReader::new(self.reopen()?)),
        })
    }

    /// The file, if it is still the one that was looked at.
    fn reopen(&self) -> Result<File> {
        let file = File::open(&self.path).map_err(|error| Error::io(&self.path, error))?;
        let now = file.metadata().map_err(|error| Error::io(&self.path, error))?;
        match &self.at {
            At::File { length, modified } if now.len() != *length || now.modified().ok() != *modified => {
                let expected = format!("the file of {length} bytes that was opened first");
                let got = format!("one of {} bytes: it was changed meanwhile", now.len());
                Err(self.error(expected, got))
            }
            _ => Ok(file),
        }
    }

    pub(crate) fn error(&self, expected: impl ToString, got: impl ToString) -> Error {
        Error::file(&self.path, expected, got)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path.display(), self.len())
    }
}

/// Reads at places.
pub(crate) enum Cursor<'a> {
    Memory(&'a Path, &'a [u8]),
    File(&'a Path, File),
}

impl Cursor<'_> {
    /// Fills `into` with what is at `offset`.
    pub(crate) fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<()> {
        let (path, read) = match self {
            Self::Memory(path, bytes) => (path, copy(bytes, offset, into)),
            Self::File(path, file) => (
                path,
                file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(into)),
            ),
        };
        read.map_err(|error| Error::io(path, error))
    }
}

fn copy(bytes: &[u8], offset: u64, into: &mut [u8]) -> io::Result<()> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.checked_add(into.len());
    let part = end.and_then(|end| bytes.get(start..end));
    into.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
    Ok(())
}

/// Reads from the beginning.
pub(crate) enum Reader {
    Memory(io::Cursor<Shared>),
    File(BufReader<File>),
}

pub(crate) struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(cursor) => cursor.read(into),
            Self::File(file) => file.read(into),
        }
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(cursor) => cursor.seek(to),
            Self::File(file) => file.seek(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn a_part_outside_is_refused_before_anything_is_allocated() {
        let bytes = Bytes::memory(Path::new("x"), Arc::new(vec![1, 2, 3]));
        assert_eq!(bytes.read(1, 2).unwrap(), [2, 3]);
        for (offset, length) in [(0, 4), (3, 1), (1 << 60, 1), (0, 1 << 60), (u64::MAX, u64::MAX)] {
            assert!(bytes.read(offset, length).is_err());
        }
    }

    #[test]
    fn a_file_that_changed_or_went_is_an_error() {
        let folder = Folder::new();
        let path = folder.write("a.bin", b"abcdef");
        let bytes = Bytes::open(&path).unwrap();
        assert_eq!(bytes.read(2, 3).unwrap(), b"cde");
        folder.write("a.bin", b"abc");
        let error = bytes.read(2, 3).unwrap_err().to_string();
        assert!(
            error.contains("a.bin") && error.contains("changed meanwhile"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
        assert!(matches!(bytes.read(2, 3), Err(Error::Io { .. })));
    }

    #[test]
    fn a_folder_is_no_file() {
        assert!(Bytes::open(&std::env::temp_dir()).is_err());
    }
}
