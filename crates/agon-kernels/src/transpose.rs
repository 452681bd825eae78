//! Rows to columns, in blocks that stay in registers.

use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, LANES};

/// Columns that a task takes.
const COLUMNS: usize = 256;

/// `to[j][i] = from[i][j]` for `rows` rows `from_stride` apart and `columns` columns; columns become rows
/// `to_stride` apart.
///
/// # Panics
/// If a row does not fit.
pub(crate) fn transpose(
    isa: Isa,
    (from, from_stride): (&[f32], usize),
    (to, to_stride): (&mut [f32], usize),
    rows: usize,
    columns: usize,
) {
    if rows == 0 || columns == 0 {
        return;
    }
    assert!(
        from.len() >= (rows - 1) * from_stride + columns,
        "too little to transpose"
    );
    assert!(
        to.len() >= (columns - 1) * to_stride + rows,
        "too little room to transpose to"
    );
    for i in (0..rows).step_by(LANES) {
        for j in (0..columns).step_by(LANES) {
            let (height, width) = (LANES.min(rows - i), LANES.min(columns - j));
            let (from, to) = (&from[i * from_stride + j..], &mut to[j * to_stride + i..]);
            #[cfg(target_arch = "x86_64")]
            if isa == Isa::Avx512 {
                // SAFETY: the machine has the instructions; the block lies within both, as asserted above.
                unsafe {
                    if height == LANES && width == LANES {
                        avx512::whole(from, from_stride, to, to_stride);
                    } else {
                        avx512::block(from, from_stride, to, to_stride, height, width);
                    }
                }
                continue;
            }
            block(from, from_stride, to, to_stride, height, width);
        }
    }
    let _ = isa;
}

/// The same by all threads, each with some of the columns.
pub(crate) fn transpose_by_all(
    isa: Isa,
    (from, from_stride): (&[f32], usize),
    (to, to_stride): (&mut [f32], usize),
    rows: usize,
    columns: usize,
) {
    let to = Shared::new(to);
    each(columns.div_ceil(COLUMNS), PASS * rows * columns, |task| {
        let first = task * COLUMNS;
        let columns = COLUMNS.min(columns - first);
        // SAFETY: each task has columns of its own, which become rows of their own.
        let to = unsafe { to.part(first * to_stride, (columns - 1) * to_stride + rows) };
        transpose(isa, (&from[first..], from_stride), (to, to_stride), rows, columns);
    });
}

fn block(from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize, height: usize, width: usize) {
    for j in 0..width {
        for (i, to) in to[j * to_stride..][..height].iter_mut().enumerate() {
            *to = from[i * from_stride + j];
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::*;

    use crate::tile::LANES;

    /// A block of 16 by 16.
    ///
    /// # Safety
    /// 16 rows of 16 are in `from` and in `to`.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn whole(from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize) {
        let mut rows = [_mm512_setzero_ps(); LANES];
        for (i, row) in rows.iter_mut().enumerate() {
            // The block below comes next but a few, from memory as likely as not. Any address may be announced.
            let below = from.as_ptr().wrapping_add((LANES + i) * from_stride);
            _mm_prefetch::<_MM_HINT_T0>(below.cast());
            // SAFETY: the row is there.
            *row = unsafe { _mm512_loadu_ps(from.as_ptr().add(i * from_stride)) };
        }
        for (j, &column) in columns(&rows).iter().enumerate() {
            // SAFETY: the column is there.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr().add(j * to_stride), column) };
        }
    }

    /// A block of at most 16 by 16.
    ///
    /// # Safety
    /// `height` rows of `width` are in `from`, and the reverse in `to`; both are at most 16.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn block(
        from: &[f32],
        from_stride: usize,
        to: &mut [f32],
        to_stride: usize,
        height: usize,
        width: usize,
    ) {
        let (across, down) = (first(width), first(height));
        let mut rows = [_mm512_setzero_ps(); LANES];
        for (i, row) in rows.iter_mut().enumerate().take(height) {
            // SAFETY: the row is there, and masked lanes are not touched.
            *row = unsafe { _mm512_maskz_loadu_ps(across, from.as_ptr().add(i * from_stride)) };
        }
        let columns = columns(&rows);
        for (j, &column) in columns.iter().enumerate().take(width) {
            // SAFETY: the column is there, and masked lanes are not touched.
            unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr().add(j * to_stride), down, column) };
        }
    }

    /// A mask of the first `n` of 16 lanes.
    fn first(n: usize) -> __mmask16 {
        ((1_u32 << n) - 1) as __mmask16
    }

    /// Pairs, then fours, within quarters of 128 bits; then the quarters themselves.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn columns(rows: &[__m512; LANES]) -> [__m512; LANES] {
        let mut fours = [_mm512_setzero_ps(); LANES];
        for group in 0..4 {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| rows[4 * group + i]);
            let (ab, cd) = (_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d));
            let (ab_high, cd_high) = (_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d));
            fours[4 * group] = _mm512_shuffle_ps::<0b01_00_01_00>(ab, cd);
            fours[4 * group + 1] = _mm512_shuffle_ps::<0b11_10_11_10>(ab, cd);
            fours[4 * group + 2] = _mm512_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high);
            fours[4 * group + 3] = _mm512_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high);
        }
        let mut columns = [_mm512_setzero_ps(); LANES];
        for i in 0..4 {
            let [a, b, c, d] = [0, 4, 8, 12].map(|group| fours[group + i]);
            let (ab, cd) = (_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0x88>(c, d));
            let (ab_odd, cd_odd) = (_mm512_shuffle_f32x4::<0xdd>(a, b), _mm512_shuffle_f32x4::<0xdd>(c, d));
            columns[i] = _mm512_shuffle_f32x4::<0x88>(ab, cd);
            columns[8 + i] = _mm512_shuffle_f32x4::<0xdd>(ab, cd);
            columns[4 + i] = _mm512_shuffle_f32x4::<0x88>(ab_odd, cd_odd);
            columns[12 + i] = _mm512_shuffle_f32x4::<0xdd>(ab_odd, cd_odd);
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_finds_its_place() {
        for isa in Isa::all() {
            for (rows, columns) in [(1, 1), (16, 16), (5, 40), (33, 17), (64, 3)] {
                let (from_stride, to_stride) = (columns + 3, rows + 2);
                let from: Vec<f32> = (0..rows * from_stride).map(|i| i as f32).collect();
                let mut to = vec![-1.0; columns * to_stride];
                transpose(isa, (&from, from_stride), (&mut to, to_stride), rows, columns);
                for (j, row) in to.chunks(to_stride).enumerate() {
                    for (i, &value) in row.iter().enumerate() {
                        let expected = if i < rows { (i * from_stride + j) as f32 } else { -1.0 };
                        assert_eq!(value, expected, "{isa:?} {rows}x{columns} at {i}, {j}");
                    }
                }
            }
        }
    }
}
