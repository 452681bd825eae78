//! Results' memory, used again: a training step asks for the same sizes each time, and what is allocated anew is
//! paid for page by page.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cubecl_environment::bytes::{AccessError, AccessPolicy, AllocationController, AllocationProperty, Bytes};

/// Numbers that lie together in a cache line, and start where one starts.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

const LINE: usize = 16;
/// Lines of the smallest buffer that is kept: smaller ones cost no fresh pages.
const SMALLEST: usize = 256;
/// Lines that are kept at most: 1 GiB.
const MOST: usize = 1 << 24;

/// What was given back, by size, and how much it is together.
#[derive(Default)]
struct Kept {
    buffers: HashMap<usize, Vec<Vec<Line>>>,
    lines: usize,
}

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

fn kept() -> MutexGuard<'static, Option<Kept>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the memory of results back to the system that is kept for the next step. What each thread keeps to pack
/// matrices in stays.
pub fn release_memory() {
    *kept() = None;
}

/// Memory for a tensor of so many numbers, which hold anything at first.
pub(crate) struct Buffer {
    lines: Vec<Line>,
    length: usize,
}

impl Buffer {
    pub(crate) fn new(length: usize) -> Self {
        let count = length.div_ceil(LINE);
        let used = kept().as_mut().and_then(|kept| {
            let lines = kept.buffers.get_mut(&count)?.pop()?;
            kept.lines -= count;
            Some(lines)
        });
        let lines = used.unwrap_or_else(|| vec![Line([0.0; LINE]); count]);
        Self { lines, length }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        let bytes = self.length * size_of::<f32>();
        // SAFETY: every number was initialised when its line was made.
        unsafe { Bytes::from_controller(Box::new(self), bytes) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let count = self.lines.len();
        if count < SMALLEST {
            return;
        }
        let mut kept = kept();
        let kept = kept.get_or_insert_default();
        if kept.lines + count > MOST {
            // Other sizes than today's, most likely.
            *kept = Kept::default();
        }
        if count <= MOST {
            kept.lines += count;
            kept.buffers
                .entry(count)
                .or_default()
                .push(std::mem::take(&mut self.lines));
        }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: lines are numbers without gaps, at least `length` of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above, and borrowed alone.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

impl AllocationController for Buffer {
    fn alloc_align(&self) -> usize {
        // What burn allows at most; the lines are aligned better than that.
        align_of::<u128>()
    }

    fn property(&self) -> AllocationProperty {
        AllocationProperty::Native
    }

    unsafe fn memory_mut(&mut self, _: AccessPolicy) -> Result<&mut [MaybeUninit<u8>], AccessError> {
        let bytes = self.length * size_of::<f32>();
        // SAFETY: the buffer's own memory, borrowed alone; whoever writes to it writes initialised bytes.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), bytes) })
    }

    fn memory(&self, _: AccessPolicy) -> Result<&[MaybeUninit<u8>], AccessError> {
        let bytes = self.length * size_of::<f32>();
        // SAFETY: the buffer's own memory.
        Ok(unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_is_used_again() {
        let length = SMALLEST * LINE + 3;
        let mut first = Buffer::new(length);
        first.fill(7.0);
        let place = first.as_ptr();
        let bytes = first.into_bytes();
        assert_eq!(bytes.len(), length * 4);
        let copy = bytes.clone();
        drop(bytes);
        let second = Buffer::new(length);
        assert_eq!((second.as_ptr(), second[length - 1]), (place, 7.0));
        assert_eq!(bytemuck_free(&copy), 7.0);
    }

    fn bytemuck_free(bytes: &Bytes) -> f32 {
        f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}
