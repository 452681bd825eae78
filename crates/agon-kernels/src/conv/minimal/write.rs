use std::array::from_fn;
use std::ops::Range;

use super::carry::carry;
use super::maps::{Filter, Taps};
use super::plan::{Part, Plan};
use crate::panels::Panels;
use crate::tile::{Isa, LANES, VECTORS};

impl Plan {
    /// Turns the sums of some tiles at the points, `[point][tile][width]` with points so far `apart`, into a
    /// panel of the images' results, `[image][panel][pixel][width]`: `Aᵀ m A`.
    pub(super) fn write<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        (sums, apart): (&[f32], usize),
        (panels, panel): (Panels, usize),
        tiles: Range<usize>,
        results: &mut [f32],
    ) where
        Taps: Filter<R, P>,
    {
        let ([down, across], width, area) = (&part.sums[0], panels.width(), self.areas()[1]);
        let mut nowhere = [0.0; VECTORS * LANES];
        for (row, tile) in tiles.enumerate() {
            let (image, tile) = (tile / part.tiles(), tile % part.tiles());
            let results = &mut results[image * panels.size(area) + panel * area * width..][..area * width];
            let from = from_fn(|i| from_fn(|j| sums[(i * P + j) * apart + row * width..][..width].as_ptr()));
            let ys: [_; 2] = from_fn(|i| down.place(tile / across.tiles(), i));
            let xs: [_; 2] = from_fn(|j| across.place(tile % across.tiles(), j));
            let to = from_fn(|i| {
                from_fn(|j| match (ys[i], xs[j]) {
                    (Some(y), Some(x)) => results[(y * self.sides[1][1] + x) * width..][..width].as_mut_ptr(),
                    _ => nowhere.as_mut_ptr(),
                })
            });
            // SAFETY: all are as wide as the panel, which is no wider than `nowhere`.
            unsafe { carry::<<Taps as Filter<R, P>>::Write, _, _>(isa, from, to, width) };
        }
    }
}
