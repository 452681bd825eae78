use super::{LANES, Panel, ROWS, rows_beside};

/// [`super::tile`] two rows of one vector at a time, in a form that compilers turn into whatever vectors there are.
///
/// # Safety
/// As for [`super::tile`].
pub(super) unsafe fn tile(rows: &[*const f32; ROWS], offsets: &[u32], panel: Panel) {
    for first in (0..rows_beside(panel.vectors)).step_by(2) {
        for vector in 0..panel.vectors {
            let mut sums = [[0.0; LANES]; 2];
            for (k, &offset) in offsets.iter().enumerate() {
                // SAFETY: `b` holds a row for every offset, and every row of `a` may be read at it.
                let (across, down) = unsafe {
                    let across = &*panel.b.add(k * panel.b_apart + vector * LANES).cast::<[f32; LANES]>();
                    let offset = offset as usize;
                    (across, [*rows[first].add(offset), *rows[first + 1].add(offset)])
                };
                for (sums, down) in sums.iter_mut().zip(down) {
                    for (sum, across) in sums.iter_mut().zip(across) {
                        *sum += down * across;
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                // SAFETY: `c` holds the rows of the tile.
                let c = unsafe {
                    &mut *panel
                        .c
                        .add((first + i) * panel.apart + vector * LANES)
                        .cast::<[f32; LANES]>()
                };
                for (c, &sum) in c.iter_mut().zip(sums) {
                    *c = if panel.adds { *c + sum } else { sum };
                }
            }
        }
    }
}
