use super::{Isa, Panel, ROWS, rows_beside, tile};
use crate::panels::Panels;

/// Terms that are added before the next ones: their part of a panel stays in the first cache.
pub(crate) const DEPTH: usize = 128;

/// Rows of a product beside one panel, `sums[i] += sum over k of start(i)[offsets[k]] * b[k]`.
///
/// `sums` has room for whole tiles: rows beyond the last hold anything.
///
/// # Safety
/// Each row may be read at each offset.
pub(crate) unsafe fn rows_by_panel(
    isa: Isa,
    (rows, start): (usize, impl Fn(usize) -> *const f32),
    offsets: &[u32],
    (b, panels): (&[f32], Panels),
    (sums, adds): (&mut [f32], bool),
) {
    let (width, high) = (panels.width(), rows_beside(panels.vectors));
    assert!(b.len() >= offsets.len() * width, "a panel with too few rows");
    assert!(
        sums.len() >= rows.next_multiple_of(high) * width,
        "no room for the last tile"
    );
    if offsets.is_empty() && !adds {
        sums.fill(0.0);
    }
    for (block, offsets) in offsets.chunks(DEPTH).enumerate() {
        let b = b[block * DEPTH * width..].as_ptr();
        for (i, sums) in sums.chunks_exact_mut(high * width).enumerate() {
            if i * high >= rows {
                break;
            }
            // Rows beyond the last are the last: their sums are not used.
            let starts: [_; ROWS] = std::array::from_fn(|r| start((i * high + r.min(high - 1)).min(rows - 1)));
            let panel = Panel {
                b,
                b_apart: width,
                vectors: panels.vectors,
                c: sums.as_mut_ptr(),
                apart: width,
                adds: adds || block > 0,
            };
            // SAFETY: rows may be read at the offsets, `b` has a row for each, and `sums` those of the tile.
            unsafe { tile(isa, &starts, offsets, panel) };
        }
    }
}
