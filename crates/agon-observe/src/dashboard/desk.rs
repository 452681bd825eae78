//! Where the run's thread and the screen's thread meet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, LockResult, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::board::Board;

/// What lies between the two threads.
#[derive(Debug)]
pub(super) struct Desk {
    board: Mutex<Board>,
    orders: Mutex<Orders>,
    wake: Condvar,
    /// Whether there are orders, for whoever has no time to look.
    ordered: AtomicBool,
    /// Whether the two have parted.
    closed: AtomicBool,
    /// Pixels that pictures may have.
    room: Mutex<(usize, usize)>,
}

/// What the keys asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) pause: bool,
    pub(super) checkpoint: bool,
    pub(super) sample: bool,
    pub(super) stop: bool,
}

/// Of a window that nobody has seen yet.
const ROOM: (usize, usize) = (60, 40);

impl Desk {
    pub(super) fn new(board: Board) -> Self {
        Self {
            board: Mutex::new(board),
            orders: Mutex::default(),
            wake: Condvar::new(),
            ordered: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            room: Mutex::new(ROOM),
        }
    }

    /// What is shown.
    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        unpoisoned(self.board.lock())
    }

    /// Changes what is asked for.
    pub(super) fn order(&self, change: impl FnOnce(&mut Orders)) {
        let mut orders = unpoisoned(self.orders.lock());
        change(&mut orders);
        self.ordered.store(*orders != Orders::default(), Ordering::Release);
        self.wake.notify_all();
    }

    /// Whether there is something to look at.
    pub(super) fn is_ordered(&self) -> bool {
        self.ordered.load(Ordering::Acquire)
    }

    /// Takes the orders; pausing and stopping stay.
    pub(super) fn take(&self) -> Orders {
        let mut taken = Orders::default();
        self.order(|orders| {
            taken = *orders;
            (orders.checkpoint, orders.sample) = (false, false);
        });
        taken
    }

    /// Waits for an order, but not for ever.
    pub(super) fn wait(&self, most: Duration) {
        let orders = unpoisoned(self.orders.lock());
        if !orders.checkpoint && !orders.sample && !orders.stop && orders.pause {
            drop(self.wake.wait_timeout(orders, most));
        }
    }

    /// Pixels that pictures may have.
    pub(super) fn room(&self) -> (usize, usize) {
        *unpoisoned(self.room.lock())
    }

    /// Says how many there are.
    pub(super) fn make_room(&self, pixels: (usize, usize)) {
        *unpoisoned(self.room.lock()) = pixels;
    }

    /// Parts. Nobody waits any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.order(|orders| *orders = Orders::default());
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// What lies here stays usable when a thread that held it panicked.
fn unpoisoned<'a, T>(result: LockResult<MutexGuard<'a, T>>) -> MutexGuard<'a, T> {
    result.unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn orders_are_taken_once_and_pausing_stays() {
        let desk = Desk::new(Board::new(0, None, Instant::now()));
        assert!(!desk.is_ordered());
        desk.order(|orders| (orders.pause, orders.sample) = (true, true));
        desk.wait(Duration::from_secs(3_600));
        assert!(desk.take().sample);
        let left = Orders {
            pause: true,
            ..Orders::default()
        };
        assert!(desk.is_ordered());
        assert_eq!(desk.take(), left);
        desk.wait(Duration::ZERO);
        desk.close();
        desk.wait(Duration::from_secs(3_600));
        assert!(desk.is_closed() && !desk.is_ordered());
    }
}
