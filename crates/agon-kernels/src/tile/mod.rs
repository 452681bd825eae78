//! The one inner loop of everything: a tile of a matrix product.
//!
//! ```text
//! c[i][j] += sum over k of a_i[offset_k] * b[k][j]
//! ```
//!
//! Rows of `a` are pointers, their elements are reached by offsets which all rows share. That makes the tile a
//! matrix product (offsets `0, 1, 2, ..`), a convolution (rows are pixels, offsets are the taps of the kernel)
//! and the gradient of its weights (rows are taps, offsets are pixels) without copying patches of the image.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
mod rows;
mod run;
mod thin;

use std::sync::OnceLock;

pub(crate) use rows::{DEPTH, rows_by_panel};
pub(crate) use run::{Loops, run, with};
pub(crate) use thin::{Strip, THIN, shape, thin};

/// Columns in a vector; panels of `b` are one to four of them wide.
pub(crate) const LANES: usize = 16;
/// The most vectors in a panel.
pub(crate) const VECTORS: usize = 4;
/// The most rows of a tile.
pub(crate) const ROWS: usize = 8;

/// Which instructions a tile uses. Those that not every machine has are only to be had from [`Isa::best`] and
/// [`Isa::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Vectors of 16 on x86-64.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx512,
    /// Vectors of 8 on x86-64, with fused multiply and add.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx2,
    /// Whatever the compiler makes of plain Rust.
    Portable,
}

impl Isa {
    /// The best that this machine has.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::all().next().unwrap_or(Self::Portable))
    }

    /// All that this machine has, the best first.
    pub fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let special = [
            (
                Self::Avx512,
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("fma"),
            ),
            (
                Self::Avx2,
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            ),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let special: [(Self, bool); 0] = [];
        let there = special.into_iter().filter(|(_, there)| *there).map(|(isa, _)| isa);
        there.chain([Self::Portable])
    }
}

/// How many rows a tile has beside a panel of so many vectors: as many as the registers hold.
pub(crate) const fn rows_beside(vectors: usize) -> usize {
    if vectors == VECTORS { 6 } else { ROWS }
}

/// A panel of `b`, and where its product goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel {
    /// `[k][vectors * LANES]`, rows so far apart.
    pub b: *const f32,
    pub b_apart: usize,
    /// One to [`VECTORS`].
    pub vectors: usize,
    /// Rows of `vectors * LANES` numbers: the tile.
    pub c: *mut f32,
    /// How far apart these rows are.
    pub apart: usize,
    /// Whether to add to what is there.
    pub adds: bool,
}

/// Computes a tile of `rows_beside(panel.vectors)` rows.
///
/// # Safety
/// Each row of `a` may be read at each offset; `b` holds `offsets.len()` rows and `c` the rows of the tile, each
/// `panel.vectors * LANES` wide, and nobody else looks at them. The machine has the instructions of `isa`.
pub(crate) unsafe fn tile(isa: Isa, rows: &[*const f32; ROWS], offsets: &[u32], panel: Panel) {
    debug_assert!((1..=VECTORS).contains(&panel.vectors));
    // SAFETY: as for this function; the number of vectors picks the shape.
    unsafe {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => match panel.vectors {
                4 => avx512::tile::<6, 4>(rows, offsets, panel),
                3 => avx512::tile::<8, 3>(rows, offsets, panel),
                2 => avx512::tile::<8, 2>(rows, offsets, panel),
                _ => avx512::tile::<8, 1>(rows, offsets, panel),
            },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::tile(rows, offsets, panel),
            Isa::Portable => portable::tile(rows, offsets, panel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_isa_and_shape_is_the_sum_it_should_be() {
        let a: Vec<f32> = (0..400).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let offsets: Vec<u32> = (0..33).map(|k| k * 5 % 90).collect();
        for isa in Isa::all() {
            for vectors in 1..=VECTORS {
                let (rows, width) = (rows_beside(vectors), vectors * LANES);
                let b: Vec<f32> = (0..33 * width).map(|i| ((i * 53 % 89) as f32 - 44.0) / 44.0).collect();
                for adds in [false, true] {
                    let mut c = vec![1.0; rows * width];
                    let mut starts = [a.as_ptr(); ROWS];
                    for (i, start) in starts.iter_mut().enumerate() {
                        *start = a[i * 30..].as_ptr();
                    }
                    let panel = Panel {
                        b: b.as_ptr(),
                        b_apart: width,
                        vectors,
                        c: c.as_mut_ptr(),
                        apart: width,
                        adds,
                    };
                    // SAFETY: 7 * 30 + 89 is within `a`, and `b` and `c` have the sizes of the panel.
                    unsafe { tile(isa, &starts, &offsets, panel) };
                    for (i, row) in c.chunks(width).enumerate() {
                        for (j, &got) in row.iter().enumerate() {
                            let terms = offsets.iter().enumerate();
                            let sum: f32 = terms.map(|(k, &o)| a[i * 30 + o as usize] * b[k * width + j]).sum();
                            let expected = sum + if adds { 1.0 } else { 0.0 };
                            assert!(
                                (got - expected).abs() < 1e-4,
                                "{isa:?} {vectors} {i} {j}: {got} {expected}"
                            );
                        }
                    }
                }
            }
        }
    }
}
