use std::sync::Arc;

use burn::prelude::Device;

use crate::dataset::{Dataset, count};
use crate::error::{Error, Result};
use crate::order::Order;

/// Some of the items of a data set: what is held out, a handful to learn from.
///
/// Item `i` of it is one of the other's, seen as there. Copies are cheap.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Subset, SwissRoll};
///
/// let [train, test] = Subset::split(SwissRoll::new().fixed(1_000), [800, 200], 7)?;
/// assert_eq!((train.items(), test.items()), (Some(800), Some(200)));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Subset<D> {
    dataset: Arc<D>,
    items: Arc<[u64]>,
}

impl<D: Dataset> Subset<D> {
    /// The items of these numbers, in this order.
    ///
    /// # Errors
    /// If one of them is not there.
    pub fn new(dataset: D, items: impl Into<Arc<[u64]>>) -> Result<Self> {
        let (dataset, items) = (Arc::new(dataset), items.into());
        let end = dataset.items().unwrap_or(u64::MAX);
        match items.iter().find(|item| **item >= end) {
            Some(item) => Err(Error::config("the number of an item", format!("less than {end}"), item)),
            None => Ok(Self { dataset, items }),
        }
    }

    /// Parts of these sizes which share no item, drawn by the seed.
    ///
    /// # Errors
    /// If there are not as many items, or they never end.
    pub fn split<const N: usize>(dataset: D, sizes: [usize; N], seed: u64) -> Result<[Self; N]> {
        let dataset = Arc::new(dataset);
        let wanted = sizes.iter().copied().map(count).fold(0, u64::saturating_add);
        let items = dataset
            .items()
            .ok_or_else(|| Error::config("the items of a data set to split", "an end", "none"))?;
        if items < wanted {
            let parts = sizes.map(|size| size.to_string()).join(" + ");
            let expected = format!("at least {wanted} ({parts})");
            return Err(Error::config("the items of a data set to split", expected, items));
        }
        let mut order = Order::default();
        let mut left = order.epoch(items, seed, 0);
        Ok(sizes.map(|size| {
            let (part, rest) = left.split_at(size);
            left = rest;
            Self {
                dataset: dataset.clone(),
                items: part.into(),
            }
        }))
    }

    /// Which items of the other data set these are.
    pub fn numbers(&self) -> &[u64] {
        &self.items
    }

    /// All of them as one batch.
    ///
    /// # Errors
    /// If the data set fails.
    pub fn whole(&self, device: &Device) -> Result<D::Batch> {
        self.dataset.gather(&self.items, 0, device)
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Batch = D::Batch;

    fn items(&self) -> Option<u64> {
        Some(count(self.items.len()))
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<D::Batch> {
        let number = |&item: &u64| {
            let number = usize::try_from(item).ok().and_then(|at| self.items.get(at)).copied();
            let expected = || format!("less than {}", self.items.len());
            number.ok_or_else(|| Error::config("the number of an item", expected(), item))
        };
        let numbers = items.iter().map(number).collect::<Result<Vec<_>>>()?;
        self.dataset.gather(&numbers, seed, device)
    }
}

impl<D> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Self {
            dataset: self.dataset.clone(),
            items: self.items.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Tensor;

    use super::*;
    use crate::{InMemory, SwissRoll};

    fn numbers(subset: &Subset<InMemory<1>>) -> Vec<f32> {
        let all = subset.whole(&Device::default()).unwrap();
        all.into_data().try_into_vec::<f32>().unwrap()
    }

    fn hundred() -> InMemory<1> {
        let numbers: Vec<f32> = (0..100u8).map(f32::from).collect();
        InMemory::new(Tensor::from_data(numbers.as_slice(), &Device::default()))
    }

    #[test]
    fn parts_share_no_item() {
        let [a, b, c] = Subset::split(hundred(), [50, 30, 20], 3).unwrap();
        let mut all = [numbers(&a), numbers(&b), numbers(&c)].concat();
        assert_eq!(a.numbers().len(), 50);
        assert_ne!(all, (0..100u8).map(f32::from).collect::<Vec<_>>());
        all.sort_by(f32::total_cmp);
        assert_eq!(all, (0..100u8).map(f32::from).collect::<Vec<_>>());
        let [again, _] = Subset::split(hundred(), [50, 30], 3).unwrap();
        assert_eq!(numbers(&again), numbers(&a));
        let batch = a.gather(&[49, 0], 0, &Device::default()).unwrap();
        let batch = batch.into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(batch, [numbers(&a)[49], numbers(&a)[0]]);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let error = Subset::split(hundred(), [90, 11], 3).unwrap_err().to_string();
        assert!(error.contains("at least 101 (90 + 11), got 100"), "{error}");
        assert!(Subset::split(SwissRoll::new(), [1], 3).is_err());
        assert!(Subset::new(hundred(), [99, 100]).is_err());
        let few = Subset::new(hundred(), [7, 5]).unwrap();
        assert_eq!(numbers(&few), [7.0, 5.0]);
        assert!(few.gather(&[2], 0, &Device::default()).is_err());
    }
}
