//! Few tiles beside many weights: all tiles are brought to the points before they are multiplied, so that the weights
//! pass by only once, and panels of points are tasks of their own.

use super::maps::{Filter, Taps};
use super::plan::{Part, Plan, Weights, apart};
use super::read;
use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, rows_beside, rows_by_panel};
use crate::transpose::transpose;

/// The most tiles of a batch.
const TILES: usize = 128;

/// The points of all tiles.
#[derive(Debug, Clone, Copy)]
struct Points {
    tiles: usize,
    /// Rows of a panel of sums, those that complete the last tile of the product included.
    high: usize,
    /// How far apart points are, of what is read and of the sums.
    apart: [usize; 2],
}

impl Plan {
    pub(super) fn has_few_tiles(&self) -> bool {
        self.batch * self.parts[0].tiles() <= TILES
    }

    /// [`Plan::run`], with the weights at the points.
    pub(super) fn run_few<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        x: &[f32],
        weights: Weights<'_>,
        bias: Option<&[f32]>,
        to: Shared,
    ) where
        Taps: Filter<R, P>,
    {
        let ([from, area], panels) = (self.areas(), weights.panels);
        let (image, result) = (from * self.channels[0], panels.size(area));
        scratch::with(x.len(), |pixels| {
            let shared = Shared::new(pixels);
            each(self.batch, PASS * x.len(), |i| {
                // SAFETY: each task has an image of its own.
                let pixels = unsafe { shared.part(i * image, image) };
                let x = (&x[i * image..][..image], from);
                transpose(isa, x, (pixels, self.channels[0]), self.channels[0], from);
            });
            scratch::with(self.batch * result, |results| {
                let of_part = P * P * self.weights_of_point(panels);
                for (part, at) in self.parts.iter().zip(weights.at.chunks_exact(of_part)) {
                    self.few_of_part::<R, P>(isa, part, pixels, Weights { at, panels }, results);
                }
                each(self.batch, PASS * results.len(), |image| {
                    self.place(isa, image, (&results[image * result..][..result], panels), bias, to);
                });
            });
        });
    }

    fn few_of_part<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        pixels: &[f32],
        weights: Weights<'_>,
        results: &mut [f32],
    ) where
        Taps: Filter<R, P>,
    {
        let (tiles, depth, panels) = (self.batch * part.tiles(), self.depth(), weights.panels);
        let high = tiles.next_multiple_of(rows_beside(panels.vectors));
        let lie = Points {
            tiles,
            high,
            apart: [tiles * depth, panels.size(high)].map(apart),
        };
        scratch::with(P * P * lie.apart[0], |points| {
            self.read_images::<R, P>(isa, part, pixels, (Shared::new(points), lie.apart[0]));
            scratch::with(P * P * lie.apart[1], |sums| {
                self.multiply_all::<P>(isa, lie, points, weights, sums);
                self.write_images::<R, P>(isa, part, lie, (sums, panels), results);
            });
        });
    }

    /// Brings all tiles to the points.
    fn read_images<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        pixels: &[f32],
        (points, apart): (Shared, usize),
    ) where
        Taps: Filter<R, P>,
    {
        let image = self.areas()[0] * self.channels[0];
        each(self.batch, PASS * P * P * apart, |i| {
            let from = read::Image {
                pixels: &pixels[i * image..][..image],
                side: self.sides[0],
                channels: self.channels[0],
            };
            for tile in 0..part.tiles() {
                from.read::<R, P>(isa, part, tile, (points, i * part.tiles() + tile, apart));
            }
        });
    }

    /// The products at all points with all panels of the weights, `[point][panel][tile][width]`.
    fn multiply_all<const P: usize>(
        &self,
        isa: Isa,
        lie: Points,
        points: &[f32],
        weights: Weights<'_>,
        sums: &mut [f32],
    ) {
        let (depth, panels) = (self.depth(), weights.panels);
        let (width, terms) = (panels.width(), (0..depth as u32).collect::<Vec<_>>());
        let (work, sums) = (P * P * lie.tiles * panels.size(depth), Shared::new(sums));
        each(P * P * panels.count(), work, |task| {
            let (point, panel) = (task / panels.count(), task % panels.count());
            let a = &points[point * lie.apart[0]..][..lie.tiles * depth];
            let b = &weights.at[point * self.weights_of_point(panels) + panel * depth * width..][..depth * width];
            // SAFETY: each task has a panel of sums of its own.
            let sums = unsafe { sums.part(point * lie.apart[1] + panel * lie.high * width, lie.high * width) };
            let start = |tile: usize| a[tile * depth..][..depth].as_ptr();
            // SAFETY: each tile has as many terms.
            unsafe { rows_by_panel(isa, (lie.tiles, start), &terms, (b, panels), (sums, false)) };
        });
    }

    /// Turns the sums into the pixels of the results that belong to the part.
    fn write_images<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        lie: Points,
        (sums, panels): (&[f32], Panels),
        results: &mut [f32],
    ) where
        Taps: Filter<R, P>,
    {
        let (tiles, result) = (part.tiles(), panels.size(self.areas()[1]));
        let results = Shared::new(results);
        each(self.batch, PASS * sums.len(), |image| {
            // SAFETY: each task has an image of its own.
            let results = unsafe { results.part(image * result, result) };
            for panel in 0..panels.count() {
                let sums = &sums[(panel * lie.high + image * tiles) * panels.width()..];
                self.write::<R, P>(isa, part, (sums, lie.apart[1]), (panels, panel), 0..tiles, results);
            }
        });
    }
}
