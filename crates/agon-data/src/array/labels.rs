use std::sync::Arc;

use burn::prelude::{Device, Int, Tensor};

use super::Array;
use crate::dataset::{Dataset, count, row};
use crate::error::Result;

/// A whole number for each item: what an image shows, which category a row is of.
///
/// Side by side with what they label they are a data set of pairs: `(images, labels)`.
///
/// # Shapes
/// A batch: `[size]`.
#[derive(Debug, Clone)]
pub struct Labels(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Array(Array),
    Memory(Arc<[i64]>),
}

impl Labels {
    /// These numbers.
    pub fn new(labels: impl Into<Arc<[i64]>>) -> Self {
        Self(Kind::Memory(labels.into()))
    }

    pub(super) fn of_array(array: Array) -> Result<Self> {
        if array.row_len() != 1 {
            let got = format!("the shape {:?}", array.shape());
            return Err(array.error("one label for each item", got));
        }
        if !array.element().is_integer() {
            return Err(array.error("labels that are whole numbers", array.element()));
        }
        Ok(Self(Kind::Array(array)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Array(array) => array.row_count(),
            Kind::Memory(labels) => labels.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The labels of these items.
    ///
    /// # Errors
    /// If there is no such item, or its label cannot be read.
    pub fn of(&self, items: &[u64]) -> Result<Vec<i64>> {
        match &self.0 {
            Kind::Array(array) => array.integers(items),
            Kind::Memory(labels) => {
                let label =
                    |&item: &u64| row(item, labels.len()).map(|row| labels.get(row).copied().unwrap_or_default());
                items.iter().map(label).collect()
            }
        }
    }
}

impl Dataset for Labels {
    type Batch = Tensor<1, Int>;

    fn items(&self) -> Option<u64> {
        Some(count(self.len()))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<1, Int>> {
        Ok(Tensor::from_data(self.of(items)?.as_slice(), device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_one_whole_number_for_each_item() {
        let device = Device::default();
        let column = Array::idx(vec![0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 5, 6, 7]).unwrap();
        let labels = column.labels().unwrap();
        assert_eq!((labels.len(), labels.items()), (3, Some(3)));
        let batch = labels.gather(&[2, 0], 0, &device).unwrap();
        assert_eq!(batch.try_into_vec_as::<i64>().unwrap(), [7, 5]);
        let fractions = Array::idx(vec![0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0]).unwrap();
        assert!(fractions.labels().is_err());
        let pairs = Array::idx(vec![0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6]).unwrap();
        assert!(pairs.labels().is_err());
        assert!(Labels::new([1, 2]).of(&[2]).is_err());
    }
}
