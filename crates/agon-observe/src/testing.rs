//! What the tests of this crate share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agon_core::{AnyPlayer, Feed, Game, Measurements, Moment, Result, Round, Sampling};
use burn::prelude::{Device, Tensor};

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

/// A game which nobody plays; its samples are grey steps.
pub(crate) struct Idle;

impl Game for Idle {
    type Batch = ();

    fn play(&mut self, _data: &mut Feed<'_, ()>, _round: &mut Round) -> Result<()> {
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        Vec::new()
    }
}

impl Sampling for Idle {
    type Sample = Tensor<4>;

    fn sample(&self, n: usize, seed: u64) -> Tensor<4> {
        Tensor::full([n, 1, 4, 6], seed as f32 / 10.0, &Device::default())
    }
}

/// The moment after a round with these figures.
pub(crate) fn at<T>(
    step: u64,
    total: Option<u64>,
    figures: &[(&'static str, f64)],
    look: impl FnOnce(&mut Moment<'_, Idle>) -> T,
) -> T {
    let mut measured = Measurements::default();
    for &(name, value) in figures {
        measured.add_known(name, value);
    }
    look(&mut Moment {
        game: &mut Idle,
        step,
        total,
        position: step,
        seed: 7,
        figures: &mut measured,
    })
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
