use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use agon_core::{Error, Result};

use super::crc32c::masked;

const PREFIX: &str = "events.out.tfevents.";

/// A file of events, each handed to the operating system whole.
#[derive(Debug)]
pub(super) struct EventFile {
    file: File,
    path: PathBuf,
}

impl EventFile {
    /// A new file in this folder, named by the time in seconds since 1970, or by a later one: TensorBoard
    /// reads files in the order of their names.
    pub fn create(folder: &Path, seconds: u64) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        let mut seconds = newest(folder).map_or(seconds, |newest| seconds.max(newest + 1));
        loop {
            let path = folder.join(format!("{PREFIX}{seconds:010}.agon"));
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => seconds += 1,
                Err(error) => return Err(Error::io(path, error)),
            }
        }
    }

    /// Adds an event.
    pub fn write(&mut self, event: &[u8]) -> Result<()> {
        self.file
            .write_all(&framed(event))
            .map_err(|error| Error::io(&self.path, error))
    }
}

/// A record: length, its checksum, the event, its checksum.
fn framed(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(event.len() + 16);
    record.extend(length);
    record.extend(masked(&length).to_le_bytes());
    record.extend(event);
    record.extend(masked(event).to_le_bytes());
    record
}

/// The latest time in the names of a folder's files.
fn newest(folder: &Path) -> Option<u64> {
    let entries = fs::read_dir(folder).ok()?;
    let time = |name: &str| name.strip_prefix(PREFIX)?.split('.').next()?.parse().ok();
    entries
        .filter_map(|entry| time(entry.ok()?.file_name().to_str()?))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn a_record_has_its_length_and_two_checksums() {
        let record = framed(b"123456789");
        assert_eq!(record[..8], [9, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(record[8..12], masked(&record[..8]).to_le_bytes());
        assert_eq!(&record[12..21], b"123456789");
        assert_eq!(record[21..], masked(b"123456789").to_le_bytes());
    }

    #[test]
    fn later_files_have_later_names() {
        let folder = Folder::new("events");
        let paths: Vec<_> = [1_700_000_000, 1_700_000_000, 1_600_000_000]
            .map(|seconds| EventFile::create(folder.path(), seconds).unwrap().path)
            .into();
        assert!(
            paths.is_sorted() && paths[0] != paths[1] && paths[1] != paths[2],
            "{paths:?}"
        );
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(EventFile::create(&file, 0).is_err());
    }
}
