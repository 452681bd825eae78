use std::ops::Range;

use super::maps::{Filter, Taps};
use super::{Line, read};
use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::each;
use crate::tile::{Isa, rows_beside, rows_by_panel};
use crate::transpose::transpose;

/// Numbers of images that a task holds at most.
const HELD: usize = 128 * 1024;
/// Numbers at the points that a task holds at most: they should stay in the second cache.
const POINTS: usize = 192 * 1024;

/// What is computed by minimal filters from `channels[0]` channels of images for `channels[1]` channels of others.
#[derive(Debug)]
pub(in super::super) struct Plan {
    pub batch: usize,
    /// Taps of each filter, in both directions.
    pub taps: usize,
    pub channels: [usize; 2],
    /// Height and width of what is read and of what is written.
    pub sides: [[usize; 2]; 2],
    pub kernel: [usize; 2],
    /// How far apart in the weights are kernels for neighbouring channels of what is read, and of what is written.
    pub apart: [usize; 2],
    /// Each writes pixels of its own, by as many filters as any other.
    pub parts: Vec<Part>,
}

/// Filters whose results are added.
#[derive(Debug)]
pub(in super::super) struct Part {
    pub sums: Vec<[Line; 2]>,
}

impl Part {
    /// Tiles of an image.
    pub(super) fn tiles(&self) -> usize {
        self.sums[0].iter().map(Line::tiles).product()
    }
}

/// The weights at the points, `[part][point][panel][term][width]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights<'a> {
    pub at: &'a [f32],
    pub panels: Panels,
}

impl Plan {
    /// `y = w * x + bias`
    pub(in super::super) fn run(&self, isa: Isa, [x, w]: [&[f32]; 2], bias: Option<&[f32]>, y: &mut [f32]) {
        match self.taps {
            2 => self.run_at::<2, 3>(isa, [x, w], bias, y),
            _ => self.run_at::<3, 4>(isa, [x, w], bias, y),
        }
    }

    fn run_at<const R: usize, const P: usize>(&self, isa: Isa, [x, w]: [&[f32]; 2], bias: Option<&[f32]>, y: &mut [f32])
    where
        Taps: Filter<R, P>,
    {
        let panels = Panels::of(self.channels[1]);
        scratch::with(self.parts.len() * P * P * self.weights_of_point(panels), |weights| {
            self.weigh::<R, P>(isa, w, panels, weights);
            let weights = Weights { at: weights, panels };
            let (to, chunk) = (Shared::new(y), self.chunk(panels));
            if self.has_few_tiles() {
                return self.run_few::<R, P>(isa, x, weights, bias, to);
            }
            each(self.batch.div_ceil(chunk), self.multiplications(), |task| {
                let images = task * chunk..self.batch.min((task + 1) * chunk);
                self.of_chunk::<R, P>(isa, x, weights, bias, images, to);
            });
        });
    }

    /// What is summed at each point.
    pub(super) fn depth(&self) -> usize {
        self.parts[0].sums.len() * self.channels[0]
    }

    /// Pixels of what is read and of what is written.
    pub(super) fn areas(&self) -> [usize; 2] {
        self.sides.map(|[height, width]| height * width)
    }

    /// Of the convolution, as it is without minimal filters.
    pub(super) fn multiplications(&self) -> usize {
        let pixels = self.areas().into_iter().min().unwrap_or(0);
        self.batch * pixels * self.kernel[0] * self.kernel[1] * self.channels[0] * self.channels[1]
    }

    /// Numbers of the weights at a point.
    pub(super) fn weights_of_point(&self, panels: Panels) -> usize {
        apart(panels.size(self.depth()))
    }

    /// How many images a task takes, so that they fill the caches and every thread has work.
    fn chunk(&self, panels: Panels) -> usize {
        let [from, to] = self.areas();
        let held = from * self.channels[0] + panels.size(to);
        let most = (HELD / held.max(1)).clamp(1, self.batch.max(1));
        let tasks = self.batch.div_ceil(most).next_multiple_of(rayon::current_num_threads());
        self.batch.div_ceil(tasks).max(1)
    }

