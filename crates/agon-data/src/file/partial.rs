use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file in the making, under a hidden name beside its own: it appears whole or not at all.
pub(crate) struct Partial {
    path: PathBuf,
    hidden: PathBuf,
    file: Option<File>,
}

impl Partial {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let parent = path.parent().unwrap_or(Path::new("."));
        if !parent.as_os_str().is_empty() {
            fs::create_dir_all(parent).map_err(|error| Error::io(parent, error))?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = path.with_file_name(format!(".{name}.partial.{}", std::process::id()));
        let file = File::create(&hidden).map_err(|error| Error::io(&hidden, error))?;
        Ok(Self {
            path: path.to_owned(),
            hidden,
            file: Some(file),
        })
    }

    /// Gives it its name, once it is on the disk.
    pub(crate) fn commit(mut self) -> Result<()> {
        let synced = self.file.take().map_or(Ok(()), |file| file.sync_all());
        synced
            .and_then(|()| fs::rename(&self.hidden, &self.path))
            .map_err(|error| Error::io(&self.path, error))
    }

    /// Writes a whole file.
    pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
        let mut partial = Self::create(path)?;
        partial.write_all(bytes).map_err(|error| Error::io(path, error))?;
        partial.commit()
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After a commit there is nothing left under this name.
        let _ = fs::remove_file(&self.hidden);
    }
}
