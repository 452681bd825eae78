#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use super::lanes::{Four, Lanes};
use super::maps::Map;
use crate::tile::Isa;

/// `to = Q from Qᵀ`, each element being `count` numbers in a row.
///
/// # Safety
/// So many numbers may be read behind each pointer of `from`, and written behind each of `to`, which nobody else looks
/// at.
pub(super) unsafe fn carry<Q: Map<M, N>, const M: usize, const N: usize>(
    isa: Isa,
    from: [[*const f32; N]; N],
    to: [[*mut f32; M]; M],
    count: usize,
) {
    // SAFETY: as for this function; an `Isa` is only handed out on machines that have it.
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => by_avx512::<Q, M, N>(&from, &to, count),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => by_avx2::<Q, M, N>(&from, &to, count),
            Isa::Portable => by::<Four, Q, M, N>(&from, &to, count),
        }
    }
}

/// # Safety
/// As for [`carry`], and the machine has the instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn by_avx512<Q: Map<M, N>, const M: usize, const N: usize>(
    from: &[[*const f32; N]; N],
    to: &[[*mut f32; M]; M],
    count: usize,
) {
    // SAFETY: as for this function.
    unsafe { by::<__m512, Q, M, N>(from, to, count) }
}

/// # Safety
/// As for [`carry`], and the machine has the instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn by_avx2<Q: Map<M, N>, const M: usize, const N: usize>(
    from: &[[*const f32; N]; N],
    to: &[[*mut f32; M]; M],
    count: usize,
) {
    // SAFETY: as for this function.
    unsafe { by::<__m256, Q, M, N>(from, to, count) }
}

/// By lanes, and what is left one by one.
///
/// # Safety
/// As for [`carry`].
#[inline(always)]
unsafe fn by<V: Lanes, Q: Map<M, N>, const M: usize, const N: usize>(
    from: &[[*const f32; N]; N],
    to: &[[*mut f32; M]; M],
    count: usize,
) {
    let whole = count - count % V::COUNT;
    let mut first = 0;
    while first < whole {
        // SAFETY: as for this function.
        unsafe { at::<V, Q, M, N>(from, to, first) };
        first += V::COUNT;
    }
    while first < count {
        // SAFETY: as for this function.
        unsafe { at::<f32, Q, M, N>(from, to, first) };
        first += 1;
    }
}

/// # Safety
/// As for [`carry`], for the lanes from `first` on.
#[inline(always)]
unsafe fn at<V: Lanes, Q: Map<M, N>, const M: usize, const N: usize>(
    from: &[[*const f32; N]; N],
    to: &[[*mut f32; M]; M],
    first: usize,
) {
    let mut columns = [[V::zero(); M]; N];
    for j in 0..N {
        let mut x = [V::zero(); N];
        for i in 0..N {
            // SAFETY: as for this function.
            x[i] = unsafe { V::load(from[i][j].add(first)) };
        }
        columns[j] = Q::of(x);
    }
    for i in 0..M {
        let mut row = [V::zero(); N];
        for j in 0..N {
            row[j] = columns[j][i];
        }
        let y = Q::of(row);
        for j in 0..M {
            // SAFETY: as for this function.
            unsafe { y[j].store(to[i][j].add(first)) };
        }
    }
}
