use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use burn::prelude::Device;

use crate::crew::Crew;
use crate::dataset::{Dataset, count};
use crate::error::{Error, Result, ensure};
use crate::order::Order;
use crate::random::mix;
use crate::wanted::Wanted;

/// What the seeds of epochs are mixed with.
const EPOCH: u64 = 0xe_90c4;

/// The items of a data set, some at a time.
///
/// A batch follows from its index and the seed alone. A data set that never ends is read in the order of
/// its numbers; one of fixed size is shuffled anew for every epoch by seed and epoch, and ends each with a
/// smaller batch if its size is not a multiple, unless [`Batched::drop_last`] says otherwise.
///
/// [`Batched::workers`] has threads compute the batches ahead: the same ones, in the same order. They begin
/// with the first batch that is asked for and count on the next one being asked for next; any other is right
/// too, but what was computed ahead is lost.
///
/// With the feature `engine` it implements `agon_core::Batches`, so a trainer can run on it.
///
/// # Example
/// ```
/// use agon_data::{Dataset, SwissRoll};
/// use burn::prelude::Device;
///
/// let mut batches = SwissRoll::new().fixed(1_000).batches(64).workers(2);
/// assert_eq!(batches.per_epoch(), Some(16));
/// let last = batches.batch(15, 7, &Device::default())?;
/// assert_eq!(last.dims(), [1_000 - 15 * 64, 2]);
/// # Ok::<(), agon_data::Error>(())
/// ```
pub struct Batched<D: Dataset> {
    dataset: Arc<D>,
    size: usize,
    whole_only: bool,
    order: Order,
    workers: usize,
    ahead: Option<usize>,
    crew: Option<Crew<D::Batch>>,
}

impl<D: Dataset> Batched<D> {
    /// The items of `dataset`, `size` at a time.
    pub fn new(dataset: D, size: usize) -> Self {
        Self {
            dataset: Arc::new(dataset),
            size,
            whole_only: false,
            order: Order::default(),
            workers: 0,
            ahead: None,
            crew: None,
        }
    }

    /// Leaves out the last batch of an epoch if it is smaller than the others.
    pub fn drop_last(mut self) -> Self {
        self.whole_only = true;
        self
    }

    /// Computes the batches ahead with so many threads. 0, as it is unless said otherwise: each when it is
    /// asked for, in the thread that asks.
    ///
    /// An error of a batch is delivered in its place. The threads end when this is dropped, after the
    /// batches that they are at.
    pub fn workers(mut self, threads: usize) -> Self {
        self.workers = threads;
        self.crew = None;
        self
    }

    /// How many batches the workers compute ahead at most; two for each of them unless said otherwise. So
    /// many batches wait in memory, on the device, besides the one that was asked for.
    pub fn ahead(mut self, batches: usize) -> Self {
        self.ahead = Some(batches);
        self
    }

    /// The data set itself.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// How many batches make an epoch. `None`: the data never ends. Zero: there is none.
    pub fn per_epoch(&self) -> Option<u64> {
        let items = self.dataset.items()?;
        // A size of zero is no reason to call the data empty: the first batch tells what is wrong.
        let size = count(self.size.max(1));
        Some(if self.whole_only {
            items / size
        } else {
            items.div_ceil(size)
        })
    }

    /// The batch at `index`, counted from the beginning of the run, in the order which `seed` gives.
    ///
    /// # Errors
    /// If the size of the batches is zero, the data set is empty or too small for a whole one, its settings cannot
    /// work, or it fails or panics. The same batch, or another, can be asked for afterwards.
    pub fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<D::Batch> {
        if self.workers == 0 {
            return self.wanted(index, seed)?.gather(&*self.dataset, device);
        }
        let crew = self.crew.take().filter(|crew| crew.is_at(index, seed, device));
        let mut crew = match crew {
            Some(crew) => crew,
            None => Crew::start(&self.dataset, self.workers, index, seed, device)?,
        };
        let ahead = self.ahead.unwrap_or(self.workers.saturating_mul(2));
        while crew.coming() <= ahead {
            crew.order(self.wanted(crew.next_index(), seed)?);
        }
        let batch = crew.deliver();
        self.crew = Some(crew);
        batch
    }

