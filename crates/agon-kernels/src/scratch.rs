//! Buffers that are used again: what is allocated anew is paid for page by page.

use std::cell::RefCell;

/// How many buffers a thread keeps.
const KEPT: usize = 8;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Works with a buffer of so many numbers, which hold anything.
pub(crate) fn with<R>(length: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut buffer = BUFFERS.with_borrow_mut(|buffers| {
        // The smallest that is large enough, else the largest.
        let fits = (0..buffers.len()).filter(|&i| buffers[i].len() >= length);
        let best = fits.min_by_key(|&i| buffers[i].len());
        let best = best.or_else(|| (0..buffers.len()).max_by_key(|&i| buffers[i].len()));
        best.map(|i| buffers.swap_remove(i)).unwrap_or_default()
    });
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    let result = work(&mut buffer[..length]);
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.len() < KEPT {
            buffers.push(buffer);
        }
    });
    result
}
