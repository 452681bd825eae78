//! Products of matrices.

use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{DEPTH, Isa, Panel, rows_beside, tile, with};
use crate::transpose::transpose;

/// Rows of the product that a task computes.
const TASK: usize = 96;
/// Rows that are too few to copy `b` for: it is read as it lies.
const FEW: usize = 32;

/// A matrix, row by row or column by column.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// The numbers.
    pub values: &'a [f32],
    /// Rows and columns.
    pub size: [usize; 2],
    /// Whether they lie column by column.
    pub transposed: bool,
}

impl<'a> Matrix<'a> {
    /// Row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self {
            values,
            size: [rows, columns],
            transposed: false,
        }
    }

    /// What was rows is columns now.
    pub fn transpose(self) -> Self {
        Self {
            size: [self.size[1], self.size[0]],
            transposed: !self.transposed,
            ..self
        }
    }

    /// How far apart elements are that are neighbours in a column, and in a row.
    fn strides(self) -> [usize; 2] {
        if self.transposed {
            [1, self.size[0]]
        } else {
            [self.size[1], 1]
        }
    }
}

/// `c = a b`, or `c += a b`, with `c` row by row.
///
/// # Panics
/// If the sizes do not fit.
pub fn multiply(isa: Isa, a: Matrix<'_>, b: Matrix<'_>, c: &mut [f32], adds: bool) {
    let ([rows, depth], [depth_of_b, columns]) = (a.size, b.size);
    assert_eq!(depth, depth_of_b, "the matrices do not fit");
    assert!(
        a.values.len() >= rows * depth && b.values.len() >= depth * columns,
        "a matrix is too short"
    );
    assert_eq!(c.len(), rows * columns, "the product has another size");
    assert!(a.strides()[1] <= u32::MAX as usize / DEPTH, "a matrix too large");
    if rows * columns * depth == 0 {
        if !adds {
            c.fill(0.0);
        }
        return;
    }
    let panels = Panels::of(columns);
    // Panels that are read in their place.
    let lie = if rows <= FEW && !b.transposed {
        columns / panels.width()
    } else {
        0
    };
    let size = depth * panels.width();
    scratch::with((panels.count() - lie) * size, |packed| {
        pack(isa, b, (panels, lie), packed);
        let (tasks, shared, packed) = (rows.div_ceil(TASK), Shared::new(c), &*packed);
        each(tasks * panels.count(), rows.max(PASS) * columns * depth, |task| {
            let (panel, first) = (task / tasks, task % tasks * TASK);
            let rows = first..rows.min(first + TASK);
            let b = match panel.checked_sub(lie) {
                Some(place) => Matrix::new(&packed[place * size..][..size], depth, panels.width()),
                None => Matrix {
                    values: &b.values[panel * panels.width()..],
                    ..b
                },
            };
            block(isa, a, (b, panels, panel), rows, (shared, adds));
        });
    });
}

/// The panels of `b` from one on.
fn pack(isa: Isa, b: Matrix<'_>, (panels, first): (Panels, usize), packed: &mut [f32]) {
    let ([depth, _], width) = (b.size, panels.width());
    let (work, packed) = (PASS * packed.len(), Shared::new(packed));
    each(panels.count() - first, work, |place| {
        // SAFETY: each task has a panel of its own.
        let packed = unsafe { packed.part(place * depth * width, depth * width) };
        let columns = panels.columns(first + place);
        let n = columns.len();
        if n < width {
            packed.fill(0.0);
        }
        if b.transposed {
            transpose(
                isa,
                (&b.values[columns.start * depth..], depth),
                (packed, width),
                n,
                depth,
            );
        } else {
            for (row, packed) in b.values.chunks_exact(b.size[1]).zip(packed.chunks_exact_mut(width)) {
                packed[..n].copy_from_slice(&row[columns.clone()]);
            }
        }
    });
}

