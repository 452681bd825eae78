use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::LabelledImages;
use super::cache::Cache;
use super::decode::decode;
use super::listing::{Listed, Listing, read};
use super::picture::{Picture, Unusable};
use super::recipe::{Fit, Recipe, View};
use super::resize::Resizer;
use super::skipped::{Skipped, Unusables};
use crate::dataset::{Dataset, count, row};
use crate::error::{Error, Result};

/// The images in a folder: png, jpeg, webp and bmp, of any sizes and colours, made alike.
///
/// Each is resized until its shorter side is as long as wanted, cut out of the middle, and scaled to
/// `[-1, 1]`. Resizing counts every pixel (antialiased, bilinear) and gives the same bytes as Pillow.
/// Transparent images are laid on a [`background`](Self::background), images are turned as their EXIF data
/// says, and what a file is, is told from its content.
///
/// Folders are searched to any depth. Those right below the opened one are the classes, in the order of
/// their names, which [`labelled`](Self::labelled) tells with the images; folders without images are none.
/// Hidden files and files that are no images are left out and [counted](Self::ignored). Links are followed,
/// but not in circles. The order of the images is that of their paths.
///
/// Only the paths are kept in memory: files are read when a batch wants them, and decoded by the
/// [workers](crate::Batched::workers) of the batches. With a [`cache`](Self::cache) no image that fits is
/// decoded twice.
///
/// Settings that cannot work are errors of the first batch.
///
/// # Shapes
/// A batch: `[size, channels, pixels, pixels]`; values in `[-1, 1]`.
///
/// # Errors
/// A batch with an image that is damaged, ends early or is [too large](Self::largest) is an error that names
/// the file, unless [`skip_corrupt`](Self::skip_corrupt) is set. A batch with a file that has vanished, was
/// written since the folder was opened, or cannot be read, always is.
///
/// # Example
/// ```no_run
/// use agon_data::{Dataset, ImageFolder};
/// use burn::prelude::Device;
///
/// let mut batches = ImageFolder::open("photos")?.size(64).flip().batches(32).workers(2);
/// let images = batches.batch(0, 7, &Device::default())?;
/// assert_eq!(images.dims(), [32, 3, 64, 64]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ImageFolder {
    listing: Arc<Listing>,
    recipe: Recipe,
    cache: Option<Arc<Cache>>,
    unusable: Option<Arc<Unusables>>,
}

