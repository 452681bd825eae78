//! `--data PATH`: images of one's own instead of those that an example draws.

use std::path::PathBuf;

use agon::data::{Dataset, Glyphs, ImageOptions, Images, Result, open_images};
use agon::prelude::{Device, Tensor};
use clap::Args;

/// Options of every example that trains on images.
#[derive(Debug, Clone, Args)]
pub struct ImageData {
    /// Train on the images there: a folder, an IDX file, CIFAR's binary files, .npy, .npz or safetensors
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Which array of an .npz or a safetensors file has the images
    #[arg(long, value_name = "NAME", requires = "data")]
    array: Option<String>,
    /// See the images in 1 (grey) or 3 channels [default: as they are]
    #[arg(long, requires = "data")]
    channels: Option<usize>,
}

impl ImageData {
    /// The images at `--data`, of so many pixels a side, else these glyphs, which are grey.
    pub fn open(&self, glyphs: Glyphs, size: usize) -> Result<Pictures> {
        let Some(path) = &self.data else {
            return Ok(Pictures::Drawn(glyphs.size(size), [1, size, size]));
        };
        let mut options = ImageOptions::new().size(size);
        if let Some(name) = &self.array {
            options = options.array(name);
        }
        if let Some(channels) = self.channels {
            options = options.channels(channels);
        }
        Ok(Pictures::Read(open_images(path, &options)?))
    }
}

/// Images that are drawn, or read.
#[derive(Debug, Clone)]
pub enum Pictures {
    Drawn(Glyphs, [usize; 3]),
    Read(Images),
}

impl Pictures {
    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        match self {
            Self::Drawn(_, shape) => *shape,
            Self::Read(images) => images.shape(),
        }
    }
}

impl Dataset for Pictures {
    type Batch = Tensor<4>;

    fn items(&self) -> Option<u64> {
        match self {
            Self::Drawn(glyphs, _) => glyphs.items(),
            Self::Read(images) => images.items(),
        }
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<4>> {
        match self {
            Self::Drawn(glyphs, _) => glyphs.gather(items, seed, device),
            Self::Read(images) => images.gather(items, seed, device),
        }
    }
}
