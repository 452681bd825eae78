/// Memory that several tasks write to, each to places of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared {
    start: *mut f32,
    length: usize,
}

// SAFETY: it is handed out part by part, by `part`, whose callers keep the parts apart.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) fn new(memory: &mut [f32]) -> Self {
        Self {
            start: memory.as_mut_ptr(),
            length: memory.len(),
        }
    }

    /// `length` numbers from `first` on.
    ///
    /// # Panics
    /// If they are not all there.
    ///
    /// # Safety
    /// Nobody else uses any of them for as long as the part lives, and the memory lives that long.
    #[allow(clippy::mut_from_ref, reason = "the caller keeps the parts apart")]
    pub(crate) unsafe fn part<'a>(&self, first: usize, length: usize) -> &'a mut [f32] {
        // SAFETY: within the memory, and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.place(first, length), length) }
    }

    /// Where `length` numbers from `first` on are.
    ///
    /// # Panics
    /// If they are not all there.
    pub(crate) fn place(&self, first: usize, length: usize) -> *mut f32 {
        assert!(
            first <= self.length && length <= self.length - first,
            "a part beyond the end"
        );
        self.start.wrapping_add(first)
    }
}
