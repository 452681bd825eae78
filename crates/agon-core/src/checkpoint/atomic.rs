use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Replaces the file at `path` with these bytes: a reader sees the old file or the new one, never a part.
///
/// # Errors
/// [`Error::Io`] with the path; the old file is as it was.
pub fn write_atomically(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let path = path.as_ref();
    let parent = parent_of(path);
    fs::create_dir_all(&parent).map_err(|error| Error::io(&parent, error))?;
    let partial = hidden_beside(path, "partial");
    let written = write_synced(&partial, bytes).and_then(|()| {
        fs::rename(&partial, path).map_err(|error| Error::io(path, error))?;
        sync_directory(&parent)
    });
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Writes a file and waits until it is on the disk.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| Error::io(path, error))
}

/// Waits until the names in a directory are on the disk.
pub(super) fn sync_directory(path: &Path) -> Result<()> {
    // Directories cannot be opened for this everywhere; where they cannot, the rename is all there is.
    match File::open(path) {
        Ok(directory) if cfg!(unix) => directory.sync_all().map_err(|error| Error::io(path, error)),
        _ => Ok(()),
    }
}

pub(super) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether this is the name of a file, without folders, wherever the file may be carried.
pub(crate) fn is_file_name(name: &str) -> bool {
    Path::new(name).file_name() == Some(name.as_ref()) && !name.contains(['/', '\\', '\0'])
}

/// `.name.<what>.<process>` beside `path`.
pub(super) fn hidden_beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    parent_of(path).join(format!(".{name}.{what}.{}", std::process::id()))
}
