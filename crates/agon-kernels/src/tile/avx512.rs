use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps};

use super::{LANES, Panel, ROWS};

/// [`super::tile`] of `R` rows and `V` vectors.
///
/// # Safety
/// As for [`super::tile`].
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn tile<const R: usize, const V: usize>(rows: &[*const f32; ROWS], offsets: &[u32], panel: Panel) {
    let mut sums = [[_mm512_setzero_ps(); V]; R];
    let mut b = panel.b;
    for &offset in offsets {
        let mut across = [_mm512_setzero_ps(); V];
        for (j, vector) in across.iter_mut().enumerate() {
            // SAFETY: `b` holds a row of `V` vectors for every offset.
            *vector = unsafe { _mm512_loadu_ps(b.add(j * LANES)) };
        }
        for (sums, &row) in sums.iter_mut().zip(rows) {
            // SAFETY: every row may be read at every offset.
            let down = _mm512_set1_ps(unsafe { *row.add(offset as usize) });
            for (sum, &vector) in sums.iter_mut().zip(&across) {
                *sum = _mm512_fmadd_ps(down, vector, *sum);
            }
        }
        b = b.wrapping_add(panel.b_apart);
    }
    for (i, sums) in sums.iter().enumerate() {
        for (j, &sum) in sums.iter().enumerate() {
            // SAFETY: `c` holds `R` rows of `V` vectors.
            unsafe {
                let c = panel.c.add(i * panel.apart + j * LANES);
                let sum = if panel.adds {
                    std::arch::x86_64::_mm512_add_ps(sum, _mm512_loadu_ps(c))
                } else {
                    sum
                };
                _mm512_storeu_ps(c, sum);
            }
        }
    }
}
