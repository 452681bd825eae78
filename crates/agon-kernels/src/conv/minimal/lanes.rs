//! Neighbouring channels, in whatever the machine has for them.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Numbers that are computed with together.
pub(super) trait Lanes: Copy {
    const COUNT: usize;

    /// # Safety
    /// So many numbers may be read.
    unsafe fn load(from: *const f32) -> Self;

    /// # Safety
    /// So many numbers may be written.
    unsafe fn store(self, to: *mut f32);

    fn zero() -> Self;

    fn plus(self, other: Self) -> Self;

    fn minus(self, other: Self) -> Self;

    fn times(self, factor: f32) -> Self;
}

impl Lanes for f32 {
    const COUNT: usize = 1;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: as for the trait.
        unsafe { from.read() }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for the trait.
        unsafe { to.write(self) }
    }

    #[inline(always)]
    fn zero() -> Self {
        0.0
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn times(self, factor: f32) -> Self {
        self * factor
    }
}

/// Four numbers of plain Rust, which any machine has vectors for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Four([f32; 4]);

impl Lanes for Four {
    const COUNT: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: as for the trait.
        Self(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as for the trait.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    fn zero() -> Self {
        Self([0.0; 4])
    }

    #[inline(always)]
    fn plus(self, Self([a, b, c, d]): Self) -> Self {
        let Self([e, f, g, h]) = self;
        Self([e + a, f + b, g + c, h + d])
    }

    #[inline(always)]
    fn minus(self, Self([a, b, c, d]): Self) -> Self {
        let Self([e, f, g, h]) = self;
        Self([e - a, f - b, g - c, h - d])
    }

    #[inline(always)]
    fn times(self, factor: f32) -> Self {
        Self(self.0.map(|x| x * factor))
    }
}

/// Lanes of vector instructions. They are only used in functions that are compiled with them.
#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    ($vector:ty, $count:literal, $load:ident, $store:ident, $set:ident, $add:ident, $sub:ident, $mul:ident) => {
        impl Lanes for $vector {
            const COUNT: usize = $count;

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: as for the trait, and the machine has the instruction.
                unsafe { $load(from) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: as for the trait, and the machine has the instruction.
                unsafe { $store(to, self) }
            }

            #[inline(always)]
            fn zero() -> Self {
                // SAFETY: the machine has the instruction.
                unsafe { $set(0.0) }
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                // SAFETY: the machine has the instruction.
                unsafe { $add(self, other) }
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                // SAFETY: the machine has the instruction.
                unsafe { $sub(self, other) }
            }

            #[inline(always)]
            fn times(self, factor: f32) -> Self {
                // SAFETY: the machine has the instructions.
                unsafe { $mul(self, $set(factor)) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vectors!(
    __m512,
    16,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps
);
#[cfg(target_arch = "x86_64")]
vectors!(
    __m256,
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps
);