/// Rows of the product beside one panel, with which the rows of `b` begin.
fn block(
    isa: Isa,
    a: Matrix<'_>,
    (b, panels, panel): (Matrix<'_>, Panels, usize),
    rows: std::ops::Range<usize>,
    (c, adds): (Shared, bool),
) {
    let (depth, width, columns) = (a.size[1], panels.width(), panels.columns(panel));
    let [down, across] = a.strides();
    let offsets: Vec<u32> = (0..depth.min(DEPTH)).map(|k| (k * across) as u32).collect();
    let high = rows_beside(panels.vectors);
    // Whole tiles are computed in their place, others beside it.
    let whole = if columns.len() == width { rows.len() / high } else { 0 };
    let beside = rows.start + whole * high..rows.end;
    scratch::with(beside.len().next_multiple_of(high) * width, |sums| {
        for first in (0..depth).step_by(DEPTH) {
            let offsets = &offsets[..DEPTH.min(depth - first)];
            for i in 0..rows.len().div_ceil(high) {
                let row = rows.start + i * high;
                let starts = std::array::from_fn(|r| {
                    // Rows beyond the last are the last: their sums are not used.
                    let row = (row + r.min(high - 1)).min(rows.end - 1);
                    a.values[row * down + first * across..].as_ptr()
                });
                let (c, apart, adds) = if i < whole {
                    let (start, reach) = (
                        row * panels.total() + columns.start,
                        (high - 1) * panels.total() + width,
                    );
                    (c.place(start, reach), panels.total(), adds || first > 0)
                } else {
                    let sums = &mut sums[(i - whole) * high * width..][..high * width];
                    (sums.as_mut_ptr(), width, first > 0)
                };
                let panel = Panel {
                    b: b.values[first * b.size[1]..].as_ptr(),
                    b_apart: b.size[1],
                    vectors: panels.vectors,
                    c,
                    apart,
                    adds,
                };
                // SAFETY: rows and offsets are those of `a`, and the panel has as many rows of its width from `first`
                // on; nobody else writes these rows of these columns.
                unsafe { tile(isa, &starts, offsets, panel) };
            }
        }
        for (row, sums) in beside.zip(sums.chunks_exact(width)) {
            // SAFETY: nobody else writes these rows of these columns.
            let c = unsafe { c.part(row * panels.total() + columns.start, columns.len()) };
            with(isa, || {
                if adds {
                    c.iter_mut().zip(sums).for_each(|(c, sum)| *c += sum);
                } else {
                    c.copy_from_slice(&sums[..c.len()]);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_plain_loops() {
        let values = |n: usize, phase: f32| (0..n).map(|i| (i as f32 * 0.77 + phase).sin()).collect::<Vec<f32>>();
        for isa in Isa::all() {
            for [m, k, n] in [[1, 1, 1], [7, 300, 65], [130, 17, 3], [6, 129, 200], [40, 9, 130]] {
                let (a, b) = (values(m * k, 0.1), values(k * n, 0.5));
                for flips in 0..4 {
                    let (a_flipped, b_flipped) = (flips & 1 > 0, flips & 2 > 0);
                    let a = if a_flipped {
                        Matrix::new(&a, k, m).transpose()
                    } else {
                        Matrix::new(&a, m, k)
                    };
                    let b = if b_flipped {
                        Matrix::new(&b, n, k).transpose()
                    } else {
                        Matrix::new(&b, k, n)
                    };
                    let at = |m: Matrix<'_>, i: usize, j: usize| {
                        let [down, across] = m.strides();
                        m.values[i * down + j * across]
                    };
                    let mut c = vec![1.0; m * n];
                    multiply(isa, a, b, &mut c, true);
                    for (i, &got) in c.iter().enumerate() {
                        let terms = (0..k).map(|l| f64::from(at(a, i / n, l)) * f64::from(at(b, l, i % n)));
                        let expected = 1.0 + terms.sum::<f64>();
                        assert!(
                            (f64::from(got) - expected).abs() < 1e-4,
                            "{isa:?} {m} {k} {n}: {got} {expected}"
                        );
                    }
                }
            }
        }
    }
}
