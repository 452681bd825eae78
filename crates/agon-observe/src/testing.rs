//! What the tests of this crate share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agon_core::Measurements;

/// A folder that goes when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("agon-observe-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The figures of a round.
pub(crate) fn figures(known: &[(&'static str, f64)]) -> Measurements {
    let mut figures = Measurements::default();
    for &(name, value) in known {
        figures.add_known(name, value);
    }
    figures
}

/// A writer whose text can be read while it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paper(Arc<std::sync::Mutex<Vec<u8>>>);

impl Paper {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
