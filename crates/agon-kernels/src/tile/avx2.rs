use std::arch::x86_64::{
    _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
};

use super::{LANES, Panel, ROWS, rows_beside};

/// Lanes of a register; two make a vector.
const HALF: usize = LANES / 2;

/// [`super::tile`]: vector by vector, since there are registers for few rows of one only.
///
/// # Safety
/// As for [`super::tile`].
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile(rows: &[*const f32; ROWS], offsets: &[u32], panel: Panel) {
    for vector in 0..panel.vectors {
        // SAFETY: rows 0 to 6 or 0 to 4 and 4 to 8 are those of the tile.
        unsafe {
            if rows_beside(panel.vectors) == 6 {
                part::<6>(rows, 0, offsets, panel, vector);
            } else {
                part::<4>(rows, 0, offsets, panel, vector);
                part::<4>(rows, 4, offsets, panel, vector);
            }
        }
    }
}

/// `R` rows from `first` on, of one vector.
///
/// # Safety
/// As for [`super::tile`]; the rows and the vector are of the tile.
#[target_feature(enable = "avx2,fma")]
unsafe fn part<const R: usize>(rows: &[*const f32; ROWS], first: usize, offsets: &[u32], panel: Panel, vector: usize) {
    let mut sums = [[_mm256_setzero_ps(); 2]; R];
    let mut b = panel.b.wrapping_add(vector * LANES);
    for &offset in offsets {
        // SAFETY: `b` holds a row for every offset.
        let across = unsafe { [_mm256_loadu_ps(b), _mm256_loadu_ps(b.add(HALF))] };
        for (sums, &row) in sums.iter_mut().zip(&rows[first..]) {
            // SAFETY: every row may be read at every offset.
            let down = _mm256_set1_ps(unsafe { *row.add(offset as usize) });
            sums[0] = _mm256_fmadd_ps(down, across[0], sums[0]);
            sums[1] = _mm256_fmadd_ps(down, across[1], sums[1]);
        }
        b = b.wrapping_add(panel.b_apart);
    }
    for (i, sums) in sums.iter().enumerate() {
        for (half, &sum) in sums.iter().enumerate() {
            // SAFETY: `c` holds the rows of the tile.
            unsafe {
                let c = panel.c.add((first + i) * panel.apart + vector * LANES + half * HALF);
                let sum = if panel.adds {
                    _mm256_add_ps(sum, _mm256_loadu_ps(c))
                } else {
                    sum
                };
                _mm256_storeu_ps(c, sum);
            }
        }
    }
}
