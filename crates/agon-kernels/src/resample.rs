//! Pixels repeated in blocks, and blocks added up: each is the way back of the other.

use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};

/// Images of which one has a block of pixels for every pixel of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Images and channels.
    pub planes: usize,
    /// Height and width of the small ones.
    pub side: [usize; 2],
    /// Height and width of a block.
    pub block: [usize; 2],
}

impl Blocks {
    /// Numbers in the small images and in the large ones.
    pub fn sizes(&self) -> [usize; 2] {
        let small = self.planes * self.side[0] * self.side[1];
        [small, small * self.block[0] * self.block[1]]
    }

    /// Fills each block of `large` with its pixel, times `factor`.
    ///
    /// # Panics
    /// If a slice has another length than [`sizes`](Self::sizes) says.
    pub fn repeat(&self, isa: Isa, small: &[f32], factor: f32, large: &mut [f32]) {
        assert_eq!([small.len(), large.len()], self.sizes(), "images of other sizes");
        if large.is_empty() {
            return;
        }
        let [height, width] = self.block;
        let row = self.side[1] * width;
        self.each_plane(large, |plane, large| {
            let small = small[plane..].chunks_exact(self.side[1]);
            for (small, large) in small.zip(large.chunks_exact_mut(height * row)) {
                let (first, others) = large.split_at_mut(row);
                with(isa, || repeat_in_row(small, width, factor, first));
                others
                    .chunks_exact_mut(row)
                    .for_each(|other| other.copy_from_slice(first));
            }
        });
    }

    /// Adds up each block of `large`, times `factor`.
    ///
    /// # Panics
    /// If a slice has another length than [`sizes`](Self::sizes) says.
    pub fn add_up(&self, isa: Isa, large: &[f32], factor: f32, small: &mut [f32]) {
        assert_eq!([small.len(), large.len()], self.sizes(), "images of other sizes");
        if large.is_empty() {
            return small.fill(0.0);
        }
        let [height, width] = self.block;
        let (row, block) = (self.side[1] * width, height * width);
        let of_plane = self.side[0] * self.side[1];
        self.each_plane(small, |plane, small| {
            let large = &large[plane * block..][..of_plane * block];
            for (large, small) in large
                .chunks_exact(height * row)
                .zip(small.chunks_exact_mut(self.side[1]))
            {
                small.fill(0.0);
                for large in large.chunks_exact(row) {
                    with(isa, || add_up_row(large, width, small));
                }
                small.iter_mut().for_each(|sum| *sum *= factor);
            }
        });
    }

    /// Planes of `to`, each with the place of its first small pixel.
    fn each_plane(&self, to: &mut [f32], work: impl Fn(usize, &mut [f32]) + Send + Sync) {
        let (small, all, to) = (self.side[0] * self.side[1], to.len(), Shared::new(to));
        let length = all / self.planes.max(1);
        each(self.planes, PASS * self.sizes()[1], |plane| {
            // SAFETY: each task has a plane of its own.
            work(plane * small, unsafe { to.part(plane * length, length) });
        });
    }
}

#[inline(always)]
fn repeat_in_row(small: &[f32], width: usize, factor: f32, large: &mut [f32]) {
    if width == 2 {
        for (small, large) in small.iter().zip(large.as_chunks_mut::<2>().0) {
            *large = [small * factor; 2];
        }
        return;
    }
    for (small, large) in small.iter().zip(large.chunks_exact_mut(width)) {
        large.fill(small * factor);
    }
}

#[inline(always)]
fn add_up_row(large: &[f32], width: usize, small: &mut [f32]) {
    if width == 2 {
        for (small, [a, b]) in small.iter_mut().zip(large.as_chunks::<2>().0) {
            *small += a + b;
        }
        return;
    }
    for (small, large) in small.iter_mut().zip(large.chunks_exact(width)) {
        *small += large.iter().sum::<f32>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_repeated_and_added_up() {
        for (block, side) in [
            ([1, 1], [5, 7]),
            ([2, 2], [5, 7]),
            ([3, 2], [5, 7]),
            ([1, 4], [5, 7]),
            ([2, 2], [3, 0]),
        ] {
            let blocks = Blocks { planes: 3, side, block };
            let [small, large] = blocks.sizes();
            let x: Vec<f32> = (0..small).map(|i| i as f32 + 1.0).collect();
            for isa in Isa::all() {
                let (mut y, mut back) = (vec![f32::NAN; large], vec![f32::NAN; small]);
                blocks.repeat(isa, &x, 2.0, &mut y);
                for (i, &y) in y.iter().enumerate() {
                    let (row, column) = (i / (7 * block[1]), i % (7 * block[1]));
                    let place = row / block[0] * 7 + column / block[1];
                    assert_eq!(y, 2.0 * x[place], "{block:?} {i}");
                }
                blocks.add_up(isa, &y, 0.5, &mut back);
                let times = (block[0] * block[1]) as f32;
                assert!(back.iter().zip(&x).all(|(back, x)| *back == times * x), "{block:?}");
            }
        }
    }
}
