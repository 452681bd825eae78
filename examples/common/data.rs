//! `--data PATH`: images of one's own instead of those that an example draws.

use std::path::{Path, PathBuf};

use agon::data::{
    Dataset, Error, Glyphs, ImageOptions, Images, LabelledGlyphs, Labels, Result, Subset, fingerprint,
    fingerprint_quick, open_images, open_labelled_images,
};
use agon::prelude::Device;
use clap::Args;

use super::Basic;

/// Where images are.
#[derive(Debug, Clone, Args)]
pub struct ImageFiles {
    /// Train on the images there: a folder, an IDX file, CIFAR's binary files, .npy, .npz or safetensors
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Which array of an .npz or a safetensors file has the images
    #[arg(long, value_name = "NAME", requires = "data")]
    array: Option<String>,
}

/// Options of every example that trains on images.
#[derive(Debug, Clone, Args)]
pub struct ImageData {
    #[command(flatten)]
    files: ImageFiles,
    /// See the images in 1 (grey) or 3 channels [default: as they are]
    #[arg(long, requires = "data")]
    channels: Option<usize>,
    /// Height and width of the images, also of those at --data, which are resized [default: 28; 16 for the example health]
    #[arg(long)]
    size: Option<usize>,
}

/// What an example draws, or what was read.
#[derive(Debug, Clone)]
pub enum Source<D, R> {
    Drawn(D),
    Read(R),
}

/// Images, and how they are: channels, height and width.
pub type Pictures = (Source<Glyphs, Images>, [usize; 3]);

/// Images that have labels.
pub struct LabelledPictures {
    pub data: Source<LabelledGlyphs, (Images, Labels)>,
    pub shape: [usize; 3],
    pub classes: usize,
}

impl ImageFiles {
    /// The images at `--data`, as a network of this shape sees them.
    pub fn open_as(&self, [channels, height, width]: [usize; 3]) -> Result<Option<Images>> {
        let options = self.options().height_width(height, width).channels(channels);
        self.data.as_ref().map(|path| open_images(path, &options)).transpose()
    }

    fn options(&self) -> ImageOptions {
        let names = self.array.iter();
        names.fold(ImageOptions::new(), |options, name| options.array(name))
    }

    /// Whether there is `--data`.
    pub fn are_given(&self) -> bool {
        self.data.is_some()
    }
}

impl ImageData {
    /// The images at `--data`, else these glyphs, which are grey; of so many pixels a side unless told.
    pub fn open(&self, print: &Basic, glyphs: Glyphs, size: usize) -> Result<Pictures> {
        let size = self.size.unwrap_or(size);
        let Some(path) = &self.files.data else {
            return Ok((Source::Drawn(glyphs.size(size)), [1, size, size]));
        };
        let images = open_images(path, &self.options(size))?;
        let shape = images.shape();
        print.say(described(path, &images));
        Ok((Source::Read(images), shape))
    }

    /// The same with labels, which are an error if there are none.
    pub fn open_labelled(&self, print: &Basic, glyphs: Glyphs, size: usize) -> Result<LabelledPictures> {
        let size = self.size.unwrap_or(size);
        let Some(path) = &self.files.data else {
            return Ok(LabelledPictures {
                data: Source::Drawn(glyphs.size(size).labelled()),
                shape: [1, size, size],
                classes: 10,
            });
        };
        let (images, labels) = open_labelled_images(path, &self.options(size))?;
        print.say(described(path, &images));
        Ok(LabelledPictures {
            shape: images.shape(),
            classes: classes(path, &labels)?,
            data: Source::Read((images, labels)),
        })
    }

    fn options(&self, size: usize) -> ImageOptions {
        let options = self.files.options().size(size);
        self.channels.into_iter().fold(options, ImageOptions::channels)
    }

    /// Whether there is `--data`.
    pub fn is_given(&self) -> bool {
        self.files.are_given()
    }

    /// Tells the data from other data: for the manifest of a run.
    pub fn fingerprint(&self, print: &Basic) -> Result<String> {
        let Some(path) = &self.files.data else {
            return Ok("drawn glyphs".to_owned());
        };
        print.say(format!("{}: taking the fingerprint", path.display()));
        match path.is_dir() {
            // To read all of a folder of photographs may take longer than the training.
            true => fingerprint_quick(path),
            false => fingerprint(path),
        }
    }

    /// What the images are called: where they are, or what is drawn.
    pub fn title(&self) -> String {
        let name = self.files.data.as_ref().and_then(|path| path.file_name());
        name.map_or_else(|| "Digits".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// How many images there are, and as what they are seen.
fn described(path: &Path, images: &Images) -> String {
    let [channels, height, width] = images.shape();
    let (path, n) = (path.display(), images.len());
    format!("{path}: {n} images, seen in {channels} channels of {height} by {width} pixels")
}

/// How many classes labels tell apart: they are numbers from 0 on.
fn classes(path: &Path, labels: &Labels) -> Result<usize> {
    const MOST: i64 = 1_000;
    let all = labels.of(&(0..labels.len() as u64).collect::<Vec<_>>())?;
    let (low, high) = all.iter().fold((i64::MAX, i64::MIN), |(low, high), &label| {
        (low.min(label), high.max(label))
    });
    match low >= 0 && (1..MOST).contains(&high) {
        true => Ok(high as usize + 1),
        false => Err(Error::file(
            path,
            format!("labels from 0 on, of 2 to {MOST} classes"),
            format!("{low} to {high}"),
        )),
    }
}

/// So many items, or a fifth of them if they are few, which are not trained on; and the rest.
pub fn hold_out<D: Dataset>(data: D, most: usize) -> Result<[Subset<D>; 2]> {
    let items = data.items().unwrap_or_default() as usize;
    let held_out = most.min(items / 5).max(1);
    let rest = items.saturating_sub(held_out).max(1);
    Subset::split(data, [held_out, rest], 0)
}

impl<D: Dataset, R: Dataset<Batch = D::Batch>> Dataset for Source<D, R> {
    type Batch = D::Batch;

    fn items(&self) -> Option<u64> {
        match self {
            Self::Drawn(world) => world.items(),
            Self::Read(data) => data.items(),
        }
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<D::Batch> {
        match self {
            Self::Drawn(world) => world.gather(items, seed, device),
            Self::Read(data) => data.gather(items, seed, device),
        }
    }
}
