use super::{ImageOptions, Images, Split};
use crate::array::{Array, ByteOrder, Element, Labels, Part};
use crate::dataset::count;
use crate::error::{Error, Result};
use crate::file::{Bytes, Source};

/// The binary versions of CIFAR-10 and CIFAR-100: records of a label or two and an image of 32 by 32 pixels,
/// red, green and blue one after another.
///
/// The files stream; their labels are read and checked at once.
///
/// # Example
/// ```
/// use agon_data::{Cifar, Dataset, ImageOptions};
///
/// let mut record = vec![7];
/// record.extend([255; 3 * 32 * 32]);
/// let (images, labels) = Cifar::Ten.open([record], &ImageOptions::new())?;
/// assert_eq!((images.shape(), labels.of(&[0])?), ([3, 32, 32], vec![7]));
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cifar {
    /// Ten classes.
    Ten,
    /// A hundred classes.
    Hundred,
    /// CIFAR-100 by its twenty coarse classes.
    HundredCoarse,
}

const PIXELS: u64 = 3 * 32 * 32;

const TRAIN: [&str; 5] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
];

impl Cifar {
    /// The images of these files, one after another, and their labels.
    ///
    /// # Errors
    /// If a file cannot be read, is no whole number of records, or has a label that there is not.
    pub fn open<S: Into<Source>>(
        self,
        files: impl IntoIterator<Item = S>,
        options: &ImageOptions,
    ) -> Result<(Images, Labels)> {
        let bytes = files.into_iter().map(|file| file.into().open());
        let bytes = bytes.collect::<Result<Vec<_>>>()?;
        let pixels = self.array(&bytes, self.label_bytes(), &[3, 32, 32])?;
        let options = options.clone().channels_first();
        Ok((pixels.images(&options)?, self.labels(&bytes)?))
    }

    /// How many classes there are.
    pub fn classes(self) -> u64 {
        match self {
            Self::Ten => 10,
            Self::Hundred => 100,
            Self::HundredCoarse => 20,
        }
    }

    /// The folder that its archive unpacks into.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Ten => "cifar-10-batches-bin",
            Self::Hundred | Self::HundredCoarse => "cifar-100-binary",
        }
    }

    /// The names of its files.
    pub(crate) fn files(self, split: Split) -> &'static [&'static str] {
        match (self, split) {
            (Self::Ten, Split::Train) => &TRAIN,
            (Self::Ten, Split::Test) => &["test_batch.bin"],
            (_, Split::Train) => &["train.bin"],
            (_, Split::Test) => &["test.bin"],
        }
    }

    /// Bytes of an image with its labels.
    pub(crate) fn record(self) -> u64 {
        self.label_bytes() + PIXELS
    }

    fn label_bytes(self) -> u64 {
        match self {
            Self::Ten => 1,
            Self::Hundred | Self::HundredCoarse => 2,
        }
    }

    fn labels(self, files: &[Bytes]) -> Result<Labels> {
        let first = u64::from(self == Self::Hundred);
        let array = self.array(files, first, &[1])?;
        let items: Vec<u64> = (0..count(array.row_count())).collect();
        let labels = array.integers(&items)?;
        match labels
            .iter()
            .zip(items)
            .find(|&(&label, _)| label >= self.classes() as i64)
        {
            None => Ok(Labels::new(labels)),
            Some((label, item)) => {
                let expected = format!("labels below {}", self.classes());
                Err(array.error(expected, format!("{label} at image {item}")))
            }
        }
    }

    fn array(self, files: &[Bytes], first: u64, row: &[usize]) -> Result<Array> {
        let part = |bytes: &Bytes| {
            let rows = bytes.len() / self.record();
            if rows == 0 || bytes.len() % self.record() != 0 {
                let expected = format!("records of {} bytes", self.record());
                return Err(bytes.error(expected, format!("{} bytes", bytes.len())));
            }
            Ok(Part {
                rows,
                first,
                stride: self.record(),
                bytes: bytes.clone(),
            })
        };
        let parts = files.iter().map(part).collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(Error::Empty);
        }
        Array::of_parts(Element::U8, ByteOrder::Little, row, parts)
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::Dataset;
    use crate::testing::spoil;

    /// Records whose every pixel is their number.
    fn records(labels: &[&[u8]], first: u8) -> Vec<u8> {
        let numbered = labels.iter().zip(first..);
        numbered
            .flat_map(|(&label, number)| label.iter().copied().chain([number; PIXELS as usize]))
            .collect()
    }

    #[test]
    fn files_follow_one_another() {
        let files = [records(&[&[3], &[9]], 0), records(&[&[1]], 2)];
        let (images, labels) = Cifar::Ten.open(files, &ImageOptions::new().range(0.0, 2.0)).unwrap();
        assert_eq!((images.len(), labels.of(&[2, 0, 1]).unwrap()), (3, vec![1, 3, 9]));
        let batch = images.gather(&[2, 0], 0, &Device::default()).unwrap();
        assert_eq!(batch.dims(), [2, 3, 32, 32]);
        let values = batch.into_data().try_into_vec::<f32>().unwrap();
        assert!(values[..3072].iter().all(|&value| value == 1.0) && values[3072..].iter().all(|&value| value == -1.0));
    }

    #[test]
    fn a_hundred_classes_are_fine_or_coarse() {
        let file = records(&[&[19, 99], &[2, 50]], 0);
        let fine = Cifar::Hundred.open([file.clone()], &ImageOptions::new()).unwrap().1;
        let coarse = Cifar::HundredCoarse.open([file], &ImageOptions::new()).unwrap().1;
        assert_eq!(fine.of(&[0, 1]).unwrap(), [99, 50]);
        assert_eq!(coarse.of(&[0, 1]).unwrap(), [19, 2]);
    }

    #[test]
    fn labels_and_sizes_that_cannot_be_are_errors() {
        let open = |file: Vec<u8>| Cifar::Ten.open([file], &ImageOptions::new());
        let error = open(records(&[&[3], &[10]], 0)).unwrap_err().to_string();
        assert!(
            error.contains("labels below 10") && error.contains("10 at image 1"),
            "{error}"
        );
        assert!(open(vec![]).is_err());
        assert!(open(vec![0; 3072]).is_err());
        assert!(Cifar::Ten.open(Vec::<Vec<u8>>::new(), &ImageOptions::new()).is_err());
    }

    #[test]
    fn damage_is_an_error_or_other_images() {
        let device = Device::default();
        let read = |bytes: Vec<u8>| {
            let opened = Cifar::Hundred.open([bytes], &ImageOptions::new());
            opened.is_ok_and(|(images, _)| images.gather(&[0], 0, &device).is_ok())
        };
        let (tried, content) = spoil(&records(&[&[1, 2]], 0), 1_000, read);
        assert!(tried > 3_000 && content < tried / 2, "{content} of {tried}");
    }
}
