//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use agon_core::{Error, Result};

/// Writes a file in the place of whatever is there, making its directory if need be.
///
/// It is written beside its place first, so that whoever looks finds the old one or the new one.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    make_directory(path)?;
    let beside = beside(path);
    let written = write(&beside, contents).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // What is half written is of no use; that it cannot be removed would not help to know.
        let _ = fs::remove_file(&beside);
        Error::io(path, error)
    })
}

/// Makes the directory in which a file is to lie.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => {
            fs::create_dir_all(parent).map_err(|error| Error::io(parent, error))
        }
        _ => Ok(()),
    }
}

fn write(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn the_new_takes_the_place_of_the_old_and_leaves_nothing_else() {
        let folder = Folder::new("replace");
        let path = folder.path().join("deep/inside/file");
        replace(&path, b"old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = Folder::new("replace-err");
        let path = folder.path().join("file");
        replace(&path, b"a file").unwrap();
        let inside = path.join("inside");
        let message = replace(&inside, b"x").unwrap_err().to_string();
        assert!(message.starts_with(&path.display().to_string()), "{message}");
    }
}
