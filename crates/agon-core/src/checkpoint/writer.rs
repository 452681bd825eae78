use std::fs;
use std::path::{Path, PathBuf};

use super::atomic::{hidden_beside, parent_of, sync_directory, write_synced};
use super::manifest::{CHECK, FileMark, Manifest, checksum};
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
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
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
        write_synced(&self.staging.join("manifest.json"), &text)?;
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
