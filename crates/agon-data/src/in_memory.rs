use burn::prelude::{Device, Int, Tensor};
use burn::tensor::{Float, kind::Autodiff};

use crate::dataset::{Dataset, count, row};
use crate::error::Result;

/// A tensor as a data set: each row is an item.
///
/// The rows stay on the device the tensor came on, and are moved to the run's batch by batch if that is
/// another one. Two of them side by side, `(images, labels)`, are a data set too.
///
/// # Shapes
/// The tensor: `[items, ..]`, of rank `D`; a batch: `[size, ..]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, InMemory};
/// use burn::prelude::{Device, Int, Tensor};
///
/// let device = Device::default();
/// let images = InMemory::new(Tensor::<4>::zeros([10, 1, 8, 8], &device));
/// let labels = InMemory::new(Tensor::<1, Int>::arange(0..10, &device));
/// let (images, labels) = (images, labels).batches(4).batch(0, 7, &device)?;
/// assert_eq!((images.dims(), labels.dims()), ([4, 1, 8, 8], [4]));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct InMemory<const D: usize, K: Autodiff = Float> {
    rows: Tensor<D, K>,
}

impl<const D: usize, K: Autodiff> InMemory<D, K> {
    /// The rows of `tensor`.
    pub fn new(tensor: Tensor<D, K>) -> Self {
        Self { rows: tensor.inner() }
    }
}

impl<const D: usize, K: Autodiff + 'static> Dataset for InMemory<D, K> {
    type Batch = Tensor<D, K>;

    fn items(&self) -> Option<u64> {
        Some(count(self.rows.dims()[0]))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<D, K>> {
        let rows = self.rows.dims()[0];
        let indices = items
            .iter()
            .map(|&item| Ok(row(item, rows)? as i64))
            .collect::<Result<Vec<_>>>()?;
        let indices = Tensor::<1, Int>::from_data(indices.as_slice(), &self.rows.device());
        Ok(place(self.rows.clone().select(0, indices), device))
    }
}

/// A plain tensor moved to a device, which may be one with autodiff.
fn place<const D: usize, K: Autodiff>(tensor: Tensor<D, K>, device: &Device) -> Tensor<D, K> {
    let tensor = tensor.to_device(&device.clone().inner());
    match device.gradient_checkpointing_strategy() {
        Some(strategy) => Tensor::from_inner(tensor).with_gradient_checkpointing_strategy(strategy),
        None => tensor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_whole_and_land_on_the_given_device() {
        let device = Device::default().autodiff();
        let rows: Tensor<2> = Tensor::from_data([[0.0, 10.0], [1.0, 11.0], [2.0, 12.0]], &device);
        let mut batches = InMemory::new(rows).batches(3);
        let batch = batches.batch(0, 7, &device).unwrap();
        assert_eq!(batch.device(), device);
        let mut seen = Vec::new();
        for pair in batch.into_data().try_into_vec::<f32>().unwrap().chunks(2) {
            assert_eq!(pair[1], pair[0] + 10.0);
            seen.push(pair[0] as u8);
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2]);
        let plain = batches.batch(0, 7, &Device::default()).unwrap();
        assert_eq!(plain.device(), Device::default());
    }

    #[test]
    fn no_rows_are_no_batches() {
        let mut batches = InMemory::new(Tensor::<2>::zeros([0, 2], &Device::default())).batches(3);
        assert_eq!(batches.per_epoch(), Some(0));
        assert!(batches.batch(0, 7, &Device::default()).is_err());
    }

    #[test]
    fn a_number_out_of_range_is_an_error() {
        let rows = InMemory::new(Tensor::<2>::zeros([2, 2], &Device::default()));
        assert!(rows.gather(&[2], 7, &Device::default()).is_err());
    }
}
