use std::array::from_fn;

use super::carry::carry;
use super::maps::{Filter, Taps};
use super::plan::Part;
use crate::share::Shared;
use crate::tile::Isa;

/// Channels of a pixel that is not there. More are read in several goes.
const ZEROS: &[f32; 1024] = &[0.0; 1024];

/// An image whose channels lie together, pixel by pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image<'a> {
    pub pixels: &'a [f32],
    /// Height and width.
    pub side: [usize; 2],
    pub channels: usize,
}

impl Image<'_> {
    /// Brings what a tile of a part reads to the points: `Bᵀ d B`, to `[point][row][filter][channel]`, to this row,
    /// where points are so far `apart`.
    pub(super) fn read<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        tile: usize,
        (points, row, apart): (Shared, usize, usize),
    ) where
        Taps: Filter<R, P>,
    {
        let depth = part.sums.len() * self.channels;
        for (filter, [down, across]) in part.sums.iter().enumerate() {
            let ys: [_; P] = from_fn(|i| down.pixel(tile / across.tiles(), i, self.side[0]));
            let xs: [_; P] = from_fn(|j| across.pixel(tile % across.tiles(), j, self.side[1]));
            for start in (0..self.channels).step_by(ZEROS.len()) {
                let count = (self.channels - start).min(ZEROS.len());
                let from = from_fn(|i| from_fn(|j| self.channels_at(ys[i], xs[j], start)));
                let to = from_fn(|i| {
                    from_fn(|j| {
                        let row = (i * P + j) * apart + row * depth;
                        // SAFETY: nobody else writes this row.
                        unsafe { points.part(row + filter * self.channels + start, count) }.as_mut_ptr()
                    })
                });
                // SAFETY: so many channels are in each pixel, in the zeros, and in each part of the points.
                unsafe { carry::<<Taps as Filter<R, P>>::Read, _, _>(isa, from, to, count) };
            }
        }
    }

    /// The channels of a pixel from one on, zeros if it is not there.
    fn channels_at(&self, y: Option<usize>, x: Option<usize>, first: usize) -> *const f32 {
        match (y, x) {
            (Some(y), Some(x)) => self.pixels[(y * self.side[1] + x) * self.channels + first..].as_ptr(),
            _ => ZEROS.as_ptr(),
        }
    }
}
