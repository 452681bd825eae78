use std::path::PathBuf;
use std::sync::Arc;

use burn::prelude::{Device, Tensor};

use super::options::ImageOptions;
use super::picture::Pictures;
use crate::array::Array;
use crate::dataset::{Dataset, count};
use crate::error::Result;

/// Images of one size, wherever they are: what [`open_images`](crate::open_images) and
/// [`Array::images`] give.
///
/// Of arrays the numbers are kept, or left in the file, as they are there, and become floats batch by batch.
/// Copies are cheap.
///
/// # Shapes
/// A batch: `[size, channels, height, width]`, values in `[-1, 1]`.
#[derive(Debug, Clone)]
pub struct Images(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Array(Arc<Pictures>),
}

impl Images {
    pub(crate) fn of_array(array: Array, options: &ImageOptions) -> Result<Self> {
        Ok(Self(Kind::Array(Arc::new(Pictures::new(array, options)?))))
    }

    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        match &self.0 {
            Kind::Array(pictures) => pictures.shape(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Array(pictures) => pictures.array().row_count(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files that they are read from batch by batch; none if they lie in memory.
    pub fn streams_from(&self) -> Vec<PathBuf> {
        match &self.0 {
            Kind::Array(pictures) => pictures.array().streams_from(),
        }
    }
}

impl Dataset for Images {
    type Batch = Tensor<4>;

    fn items(&self) -> Option<u64> {
        Some(count(self.len()))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<4>> {
        match &self.0 {
            Kind::Array(pictures) => pictures.gather(items, device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `.npy` of C order.
    fn npy(descr: &str, shape: &str, numbers: &[u8]) -> Array {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(numbers);
        Array::npy(file).unwrap()
    }

    fn floats(numbers: &[f32]) -> Array {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        npy("<f4", &format!("(1, 1, {})", numbers.len()), &bytes)
    }

    fn values(images: &Images, items: &[u64]) -> Vec<f32> {
        let batch = images.gather(items, 0, &Device::default()).unwrap();
        batch.into_data().try_into_vec::<f32>().unwrap()
    }

    #[test]
    fn the_type_and_the_extremes_tell_the_range() {
        let plain = ImageOptions::new();
        let of = |array: Array, options: &ImageOptions| Ok(values(&array.images(options)?, &[0]));
        assert_eq!(of(npy("|u1", "(1, 1, 2)", &[0, 255]), &plain).unwrap(), [-1.0, 1.0]);
        assert_eq!(
            of(npy("<u2", "(1, 1, 2)", &[0, 0, 255, 255]), &plain).unwrap(),
            [-1.0, 1.0]
        );
        assert_eq!(of(npy("|b1", "(1, 1, 2)", &[0, 1]), &plain).unwrap(), [-1.0, 1.0]);
        assert_eq!(of(floats(&[0.0, 0.5]), &plain).unwrap(), [-1.0, 0.0]);
        assert_eq!(of(floats(&[-0.5, 0.5]), &plain).unwrap(), [-0.5, 0.5]);
        assert_eq!(of(floats(&[0.0, 127.5]), &plain).unwrap(), [-1.0, 0.0]);
        let set = ImageOptions::new().range(-2.0, 2.0);
        assert_eq!(of(floats(&[-2.0, 1.0]), &set).unwrap(), [-1.0, 0.5]);
        for wrong in [&[-3.0, 0.0][..], &[0.0, 300.0], &[f32::NAN], &[f32::INFINITY]] {
            let result: Result<Vec<f32>> = of(floats(wrong), &plain);
            assert!(result.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn channels_are_found_or_asked_for() {
        let last = npy("|u1", "(1, 2, 2, 3)", &[255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0]);
        let images = last.images(&ImageOptions::new()).unwrap();
        assert_eq!(images.shape(), [3, 2, 2]);
        assert_eq!(values(&images, &[0])[..5], [1.0, 1.0, 1.0, 1.0, -1.0]);
        let first = npy("|u1", "(1, 3, 2, 2)", &[9; 12]);
        assert_eq!(
            first.images(&ImageOptions::new().channels(1)).unwrap().shape(),
            [1, 2, 2]
        );
        let either = npy("|u1", "(1, 3, 4, 1)", &[9; 12]);
        let error = either.images(&ImageOptions::new()).unwrap_err().to_string();
        assert!(
            error.contains("channels_last") && error.contains("[1, 3, 4, 1]"),
            "{error}"
        );
        assert_eq!(
            either.images(&ImageOptions::new().channels_first()).unwrap().shape(),
            [3, 4, 1]
        );
        assert_eq!(
            either.images(&ImageOptions::new().channels_last()).unwrap().shape(),
            [1, 3, 4]
        );
        assert!(npy("|u1", "(6, 2)", &[9; 12]).images(&ImageOptions::new()).is_err());
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let array = npy("|u1", "(1, 2, 2)", &[9; 4]);
        for wrong in [
            ImageOptions::new().size(0),
            ImageOptions::new().size(100_000),
            ImageOptions::new().channels(2),
            ImageOptions::new().range(1.0, 1.0),
            ImageOptions::new().range(f32::NAN, 1.0),
        ] {
            assert!(array.images(&wrong).is_err(), "{wrong:?}");
        }
        let many = npy("|u1", "(1, 5, 2, 2)", &[9; 20]);
        assert!(many.images(&ImageOptions::new().channels_first().channels(3)).is_err());
        assert!(many.images(&ImageOptions::new().channels_first()).is_ok());
    }
}
