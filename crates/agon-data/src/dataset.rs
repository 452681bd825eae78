use burn::prelude::Device;

use crate::error::{Result, ensure};
use crate::{Batched, Error};

/// Items that can be asked for by number.
///
/// Implement it for data of your own and [`Dataset::batches`] does the rest: the order of every epoch,
/// the last partial batch, workers that compute ahead, and, with the feature `engine`, everything a trainer
/// wants to know.
///
/// Items are asked for through a shared reference, by several threads at once if the batches have
/// [`workers`](Batched::workers): what is in a batch may depend on nothing but the arguments of
/// [`gather`](Dataset::gather).
///
/// # Example
/// ```
/// use agon_data::{Dataset, Result};
/// use burn::prelude::{Device, Tensor};
///
/// /// The numbers from 0 to 9.
/// struct Numbers;
///
/// impl Dataset for Numbers {
///     type Batch = Tensor<1>;
///
///     fn items(&self) -> Option<u64> {
///         Some(10)
///     }
///
///     fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<1>> {
///         let numbers: Vec<f32> = items.iter().map(|&item| item as f32).collect();
///         Ok(Tensor::from_data(numbers.as_slice(), device))
///     }
/// }
///
/// let mut batches = Numbers.batches(4);
/// let last = batches.batch(2, 7, &Device::default())?;
/// assert_eq!(last.dims(), [2]);
/// # Ok::<(), agon_data::Error>(())
/// ```
pub trait Dataset: Send + Sync + 'static {
    /// Several items, stacked.
    type Batch: Send + 'static;

    /// How many items there are. `None`: they never end.
    fn items(&self) -> Option<u64>;

    /// The items of the given numbers, in that order, on the given device.
    ///
    /// The seed of data that never ends is the run's, and with the number decides what an item is. If there
    /// are so many items, it is another one in every epoch: what an item is does not depend on it, but how it
    /// is seen may, mirrored or not.
    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch>;

    /// Takes the items `size` at a time, in an order of its own for every epoch.
    ///
    /// # Errors
    /// A size of zero is an error of the first batch.
    fn batches(self, size: usize) -> Batched<Self>
    where
        Self: Sized,
    {
        Batched::new(self, size)
    }
}

/// Two data sets side by side, item by item: images with labels, say.
impl<A: Dataset, B: Dataset> Dataset for (A, B) {
    type Batch = (A::Batch, B::Batch);

    fn items(&self) -> Option<u64> {
        match (self.0.items(), self.1.items()) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        }
    }

    /// # Errors
    /// Two data sets of fixed size must hold as many items.
    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        if let (Some(left), Some(right)) = (self.0.items(), self.1.items()) {
            ensure(
                left == right,
                "the second of two data sets side by side",
                &format!("{left} items"),
                right,
            )?;
        }
        Ok((self.0.gather(items, seed, device)?, self.1.gather(items, seed, device)?))
    }
}

/// How much of a synthetic world there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Fresh items without end, drawn by the run's seed.
    Endless,
    /// So many items, drawn by a seed of their own: the same in every run.
    Fixed { items: u64, seed: u64 },
}

impl Extent {
    pub(crate) fn items(self) -> Option<u64> {
        match self {
            Self::Endless => None,
            Self::Fixed { items, .. } => Some(items),
        }
    }

    /// The seed of the items' content in a run with the given seed.
    pub(crate) fn content(self, run: u64) -> u64 {
        match self {
            Self::Endless => run,
            Self::Fixed { seed, .. } => seed,
        }
    }
}

/// `usize` to `u64`, which no supported machine can fail.
pub(crate) fn count(n: usize) -> u64 {
    n as u64
}

/// The index of an item of data in memory.
pub(crate) fn row(item: u64, rows: usize) -> Result<usize> {
    usize::try_from(item)
        .ok()
        .filter(|&row| row < rows)
        .ok_or_else(|| Error::config("the number of an item", format!("less than {rows}"), item))
}