impl ImageFolder {
    /// The images in this folder and those below it, in colour, 64 by 64 pixels.
    ///
    /// # Errors
    /// If a folder cannot be read, or there is no image.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Ok(Self {
            listing: Arc::new(Listing::new(folder.as_ref())?),
            recipe: Recipe::default(),
            cache: None,
            unusable: None,
        })
    }

    /// The height and width of the images of a batch.
    pub fn size(self, pixels: usize) -> Self {
        self.with(|recipe| recipe.size = pixels)
    }

    /// 1: grey, 3: red, green and blue.
    pub fn channels(self, channels: usize) -> Self {
        self.with(|recipe| recipe.channels = channels)
    }

    /// Resizes until the shorter side is so long, which may be more than is cut out: for
    /// [`random_crop`](Self::random_crop), say.
    pub fn shorter_side(self, pixels: usize) -> Self {
        self.with(|recipe| recipe.fit = Fit::Shorter(Some(pixels)))
    }

    /// Resizes to a square whatever the shape of an image, and cuts nothing off.
    pub fn stretch(self) -> Self {
        self.with(|recipe| recipe.fit = Fit::Stretch)
    }

    /// Does not resize, only cut. Images that are too small are errors as damaged ones are.
    pub fn unscaled(self) -> Self {
        self.with(|recipe| recipe.fit = Fit::Original)
    }

    /// Cuts anywhere instead of in the middle, in every epoch elsewhere.
    pub fn random_crop(self) -> Self {
        self.with(|recipe| recipe.random_crop = true)
    }

    /// Mirrors half of the images, left to right, in every epoch others.
    pub fn flip(self) -> Self {
        self.with(|recipe| recipe.flip = true)
    }

    /// The colour that transparent images are laid on; white unless said otherwise.
    pub fn background(self, colour: [u8; 3]) -> Self {
        self.with(|recipe| recipe.background = colour)
    }

    /// How many pixels an image may have, width times height, before it is resized; 2^26 unless said
    /// otherwise. It is asked before there is memory for them, so that a small file cannot claim much.
    pub fn largest(self, pixels: u64) -> Self {
        self.with(|recipe| recipe.largest = pixels)
    }

    /// Keeps images in memory once they are decoded and resized, until their pixels take so many bytes;
    /// three bytes for a pixel, or one for a grey one. A file that was kept is not looked at again.
    pub fn cache(mut self, bytes: usize) -> Self {
        self.cache = Some(Arc::new(Cache::new(bytes, self.listing.images.len())));
        self
    }

    /// Leaves out images that are damaged, end early, or are too large: in their place the next image is
    /// seen that can be used, in the order of the paths, and its label. So batches keep their size, and are
    /// the same with any number of workers. [`skipped`](Self::skipped) tells which they were.
    pub fn skip_corrupt(mut self) -> Self {
        self.unusable = Some(Arc::default());
        self
    }

    /// Tells with each image which class it is of: the number of its folder in
    /// [`classes`](Self::classes).
    pub fn labelled(self) -> LabelledImages {
        LabelledImages::new(self)
    }

    /// The names of the folders right below the opened one that hold images, sorted.
    pub fn classes(&self) -> &[String] {
        &self.listing.classes
    }

    /// How many files, and hidden folders, were left out because they are no images or are hidden, and how
    /// many folders because they were seen before.
    pub fn ignored(&self) -> u64 {
        self.listing.ignored
    }

    /// Where the image of the given number is.
    pub fn path(&self, item: u64) -> Option<PathBuf> {
        let image = self.listing.images.get(usize::try_from(item).ok()?)?;
        Some(self.listing.path(image))
    }

    /// The width and height of the image of the given number, upright, as its file has it.
    ///
    /// # Errors
    /// If there is no such image, or it cannot be read.
    pub fn original_size(&self, item: u64) -> Result<[usize; 2]> {
        let at = row(item, self.listing.images.len())?;
        let Some(image) = self.listing.images.get(at) else {
            return Err(Error::Empty);
        };
        let (path, mut file) = (self.listing.path(image), Vec::new());
        read(&path, image.stamp, &mut file)?;
        match decode(&file, self.recipe.wish()) {
            Ok(picture) => Ok([picture.width, picture.height]),
            Err(fault) => Err(Error::file(path, fault.expected, fault.got)),
        }
    }

    /// The images that [`skip_corrupt`](Self::skip_corrupt) has left out so far, in the order of their
    /// paths. Workers may have come across some that no batch has wanted yet; when an epoch is over, all of
    /// the folder are known.
    pub fn skipped(&self) -> Vec<Skipped> {
        let list = self
            .unusable
            .as_ref()
            .map(|unusable| unusable.list())
            .unwrap_or_default();
        let named = list.into_iter().filter_map(|(at, fault)| {
            Some(Skipped {
                path: self.listing.path(self.listing.images.get(at)?),
                reason: format!("expected {}, got {}", fault.expected, fault.got),
            })
        });
        named.collect()
    }

    /// Another recipe, under which nothing that is known of the images holds any more.
    fn with(mut self, change: impl FnOnce(&mut Recipe)) -> Self {
        change(&mut self.recipe);
        self.cache = self.cache.map(|cache| Arc::new(cache.emptied()));
        self.unusable = self.unusable.map(|_| Arc::default());
        self
    }

    /// The class of the image at a place of the listing.
    pub(crate) fn class(&self, at: usize) -> Option<u32> {
        self.listing.images.get(at)?.class
    }

    /// An error unless every image is in a folder of its class.
    pub(crate) fn check_classes(&self) -> Result<()> {
        match self.listing.loose.and_then(|at| self.listing.images.get(at)) {
            None => Ok(()),
            Some(image) => {
                let expected = "a folder of its class around it, since labels are wanted";
                Err(Error::file(
                    self.listing.path(image),
                    expected,
                    "an image right in the opened folder",
                ))
            }
        }
    }

    /// The images of these numbers, and the places in the listing of those that are shown.
    pub(super) fn show(&self, items: &[u64], seed: u64) -> Result<(Vec<f32>, Vec<usize>)> {
        self.recipe.check()?;
        let area = self.recipe.channels * self.recipe.size * self.recipe.size;
        let mut values = vec![0.0; items.len() * area];
        let mut desk = Desk::default();
        let mut shown = Vec::with_capacity(items.len());
        for (&item, planes) in items.iter().zip(values.chunks_exact_mut(area)) {
            let at = row(item, self.listing.images.len())?;
            let view = self.recipe.view(item, seed);
            shown.push(self.show_one(at, view, &mut desk, planes)?);
        }
        Ok((values, shown))
    }

    /// The values of so many images as a batch.
    pub(super) fn tensor(&self, values: Vec<f32>, items: usize, device: &Device) -> Tensor<4> {
        let shape = [items, self.recipe.channels, self.recipe.size, self.recipe.size];
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// Shows the image at this place of the listing, or if it must be left out, the next one.
    fn show_one(&self, at: usize, view: View, desk: &mut Desk, planes: &mut [f32]) -> Result<usize> {
        let images = &self.listing.images;
        for (at, image) in images.iter().enumerate().cycle().skip(at).take(images.len()) {
            if self.unusable.as_ref().is_some_and(|unusable| unusable.contains(at)) {
                continue;
            }
            match (self.render(at, image, view, desk, planes), &self.unusable) {
                (Ok(()), _) => return Ok(at),
                (Err(Fault::Content(fault)), Some(unusable)) => unusable.insert(at, fault),
                (Err(Fault::Content(fault)), None) => {
                    return Err(Error::file(self.listing.path(image), fault.expected, fault.got));
                }
                (Err(Fault::Reading(error)), _) => return Err(error),
            }
        }
        let expected = "at least one image that can be used";
        Err(Error::file(
            &self.listing.root,
            expected,
            format!("{} that cannot", images.len()),
        ))
    }

    fn render(&self, at: usize, image: &Listed, view: View, desk: &mut Desk, planes: &mut [f32]) -> Result<(), Fault> {
        let (size, mirrored) = (self.recipe.size, view.mirrored);
        let Some(cache) = &self.cache else {
            let picture = self.load(image, view, false, desk)?;
            picture.write((0, 0), size, mirrored, planes);
            return Ok(());
        };
        if let Some(picture) = cache.get(at) {
            let part = self.recipe.part((picture.width, picture.height), view);
            picture.write((part.left, part.top), size, mirrored, planes);
            return Ok(());
        }
        let picture = self.load(image, view, self.recipe.random_crop, desk)?;
        let part = self.recipe.part((picture.width, picture.height), view);
        picture.write((part.left, part.top), size, mirrored, planes);
        cache.offer(at, picture);
        Ok(())
    }

    /// Reads, decodes and resizes an image, and cuts it unless all of it is wanted.
    fn load(&self, image: &Listed, view: View, whole: bool, desk: &mut Desk) -> Result<Picture, Fault> {
        let most = self.recipe.largest_file();
        if image.stamp.bytes > most {
            let got = format!("{} bytes", image.stamp.bytes);
            return Err(Unusable::new(format!("a file of at most {most} bytes"), got).into());
        }
        read(&self.listing.path(image), image.stamp, &mut desk.file)?;
        let picture = decode(&desk.file, self.recipe.wish())?;
        let (width, height) = self.recipe.resized(picture.width, picture.height)?;
        let mut part = self.recipe.part((width, height), view);
        if whole {
            (part.left, part.top, part.width, part.height) = (0, 0, width, height);
        }
        Ok(desk.resizer.resize(&picture, (width, height), part))
    }
}

/// What one thread needs for an image and can use again for the next.
#[derive(Debug, Default)]
struct Desk {
    file: Vec<u8>,
    resizer: Resizer,
}

/// Why an image cannot be shown: what is in the file, or that there is no reading it.
enum Fault {
    Content(Unusable),
    Reading(Error),
}

impl From<Unusable> for Fault {
    fn from(fault: Unusable) -> Self {
        Self::Content(fault)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Reading(error)
    }
}

impl Dataset for ImageFolder {
    type Batch = Tensor<4>;

    fn items(&self) -> Option<u64> {
        Some(count(self.listing.images.len()))
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<4>> {
        let (values, _) = self.show(items, seed)?;
        Ok(self.tensor(values, items.len(), device))
    }
}
