use rand::RngExt;

use crate::random::{mix, stream};

const SHUFFLE: u64 = 0x5_4f11;

/// The order of a finite data set: a permutation of its own for every epoch.
///
/// It follows from the seed and the epoch alone; the newest one is kept, since batches are mostly asked
/// for in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    of: Option<(u64, u64, u64)>,
    items: Vec<u64>,
}

impl Order {
    /// The items' numbers in the order of an epoch.
    pub(crate) fn epoch(&mut self, items: u64, seed: u64, epoch: u64) -> &[u64] {
        let wanted = Some((items, seed, epoch));
        if self.of != wanted {
            self.items.clear();
            self.items.extend(0..items);
            shuffle(&mut self.items, mix(seed, SHUFFLE), epoch);
            self.of = wanted;
        }
        &self.items
    }
}

/// Fisher and Yates, written out, so that the order does not change with a version of `rand`.
fn shuffle(items: &mut [u64], seed: u64, epoch: u64) {
    let mut random = stream(seed, epoch);
    for last in (1..items.len()).rev() {
        items.swap(last, random.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_is_a_permutation_of_its_own() {
        let mut order = Order::default();
        let first = order.epoch(100, 7, 0).to_vec();
        let second = order.epoch(100, 7, 1).to_vec();
        assert_ne!(first, second);
        assert_ne!(first, order.epoch(100, 8, 0));
        assert_eq!(first, order.epoch(100, 7, 0));
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }
}