    /// What the batch at `index` is made of.
    fn wanted(&mut self, index: u64, seed: u64) -> Result<Wanted> {
        ensure(self.size > 0, "the size of a batch", "at least 1", self.size)?;
        let size = count(self.size);
        let (Some(items), Some(per_epoch)) = (self.dataset.items(), self.per_epoch()) else {
            let first = index.wrapping_mul(size);
            let items = (0..size).map(|i| first.wrapping_add(i)).collect();
            return Ok(Wanted { items, seed });
        };
        if per_epoch == 0 {
            let expected = || format!("at least {size} for a whole batch");
            return Err(match items {
                0 => Error::Empty,
                few => Error::config("the items of a data set", expected(), few),
            });
        }
        let epoch = index / per_epoch;
        let order = self.order.epoch(items, seed, epoch);
        let start = (index % per_epoch) as usize * self.size;
        let end = order.len().min(start + self.size);
        Ok(Wanted {
            items: order[start..end].to_vec(),
            seed: mix(mix(seed, EPOCH), epoch),
        })
    }
}

impl<D: Dataset> Clone for Batched<D> {
    /// The data set is shared; the workers are not.
    fn clone(&self) -> Self {
        Self {
            dataset: self.dataset.clone(),
            order: self.order.clone(),
            crew: None,
            ..*self
        }
    }
}

impl<D: Dataset + Debug> Debug for Batched<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batched")
            .field("dataset", &self.dataset)
            .field("size", &self.size)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "engine")]
impl<D: Dataset> agon_core::Batches for Batched<D> {
    type Batch = D::Batch;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> agon_core::Result<D::Batch> {
        Ok(Self::batch(self, index, seed, device)?)
    }

    fn per_epoch(&self) -> Option<u64> {
        Self::per_epoch(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its batches are the numbers of the items.
    struct Numbers(Option<u64>);

    impl Dataset for Numbers {
        type Batch = Vec<u64>;

        fn items(&self) -> Option<u64> {
            self.0
        }

        fn gather(&self, items: &[u64], _seed: u64, _device: &Device) -> Result<Vec<u64>> {
            Ok(items.to_vec())
        }
    }

    fn take(batches: &mut Batched<Numbers>, range: std::ops::Range<u64>) -> Vec<Vec<u64>> {
        range
            .map(|i| batches.batch(i, 7, &Device::default()).unwrap())
            .collect()
    }

    #[test]
    fn endless_data_is_read_in_order() {
        let mut batches = Numbers(None).batches(3);
        assert_eq!(batches.per_epoch(), None);
        assert_eq!(take(&mut batches, 1..3), [[3, 4, 5], [6, 7, 8]]);
    }

    #[test]
    fn an_epoch_sees_every_item_once() {
        let mut batches = Numbers(Some(10)).batches(4);
        assert_eq!(batches.per_epoch(), Some(3));
        let epochs = [take(&mut batches, 0..3), take(&mut batches, 3..6)];
        assert_ne!(epochs[0], epochs[1]);
        for epoch in epochs {
            assert_eq!(epoch.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
            let mut items = epoch.concat();
            items.sort_unstable();
            assert_eq!(items, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_batch_can_be_the_first() {
        let whole = take(&mut Numbers(Some(10)).batches(4), 0..9);
        let tail = take(&mut Numbers(Some(10)).batches(4), 5..9);
        assert_eq!(whole[5..], tail);
    }

    #[test]
    fn the_partial_batch_can_be_dropped() {
        let mut batches = Numbers(Some(10)).batches(4).drop_last();
        assert_eq!(batches.per_epoch(), Some(2));
        assert!(take(&mut batches, 0..5).iter().all(|batch| batch.len() == 4));
    }

    #[test]
    fn no_items_and_no_size_are_errors() {
        let device = Device::default();
        let mut empty = Numbers(Some(0)).batches(4);
        assert_eq!(empty.per_epoch(), Some(0));
        assert!(matches!(empty.batch(0, 7, &device), Err(Error::Empty)));
        let mut small = Numbers(Some(3)).batches(4).drop_last();
        let error = small.batch(0, 7, &device).unwrap_err().to_string();
        let expected = "the items of a data set: expected at least 4 for a whole batch, got 3";
        assert_eq!(error, expected);
        for items in [None, Some(10)] {
            let error = Numbers(items).batches(0).batch(0, 7, &device).unwrap_err();
            assert_eq!(error.to_string(), "the size of a batch: expected at least 1, got 0");
        }
    }

    #[test]
    fn two_sets_side_by_side_must_agree() {
        let device = Device::default();
        let (left, right) = (Numbers(Some(4)), Numbers(Some(4)))
            .batches(4)
            .batch(0, 1, &device)
            .unwrap();
        assert_eq!(left, right);
        assert!(
            (Numbers(Some(4)), Numbers(Some(5)))
                .batches(4)
                .batch(0, 1, &device)
                .is_err()
        );
    }
}
