use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use burn::prelude::Device;

use crate::Dataset;
use crate::error::{Error, Result};
use crate::wanted::Wanted;

/// Threads that compute batches ahead of their time.
///
/// Whoever is free takes the next one that was ordered; they are delivered in the order in which they were
/// ordered, whenever they are ready. There are never more than were ordered, so who orders them bounds the
/// memory. Dropped, it waits for the batches that are being computed and for no other.
pub(crate) struct Crew<B> {
    run: Run,
    /// The index of the first of the batches that are on their way.
    front: u64,
    coming: VecDeque<Receiver<Result<B>>>,
    orders: Option<Sender<Order<B>>>,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// A batch to be computed, and where to put it.
struct Order<B> {
    wanted: Wanted,
    answer: SyncSender<Result<B>>,
}

/// What batches depend on besides their index.
struct Run {
    seed: u64,
    device: Device,
}

impl Run {
    /// Devices are equal with and without autodiff; batches are not.
    fn is(&self, seed: u64, device: &Device) -> bool {
        let strategy = Device::gradient_checkpointing_strategy;
        self.seed == seed && self.device == *device && strategy(&self.device) == strategy(device)
    }
}

impl<B: Send + 'static> Crew<B> {
    /// So many threads, which begin with the batch at `index`.
    pub(crate) fn start<D: Dataset<Batch = B>>(
        dataset: &Arc<D>,
        threads: usize,
        index: u64,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let (orders, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let mut crew = Self {
            run: Run {
                seed,
                device: device.clone(),
            },
            front: index,
            coming: VecDeque::new(),
            orders: Some(orders),
            over: Arc::default(),
            threads: Vec::new(),
        };
        for _ in 0..threads {
            let (dataset, device) = (dataset.clone(), device.clone());
            let (receiver, over) = (receiver.clone(), crew.over.clone());
            let thread = Builder::new()
                .name("agon-data".to_owned())
                .spawn(move || work(&*dataset, &device, &receiver, &over))
                .map_err(|error| Error::config("the workers", format!("{threads} threads"), error))?;
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    /// Whether the next batch it delivers is this one.
    pub(crate) fn is_at(&self, index: u64, seed: u64, device: &Device) -> bool {
        self.front == index && self.run.is(seed, device)
    }

    /// How many batches are ordered and not delivered.
    pub(crate) fn coming(&self) -> usize {
        self.coming.len()
    }

    /// The index of the next batch to be ordered.
    pub(crate) fn next_index(&self) -> u64 {
        self.front.wrapping_add(self.coming.len() as u64)
    }

    /// Has the batch at [`next_index`](Self::next_index) computed.
    pub(crate) fn order(&mut self, wanted: Wanted) {
        let (answer, receiver) = sync_channel(1);
        if let Some(orders) = &self.orders {
            // Without a thread to take it the order is dropped, and `deliver` says so.
            let _ = orders.send(Order { wanted, answer });
        }
        self.coming.push_back(receiver);
    }

    /// Waits for the first of the batches that were ordered.
    pub(crate) fn deliver(&mut self) -> Result<B> {
        self.front = self.front.wrapping_add(1);
        let batch = self.coming.pop_front().and_then(|batch| batch.recv().ok());
        batch.unwrap_or_else(|| {
            Err(Error::config(
                "the workers",
                "a batch",
                "none: their threads have ended",
            ))
        })
    }
}

fn work<D: Dataset>(dataset: &D, device: &Device, orders: &Mutex<Receiver<Order<D::Batch>>>, over: &AtomicBool) {
    loop {
        let order = orders.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match order {
            Ok(order) if !over.load(Ordering::Relaxed) => {
                // If nobody waits for it any more, it is of no use.
                let _ = order.answer.send(order.wanted.gather(dataset, device));
            }
            _ => return,
        }
    }
}

impl<B> Drop for Crew<B> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.orders = None;
        for thread in self.threads.drain(..) {
            // It cannot have panicked: what a data set panics with is a batch's error.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// Its batches are the numbers of the items and the seed; some of them fail.
    #[derive(Clone, Default)]
    struct Watched {
        items: Option<u64>,
        fails: Vec<u64>,
        panics: Vec<u64>,
        /// How many batches may have been begun by now.
        allowed: Option<Arc<AtomicU64>>,
        begun: Arc<AtomicU64>,
    }

    impl Dataset for Watched {
        type Batch = (Vec<u64>, u64);

        fn items(&self) -> Option<u64> {
            self.items
        }

        fn gather(&self, items: &[u64], seed: u64, _device: &Device) -> Result<Self::Batch> {
            let begun = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(allowed) = &self.allowed {
                assert!(begun <= allowed.load(Ordering::SeqCst), "too far ahead");
            }
            for item in items {
                assert!(!self.panics.contains(item), "item {item} is cursed");
                if self.fails.contains(item) {
                    return Err(Error::config("an item", "a good one", item));
                }
            }
            Ok((items.to_vec(), seed))
        }
    }

    fn device() -> Device {
        Device::default()
    }

    /// What the batches of these indices and seeds are, errors in words.
    fn ask(dataset: &Watched, workers: usize, asked: &[(u64, u64)]) -> Vec<Result<(Vec<u64>, u64), String>> {
        let mut batches = dataset.clone().batches(3).workers(workers);
        asked
            .iter()
            .map(|&(index, seed)| batches.batch(index, seed, &device()).map_err(|error| error.to_string()))
            .collect()
    }

    #[test]
    fn any_number_of_workers_is_the_same() {
        let mut asked: Vec<(u64, u64)> = (0..40).map(|index| (index, 7)).collect();
        asked.extend([
            (3, 7),
            (4, 7),
            (4, 7),
            (5, 8),
            (6, 8),
            (1_000_000, 8),
            (1_000_001, 8),
            (0, 7),
        ]);
        for items in [None, Some(20)] {
            let dataset = Watched {
                items,
                ..Watched::default()
            };
            let alone = ask(&dataset, 0, &asked);
            for workers in [1, 2, 4] {
                assert_eq!(
                    alone,
                    ask(&dataset, workers, &asked),
                    "{workers} workers, {items:?} items"
                );
            }
        }
    }

    #[test]
    fn errors_and_panics_come_in_their_place() {
        let dataset = Watched {
            fails: vec![7, 22],
            panics: vec![13],
            ..Watched::default()
        };
        let asked: Vec<(u64, u64)> = [0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 4, 2, 0]
            .map(|index| (index, 1))
            .to_vec();
        let alone = ask(&dataset, 0, &asked);
        let failed = |index: usize| alone[index].clone().unwrap_err();
        assert_eq!(failed(3), "an item: expected a good one, got 7");
        assert_eq!(
            failed(6),
            "the data set panicked at the items 12, 13, 14: item 13 is cursed"
        );
        assert_eq!(alone.iter().filter(|batch| batch.is_err()).count(), 8);
        for workers in [1, 4] {
            assert_eq!(alone, ask(&dataset, workers, &asked), "{workers} workers");
        }
    }

    #[test]
    fn no_more_is_computed_ahead_than_allowed() {
        for (workers, ahead) in [(1, 0), (1, 2), (4, 1), (3, 6)] {
            let allowed = Arc::new(AtomicU64::new(0));
            let dataset = Watched {
                allowed: Some(allowed.clone()),
                ..Watched::default()
            };
            let mut batches = dataset.batches(3).workers(workers).ahead(ahead);
            for index in 0..50 {
                allowed.store(index + 1 + ahead as u64, Ordering::SeqCst);
                batches.batch(index, 7, &device()).unwrap();
            }
        }
    }

    #[test]
    fn dropped_in_the_middle_nothing_goes_on() {
        for taken in [0, 1, 5] {
            let dataset = Watched::default();
            let begun = dataset.begun.clone();
            let mut batches = dataset.batches(3).workers(4).ahead(100);
            for index in 0..taken {
                batches.batch(index, 7, &device()).unwrap();
            }
            drop(batches);
            // The data set itself is gone, and with it the threads that held it.
            assert_eq!(Arc::strong_count(&begun), 1);
            assert!(begun.load(Ordering::SeqCst) <= taken + 100);
        }
    }

    #[test]
    fn a_device_with_autodiff_is_another_one() {
        let rows = burn::prelude::Tensor::<2>::zeros([8, 2], &device());
        let mut batches = crate::InMemory::new(rows).batches(2).workers(2);
        for index in 0..4 {
            let device = if index % 2 == 0 { device() } else { device().autodiff() };
            let batch = batches.batch(index, 7, &device).unwrap();
            assert_eq!(batch.device().is_autodiff(), device.is_autodiff());
        }
    }
}
