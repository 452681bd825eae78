use burn::prelude::Device;

use crate::panics::caught;
use crate::{Error, Result, random};

/// Data as the engine wants it: the batch at any position of the run.
///
/// A batch depends on its index and the seed alone, so a run can begin anywhere and go on as if it had
/// never stopped. Sources which read ahead may count on being asked in order.
pub trait Batches: Send {
    /// What one turn of a game is given.
    type Batch;

    /// The batch at `index`, counted from the beginning of the run, in the order which `seed` gives.
    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<Self::Batch>;

    /// How many batches make an epoch. `None`: the data never ends. Zero: there is nothing to train on.
    fn per_epoch(&self) -> Option<u64>;

    /// Each batch as something else.
    ///
    /// # Example
    /// ```
    /// use agon_core::{Batches, Repeat};
    ///
    /// let mut doubled = Repeat(21).map(|batch| 2 * batch);
    /// assert_eq!(doubled.batch(0, 7, &burn::prelude::Device::default())?, 42);
    /// # Ok::<(), agon_core::Error>(())
    /// ```
    fn map<T, F: FnMut(Self::Batch) -> T + Send>(self, change: F) -> Mapped<Self, F>
    where
        Self: Sized,
    {
        Mapped { source: self, change }
    }
}

impl<B: Batches + ?Sized> Batches for &mut B {
    type Batch = B::Batch;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<B::Batch> {
        (**self).batch(index, seed, device)
    }

    fn per_epoch(&self) -> Option<u64> {
        (**self).per_epoch()
    }
}

impl<B: Batches + ?Sized> Batches for Box<B> {
    type Batch = B::Batch;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<B::Batch> {
        (**self).batch(index, seed, device)
    }

    fn per_epoch(&self) -> Option<u64> {
        (**self).per_epoch()
    }
}

/// Two sources side by side; an epoch is that of the longer one.
impl<A: Batches, B: Batches> Batches for (A, B) {
    type Batch = (A::Batch, B::Batch);

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<Self::Batch> {
        let left = self.0.batch(index, random::mix(seed, 0), device)?;
        Ok((left, self.1.batch(index, random::mix(seed, 1), device)?))
    }

    fn per_epoch(&self) -> Option<u64> {
        let (left, right) = (self.0.per_epoch()?, self.1.per_epoch()?);
        Some(if left.min(right) == 0 { 0 } else { left.max(right) })
    }
}

/// Batches that are changed on their way: see [`Batches::map`].
#[derive(Debug, Clone)]
pub struct Mapped<B, F> {
    source: B,
    change: F,
}

impl<B: Batches, T, F: FnMut(B::Batch) -> T + Send> Batches for Mapped<B, F> {
    type Batch = T;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<T> {
        Ok((self.change)(self.source.batch(index, seed, device)?))
    }

    fn per_epoch(&self) -> Option<u64> {
        self.source.per_epoch()
    }
}

/// The same batch, again and again: for games without data of their own, and for tests.
#[derive(Debug, Clone)]
pub struct Repeat<B>(pub B);

impl<B: Clone + Send> Batches for Repeat<B> {
    type Batch = B;

    fn batch(&mut self, _index: u64, _seed: u64, _device: &Device) -> Result<B> {
        Ok(self.0.clone())
    }

    fn per_epoch(&self) -> Option<u64> {
        None
    }
}

/// The data of a run, and how far it has come.
pub struct Feed<'a, B> {
    source: &'a mut dyn Batches<Batch = B>,
    device: Device,
    seed: u64,
    start: u64,
    position: u64,
}

impl<'a, B> Feed<'a, B> {
    pub(crate) fn new(
        source: &'a mut dyn Batches<Batch = B>,
        device: Device,
        seed: u64,
        position: u64,
    ) -> Result<Self> {
        let seed = random::mix(seed, 0xda7a);
        if source.per_epoch() == Some(0) {
            // The data knows best why there is no batch: none of its items, or too few of them.
            let first = caught(|| source.batch(0, seed, &device));
            return Err(first.ok().and_then(Result::err).unwrap_or(Error::EmptyData));
        }
        Ok(Self {
            source,
            device,
            seed,
            start: position,
            position,
        })
    }

    /// The next batch.
    pub fn next_batch(&mut self) -> Result<B> {
        let batch = self.source.batch(self.position, self.seed, &self.device)?;
        self.position += 1;
        Ok(batch)
    }

    /// How many batches have been taken since the beginning of the run.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many of them since it was started or went on: games look closely at the first batch.
    pub fn taken(&self) -> u64 {
        self.position - self.start
    }

    pub(crate) fn per_epoch(&self) -> Option<u64> {
        self.source.per_epoch()
    }
}

impl<B> std::fmt::Debug for Feed<'_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed")
            .field("position", &self.position)
            .field("seed", &self.seed)
            .finish()
    }
}
