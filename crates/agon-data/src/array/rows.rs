use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::Array;
use crate::dataset::{Dataset, count};
use crate::error::{Error, Result};

/// The rows of an [`Array`] as they are: features, points, codes.
///
/// # Shapes
/// A batch: `[size, ..]` with the axes of the array, or `[size, n]` with each row laid flat if `D` is 2.
///
/// # Example
/// ```
/// use agon_data::{Array, Dataset, Source};
/// use burn::prelude::Device;
///
/// // Three pairs of bytes, as IDX has them.
/// let file = vec![0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 10, 11, 20, 21, 30, 31];
/// let rows = Array::idx(Source::from(file))?.rows::<2>()?;
/// let batch = rows.gather(&[2, 0], 7, &Device::default())?;
/// assert_eq!(batch.into_data().try_into_vec::<f32>().unwrap(), [30.0, 31.0, 10.0, 11.0]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rows<const D: usize> {
    array: Array,
    row: Vec<usize>,
}

impl<const D: usize> Rows<D> {
    pub(super) fn new(array: Array) -> Result<Self> {
        let row = match array.shape() {
            shape if shape.len() == D => shape.iter().skip(1).copied().collect(),
            _ if D == 2 => vec![array.row_len()],
            shape => return Err(array.error(format!("{D} axes"), format!("the shape {shape:?}"))),
        };
        Ok(Self { array, row })
    }
}

impl<const D: usize> Dataset for Rows<D> {
    type Batch = Tensor<D>;

    fn items(&self) -> Option<u64> {
        Some(count(self.array.row_count()))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<D>> {
        let mut shape = [items.len(); D];
        let Some(rest) = shape.get_mut(1..).filter(|rest| rest.len() == self.row.len()) else {
            return Err(Error::config("the axes of an array", "at least 1", D));
        };
        rest.copy_from_slice(&self.row);
        let values = self.array.floats(items)?;
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array() -> Array {
        let mut file = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
        file.extend(0..12);
        Array::idx(file).unwrap()
    }

    #[test]
    fn rows_keep_their_axes_or_are_laid_flat() {
        let device = Device::default();
        let kept = array().rows::<3>().unwrap().gather(&[1], 0, &device).unwrap();
        let flat = array().rows::<2>().unwrap().gather(&[1], 0, &device).unwrap();
        assert_eq!((kept.dims(), flat.dims()), ([1, 2, 3], [1, 6]));
        assert_eq!(
            flat.into_data().try_into_vec::<f32>().unwrap(),
            [6., 7., 8., 9., 10., 11.]
        );
        assert!(array().rows::<4>().is_err());
        assert!(array().rows::<0>().is_err());
    }

    #[test]
    fn rows_in_any_order_are_the_same_rows() {
        let array = array();
        let all = array.floats(&[0, 1]).unwrap();
        assert_eq!(array.floats(&[1, 0]).unwrap(), [&all[6..], &all[..6]].concat());
        assert_eq!(
            array.floats(&[0, 0, 1, 1]).unwrap(),
            [&all[..6], &all[..6], &all[6..], &all[6..]].concat()
        );
        assert_eq!(array.in_memory().unwrap().floats(&[0, 1]).unwrap(), all);
        assert!(array.floats(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_number_out_of_range_is_an_error() {
        let rows = array().rows::<2>().unwrap();
        assert!(rows.gather(&[0, 2], 0, &Device::default()).is_err());
        assert!(rows.gather(&[u64::MAX], 0, &Device::default()).is_err());
    }
}