    fn of_chunk<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        x: &[f32],
        weights: Weights<'_>,
        bias: Option<&[f32]>,
        images: Range<usize>,
        to: Shared,
    ) where
        Taps: Filter<R, P>,
    {
        let [from, area] = self.areas();
        let (image, result) = (from * self.channels[0], weights.panels.size(area));
        scratch::with(images.len() * image, |pixels| {
            for (x, pixels) in x
                .chunks_exact(image)
                .skip(images.start)
                .zip(pixels.chunks_exact_mut(image))
            {
                transpose(isa, (x, from), (pixels, self.channels[0]), self.channels[0], from);
            }
            scratch::with(images.len() * result, |results| {
                let of_part = P * P * self.weights_of_point(weights.panels);
                for (part, at) in self.parts.iter().zip(weights.at.chunks_exact(of_part)) {
                    self.of_part::<R, P>(isa, part, pixels, Weights { at, ..weights }, results);
                }
                for (image, results) in images.zip(results.chunks_exact(result)) {
                    self.place(isa, image, (results, weights.panels), bias, to);
                }
            });
        });
    }

    fn of_part<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        pixels: &[f32],
        weights: Weights<'_>,
        results: &mut [f32],
    ) where
        Taps: Filter<R, P>,
    {
        let [from, _] = self.areas();
        let tiles = pixels.len() / (from * self.channels[0]) * part.tiles();
        let (depth, width) = (self.depth(), weights.panels.width());
        let high = rows_beside(weights.panels.vectors);
        let most = (POINTS / (P * P * (depth + width)))
            .max(2 * high)
            .next_multiple_of(high);
        let of_point = [most * depth, most * width].map(apart);
        scratch::with(P * P * of_point[0], |points| {
            scratch::with(P * P * of_point[1], |sums| {
                for first in (0..tiles).step_by(most) {
                    let tiles = first..tiles.min(first + most);
                    self.read::<R, P>(isa, part, pixels, tiles.clone(), (points, of_point[0]));
                    for panel in 0..weights.panels.count() {
                        let weights = (weights, panel);
                        multiply_points(isa, (points, tiles.len(), depth), weights, (sums, of_point));
                        self.write::<R, P>(
                            isa,
                            part,
                            (sums, of_point[1]),
                            (weights.0.panels, panel),
                            tiles.clone(),
                            results,
                        );
                    }
                }
            });
        });
    }

    /// Brings some tiles of a chunk's images to the points.
    fn read<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        pixels: &[f32],
        tiles: Range<usize>,
        (points, apart): (&mut [f32], usize),
    ) where
        Taps: Filter<R, P>,
    {
        let (image, points) = (self.areas()[0] * self.channels[0], Shared::new(points));
        for (row, tile) in tiles.enumerate() {
            let from = read::Image {
                pixels: &pixels[tile / part.tiles() * image..][..image],
                side: self.sides[0],
                channels: self.channels[0],
            };
            from.read::<R, P>(isa, part, tile % part.tiles(), (points, row, apart));
        }
    }

    /// Writes the results of an image, `[panel][pixel][width]`, channel by channel.
    pub(super) fn place(
        &self,
        isa: Isa,
        image: usize,
        (results, panels): (&[f32], Panels),
        bias: Option<&[f32]>,
        to: Shared,
    ) {
        let area = self.areas()[1];
        for panel in 0..panels.count() {
            let columns = panels.columns(panel);
            let results = &results[panel * area * panels.width()..];
            // SAFETY: each task has images of its own.
            let to = unsafe { to.part((image * self.channels[1] + columns.start) * area, columns.len() * area) };
            transpose(isa, (results, panels.width()), (to, area), area, columns.len());
            if let Some(bias) = bias {
                for (to, bias) in to.chunks_exact_mut(area).zip(&bias[columns]) {
                    to.iter_mut().for_each(|value| *value += bias);
                }
            }
        }
    }
}

/// The products of so many tiles at each point with a panel of the weights there.
fn multiply_points(
    isa: Isa,
    (points, tiles, depth): (&[f32], usize, usize),
    (Weights { at, panels }, panel): (Weights<'_>, usize),
    (sums, of_point): (&mut [f32], [usize; 2]),
) {
    let weights = depth * panels.width();
    let terms: Vec<u32> = (0..depth as u32).collect();
    let points = points
        .chunks_exact(of_point[0])
        .zip(at.chunks_exact(apart(panels.size(depth))));
    for ((a, b), sums) in points.zip(sums.chunks_exact_mut(of_point[1])) {
        let b = &b[panel * weights..][..weights];
        let start = |tile: usize| a[tile * depth..][..depth].as_ptr();
        // SAFETY: each tile has as many terms.
        unsafe { rows_by_panel(isa, (tiles, start), &terms, (b, panels), (sums, false)) };
    }
}

/// How far apart points of so many numbers lie: not a multiple of 4 KiB, since what is written at all of them together
/// would share one set of the first cache.
pub(super) fn apart(numbers: usize) -> usize {
    numbers.next_multiple_of(1024) + 80
}
