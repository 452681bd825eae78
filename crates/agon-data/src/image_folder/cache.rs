use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::picture::Picture;

/// Images that were decoded and resized, kept while there is room.
///
/// What is in stays in: every epoch asks for every image once, so that throwing out the oldest would throw
/// out what is asked for next.
#[derive(Debug)]
pub(crate) struct Cache {
    limit: usize,
    used: AtomicUsize,
    pictures: Box<[OnceLock<Box<Picture>>]>,
}

impl Cache {
    pub(crate) fn new(limit: usize, items: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            pictures: std::iter::repeat_with(OnceLock::new).take(items).collect(),
        }
    }

    /// An empty one of the same size.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(self.limit, self.pictures.len())
    }

    pub(crate) fn get(&self, item: usize) -> Option<&Picture> {
        self.pictures.get(item)?.get().map(|picture| &**picture)
    }

    /// Keeps an image if there is room.
    pub(crate) fn offer(&self, item: usize, picture: Picture) {
        let (Some(place), size) = (self.pictures.get(item), picture.bytes.len()) else {
            return;
        };
        let with = |used: usize| used.checked_add(size).filter(|&sum| sum <= self.limit);
        let room = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with);
        if room.is_ok() && place.set(Box::new(picture)).is_err() {
            // Another thread was first.
            self.used.fetch_sub(size, Ordering::Relaxed);
        }
    }

    /// How many bytes of pixels it holds.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays() {
        let picture = |side: usize| Picture {
            width: side,
            height: side,
            channels: 1,
            bytes: vec![side as u8; side * side],
        };
        let cache = Cache::new(20, 4);
        cache.offer(0, picture(4));
        cache.offer(0, picture(2));
        cache.offer(1, picture(3));
        cache.offer(2, picture(2));
        cache.offer(9, picture(0));
        assert_eq!(cache.used(), 20);
        assert_eq!(cache.get(0), Some(&picture(4)));
        assert_eq!((cache.get(1), cache.get(9)), (None, None));
        assert!(cache.get(2).is_some() && cache.emptied().get(2).is_none());
    }
}
