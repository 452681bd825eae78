//! Where images come from: a folder, or a file of arrays.

use std::path::Path;

use agon::data::{Dataset, ImageFolder, ImageOptions, open_images};
use agon::prelude::{Device, Tensor};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
type Take = Box<dyn FnMut(u64, u64, &Device) -> agon::data::Result<Tensor<4>>>;

/// A set of images, some of them at a time, in an order that a seed decides.
pub struct Source {
    take: Take,
    items: u64,
    batch: u64,
    preparation: String,
}

impl Source {
    /// The images at this path, `size` by `size` pixels if that is said, else as they are. At most `limit` are taken.
    pub fn open(path: &Path, size: Option<usize>, limit: Option<u64>, batch: usize) -> Result<Self> {
        let options = size.map_or_else(ImageOptions::new, |size| ImageOptions::new().size(size));
        let (take, items) = match open_images(path, &options) {
            Ok(images) => over(images, batch),
            // A folder of pictures, if it is not one of files of arrays.
            Err(_) if path.is_dir() => {
                let folder = ImageFolder::open(path)?;
                let size = size.map_or_else(|| own_size(path, &folder), Ok)?;
                over(folder.size(size), batch)
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            take,
            items: limit.map_or(items, |limit| items.min(limit)),
            batch: batch as u64,
            preparation: match size {
                Some(size) => format!("resized to {size} pixels, antialiased"),
                None => "images as they are".to_owned(),
            },
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
        let images = (self.take)(index, seed, device)?;
        let wanted = (self.items - index * self.batch).min(images.dims()[0] as u64);
        Ok(images.narrow(0, 0, wanted as usize))
    }
}

fn over<D>(dataset: D, batch: usize) -> (Take, u64)
where
    D: Dataset<Batch = Tensor<4>> + 'static,
{
    let items = dataset.items().unwrap_or_default();
    let mut batches = dataset.batches(batch);
    let take = move |index, seed, device: &Device| batches.batch(index, seed, device);
    (Box::new(take), items)
}

/// The side of the images of a folder, which must be square: that of the first.
fn own_size(path: &Path, folder: &ImageFolder) -> Result<usize> {
    let [width, height] = folder.original_size(0)?;
    if width == height {
        Ok(width)
    } else {
        let path = path.display();
        Err(format!("{path}: expected square images, or --size, got {width} by {height} pixels").into())
    }
}
