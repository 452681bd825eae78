//! Folders for tests.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};

/// A fresh folder for one test, removed when the test is over.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("agon-data-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes an image of that many pixels, the left half as bright as `bright`, the rest 10 brighter.
    pub(crate) fn image(&self, name: &str, (width, height): (u32, u32), bright: u8) -> PathBuf {
        let path = self.write(name, &[]);
        let grey = |x| if 2 * x < width { bright } else { bright + 10 };
        RgbImage::from_fn(width, height, |x, _| Rgb([grey(x); 3]))
            .save(&path)
            .unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
