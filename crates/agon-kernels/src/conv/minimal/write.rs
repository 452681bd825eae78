use std::array::from_fn;

use super::carry::carry;
use super::maps::{Filter, Taps};
use super::plan::{Part, Plan};
use crate::tile::{Isa, LANES, VECTORS};

impl Plan {
    /// Turns the sums at the points, `[point][tile][width]`, into an image's results of a panel, `[pixel][width]`:
    /// `Aᵀ m A`. Points are `room` apart; the image's tiles start at `first`.
    pub(super) fn write<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        (sums, room, first): (&[f32], usize, usize),
        results: &mut [f32],
        width: usize,
    ) where
        Taps: Filter<R, P>,
    {
        let [down, across] = &part.sums[0];
        let mut nowhere = [0.0; VECTORS * LANES];
        for tile in 0..down.tiles() * across.tiles() {
            let from = from_fn(|i| from_fn(|j| sums[(i * P + j) * room + (first + tile) * width..][..width].as_ptr()));
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
