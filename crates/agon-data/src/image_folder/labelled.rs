use burn::prelude::{Device, Int, Tensor};

use super::ImageFolder;
use crate::dataset::Dataset;
use crate::error::Result;

/// The images of an [`ImageFolder`] with the number of the class that each is of.
///
/// # Shapes
/// A batch: images `[size, channels, pixels, pixels]` and labels `[size]`, each less than the number of
/// classes.
///
/// # Errors
/// Those of [`ImageFolder`]; and if an image is right in the opened folder, in no class, every batch.
///
/// # Example
/// ```no_run
/// use agon_data::{Dataset, ImageFolder};
/// use burn::prelude::Device;
///
/// let pets = ImageFolder::open("pets")?.size(32).labelled();
/// assert_eq!(pets.images().classes(), ["cat", "dog"]);
/// let (images, labels) = pets.batches(16).batch(0, 7, &Device::default())?;
/// assert_eq!((images.dims(), labels.dims()), ([16, 3, 32, 32], [16]));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LabelledImages {
    images: ImageFolder,
}

impl LabelledImages {
    pub(super) fn new(images: ImageFolder) -> Self {
        Self { images }
    }

    /// The images without their labels.
    pub fn images(&self) -> &ImageFolder {
        &self.images
    }
}

impl Dataset for LabelledImages {
    type Batch = (Tensor<4>, Tensor<1, Int>);

    fn items(&self) -> Option<u64> {
        self.images.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        self.images.check_classes()?;
        let (values, shown) = self.images.show(items, seed)?;
        let class = |&at: &usize| i64::from(self.images.class(at).unwrap_or_default());
        let labels: Vec<i64> = shown.iter().map(class).collect();
        let labels = Tensor::from_data(labels.as_slice(), device);
        Ok((self.images.tensor(values, items.len(), device), labels))
    }
}
