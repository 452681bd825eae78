//! The tile for few channels: vectors are neighbouring pixels, and weights are spread over them.
//!
//! ```text
//! c[channel][pixel] = sum over k of a[pixel + offset_k] * b[k][channel]
//! ```

use super::{Isa, LANES};

/// The most channels it is meant for.
pub(crate) const THIN: usize = 8;

/// Channels and vectors of pixels of a tile, as the registers hold them.
pub(crate) const fn shape(channels: usize) -> (usize, usize) {
    match channels {
        0 | 1 => (1, 8),
        2 => (2, 8),
        3 => (3, 8),
        4 => (4, 6),
        _ => (THIN, 3),
    }
}

/// Where a tile's terms are, and where its sums go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strip {
    /// The first pixel.
    pub a: *const f32,
    /// `[k][channels]`.
    pub b: *const f32,
    /// `[channels][..]`, rows `stride` apart.
    pub c: *mut f32,
    pub stride: usize,
}

/// Computes `shape(channels)` channels and vectors of pixels.
///
/// # Safety
/// All pixels of the tile may be read at each offset, `b` holds `offsets.len()` rows of `shape(channels).0`
/// weights, `c` as many rows of the tile's pixels, and nobody else looks at those. The machine has the
/// instructions of `isa`.
pub(crate) unsafe fn thin(isa: Isa, channels: usize, offsets: &[u32], strip: Strip) {
    // SAFETY: as for this function; the number of channels picks the shape.
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => match channels {
                0 | 1 => avx512::<1, 8>(offsets, strip),
                2 => avx512::<2, 8>(offsets, strip),
                3 => avx512::<3, 8>(offsets, strip),
                4 => avx512::<4, 6>(offsets, strip),
                _ => avx512::<THIN, 3>(offsets, strip),
            },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2(offsets, strip, shape(channels)),
            Isa::Portable => plain(offsets, strip, shape(channels)),
        }
    }
}

/// # Safety
/// As for [`thin`], with `C` channels and `V` vectors.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const C: usize, const V: usize>(offsets: &[u32], strip: Strip) {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps};
    let mut sums = [[_mm512_setzero_ps(); V]; C];
    let mut b = strip.b;
    for &offset in offsets {
        // SAFETY: `b` holds `C` weights for every offset, and the tile may be read at each of them.
        let (weights, a) = unsafe { (&*b.cast::<[f32; C]>(), strip.a.add(offset as usize)) };
        let weights = weights.map(|weight| _mm512_set1_ps(weight));
        for v in 0..V {
            // SAFETY: as above.
            let pixels = unsafe { _mm512_loadu_ps(a.add(v * LANES)) };
            for (sums, &weight) in sums.iter_mut().zip(&weights) {
                sums[v] = _mm512_fmadd_ps(weight, pixels, sums[v]);
            }
        }
        b = b.wrapping_add(C);
    }
    for (channel, sums) in sums.iter().enumerate() {
        for (v, &sum) in sums.iter().enumerate() {
            // SAFETY: `c` holds the rows of the tile.
            unsafe { _mm512_storeu_ps(strip.c.add(channel * strip.stride + v * LANES), sum) };
        }
    }
}

/// # Safety
/// As for [`thin`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(offsets: &[u32], strip: Strip, shape: (usize, usize)) {
    // SAFETY: as for this function. The compiler has wider vectors for the same loops here.
    unsafe { plain(offsets, strip, shape) }
}

/// # Safety
/// As for [`thin`].
#[inline(always)]
unsafe fn plain(offsets: &[u32], strip: Strip, (channels, vectors): (usize, usize)) {
    for v in 0..vectors {
        for channel in 0..channels {
            let mut sums = [0.0_f32; LANES];
            for (k, &offset) in offsets.iter().enumerate() {
                // SAFETY: as for this function.
                let (pixels, weight) = unsafe {
                    let pixels = &*strip.a.add(offset as usize + v * LANES).cast::<[f32; LANES]>();
                    (pixels, *strip.b.add(k * channels + channel))
                };
                for (sum, pixel) in sums.iter_mut().zip(pixels) {
                    *sum += weight * pixel;
                }
            }
            // SAFETY: `c` holds the rows of the tile.
            unsafe {
                let c = strip.c.add(channel * strip.stride + v * LANES);
                c.copy_from_nonoverlapping(sums.as_ptr(), LANES);
            }
        }
    }
}
