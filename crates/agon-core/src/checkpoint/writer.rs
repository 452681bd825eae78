use std::fs;
use std::path::{Path, PathBuf};

use super::atomic::{hidden_beside, is_file_name, parent_of, sync_directory, write_synced};
use super::manifest::{CHECK, FileMark, MANIFEST, Manifest, checksum};
use crate::{Error, Result};

/// What a checkpoint is called by while a new one takes its place.
pub(super) const REPLACED: &str = "replaced";

/// A checkpoint in the making: invisible until it is committed, gone if it never comes to that.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    staging: PathBuf,
    files: Vec<FileMark>,
}

impl Writer {
    pub(crate) fn begin(path: &Path) -> Result<Self> {
        let staging = hidden_beside(path, "partial");
        if staging.exists() {
            fs::remove_dir_all(&staging).map_err(|error| Error::io(&staging, error))?;
        }
        fs::create_dir_all(&staging).map_err(|error| Error::io(&staging, error))?;
        Ok(Self {
            path: path.to_owned(),
            staging,
            files: Vec::new(),
        })
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`Error::Config`] if there is one of this name already, or the name has folders in it: the checkpoint could be
    /// written, but not be read. [`Error::Io`] if it cannot be written.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if !is_file_name(name) {
            return Err(Error::config(
                "a file of a checkpoint",
                "the name of a file",
                format!("`{name}`"),
            ));
        }
        if name == MANIFEST || self.files.iter().any(|mark| mark.name == name) {
            return Err(Error::config(
                "files of a checkpoint",
                "different names",
                format!("two `{name}`"),
            ));
        }
        write_synced(&self.staging.join(name), bytes)?;
        self.files.push(FileMark {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            crc32: crc32fast::hash(bytes),
        });
        Ok(())
    }

    /// Makes the checkpoint visible, in one step. One of the same name is replaced.
    pub(crate) fn commit(mut self, mut manifest: Manifest) -> Result<()> {
        manifest.files = std::mem::take(&mut self.files);
        let mut paper = serde_json::to_value(&manifest).map_err(Error::other)?;
        paper[CHECK] = checksum(&paper).into();
        let text = serde_json::to_vec_pretty(&paper).map_err(Error::other)?;
        write_synced(&self.staging.join(MANIFEST), &text)?;
        sync_directory(&self.staging)?;
        if self.path.exists() {
            // A directory cannot be renamed onto another. In between, readers look for the old one under its
            // hidden name.
            let old = hidden_beside(&self.path, REPLACED);
            let _ = fs::remove_dir_all(&old);
            fs::rename(&self.path, &old).map_err(|error| Error::io(&self.path, error))?;
            if let Err(error) = fs::rename(&self.staging, &self.path) {
                let _ = fs::rename(&old, &self.path);
                return Err(Error::io(&self.path, error));
            }
            // Not before the new name is on the disk: until then the old one may be the only copy.
            sync_directory(&parent_of(&self.path))?;
            fs::remove_dir_all(&old).map_err(|error| Error::io(&old, error))?;
        } else {
            fs::rename(&self.staging, &self.path).map_err(|error| Error::io(&self.path, error))?;
        }
        sync_directory(&parent_of(&self.path))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // After a commit there is nothing left under this name.
        let _ = fs::remove_dir_all(&self.staging);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_file_of_one_name_is_refused() {
        let path = std::env::temp_dir().join(format!("agon-writer-{}", std::process::id()));
        let mut writer = Writer::begin(&path).unwrap();
        writer.put("a.bpk", b"first").unwrap();
        for name in ["a.bpk", "b/c.bpk", "..", "manifest.json"] {
            let error = writer.put(name, b"second").unwrap_err();
            assert!(matches!(error, Error::Config { .. }), "{name}: {error}");
        }
        assert_eq!(fs::read(writer.staging.join("a.bpk")).unwrap(), b"first");
    }
}
