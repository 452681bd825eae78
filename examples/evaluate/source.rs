//! Where images come from: a folder, or a file of arrays.

use std::path::Path;

use agon::data::{Dataset, ImageFolder, ImageOptions, Images, open_images};
use agon::prelude::{Batched, Device, Tensor};
use image::{ImageDecoder, ImageReader};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How images are seen; what is not said is as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Pixels a side.
    pub size: Option<usize>,
    /// 1 or 3.
    pub channels: Option<usize>,
}

/// A set of images, some of them at a time, in an order that a seed decides.
pub struct Source {
    batches: Batched<Images>,
    items: u64,
    batch: u64,
    preparation: String,
}

impl Source {
    /// The images at this path, of which at most `limit` are taken.
    pub fn open(path: &Path, seen: Seen, limit: Option<u64>, batch: usize) -> Result<Self> {
        let mut images = open_images(path, &options(seen))?;
        // A folder does not make images alike by itself: they are resized unless they are of this size.
        if path.is_dir() && images.streams_from() == [path] {
            images = open_images(path, &options(as_they_are(path, seen)?))?;
        }
        let [channels, height, width] = images.shape();
        let how = match seen.size {
            Some(_) => "resized, antialiased, to",
            None => "images as they are,",
        };
        let items = images.items().unwrap_or_default();
        Ok(Self {
            batches: images.batches(batch),
            items: limit.map_or(items, |limit| items.min(limit)),
            batch: batch as u64,
            preparation: format!("{how} {channels} x {height} x {width}"),
        })
    }

    /// How many images it gives.
    pub fn len(&self) -> u64 {
        self.items
    }

    /// What was done to images of which the extractor knows nothing.
    pub fn preparation(&self) -> String {
        self.preparation.clone()
    }

    /// How many batches that makes.
    pub fn batches(&self) -> u64 {
        self.items.div_ceil(self.batch.max(1))
    }

    /// One batch.
    pub fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<Tensor<4>> {
        let images = self.batches.batch(index, seed, device)?;
        let wanted = (self.items - index * self.batch).min(images.dims()[0] as u64);
        Ok(images.narrow(0, 0, wanted as usize))
    }
}

fn options(seen: Seen) -> ImageOptions {
    let options = ImageOptions::new();
    let options = seen.size.into_iter().fold(options, ImageOptions::size);
    seen.channels.into_iter().fold(options, ImageOptions::channels)
}

/// What is not said, by the images in a folder: their side, which must be the same of all, and grey if all are.
fn as_they_are(path: &Path, seen: Seen) -> Result<Seen> {
    let folder = ImageFolder::open(path)?;
    let (mut size, mut channels) = (None, 1);
    for image in (0..folder.items().unwrap_or_default()).filter_map(|item| folder.path(item)) {
        let failed = |error: &dyn std::error::Error| format!("{}: {error}", image.display());
        let reader = ImageReader::open(&image).and_then(ImageReader::with_guessed_format);
        let decoder = reader.map_err(|error| failed(&error))?.into_decoder();
        let decoder = decoder.map_err(|error| failed(&error))?;
        let (width, height) = decoder.dimensions();
        if seen.size.is_none() && (width != height || *size.get_or_insert(width) != width) {
            let path = image.display();
            return Err(
                format!("{path}: expected square images of one size, or --size, got {width} by {height}").into(),
            );
        }
        if decoder.color_type().has_color() {
            channels = 3;
        }
    }
    Ok(Seen {
        size: seen.size.or(size.map(|size| size as usize)),
        channels: seen.channels.or(Some(channels)),
    })
}
