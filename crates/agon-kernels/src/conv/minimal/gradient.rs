use std::array::from_fn;
use std::ops::Range;

use super::carry::carry;
use super::maps::{Filter, Taps};
use super::plan::{Part, Plan, apart};
use super::read;
use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, LANES, VECTORS, rows_beside, rows_by_panel};
use crate::transpose::transpose;

/// Numbers that are held at a time: they should stay in the last cache.
const HELD: usize = 768 * 1024;
/// Images that are held at least, so that every thread has some.
const IMAGES: usize = 4;
/// Rows of the sums that a task computes, a multiple of the rows of any tile.
const TASK: usize = 96;

/// The tiles of a chunk.
#[derive(Debug, Clone, Copy)]
struct Rows {
    count: usize,
    /// How far apart points are, of images and of gradients.
    apart: [usize; 2],
}

impl Plan {
    /// The gradient for the weights, `Gᵀ (sum of (A dy Aᵀ) ⊙ (Bᵀ d B)) G`.
    pub(in super::super) fn weight_gradient(&self, isa: Isa, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        match self.taps {
            2 => self.weight_gradient_at::<2, 3>(isa, x, dy, dw),
            _ => self.weight_gradient_at::<3, 4>(isa, x, dy, dw),
        }
    }

    fn weight_gradient_at<const R: usize, const P: usize>(&self, isa: Isa, x: &[f32], dy: &[f32], dw: &mut [f32])
    where
        Taps: Filter<R, P>,
    {
        let (panels, depth, tiles) = (Panels::of(self.channels[1]), self.depth(), self.parts[0].tiles());
        let high = depth.next_multiple_of(rows_beside(panels.vectors));
        // Every chunk passes over all sums. It does not depend on the number of threads: it decides their order.
        let held = HELD.max(P * P * panels.size(high));
        let chunk = (held / (P * P * tiles * (depth + panels.size(1))))
            .max(IMAGES)
            .min(self.batch);
        scratch::with(P * P * panels.size(high), |sums| {
            let lie = [chunk * tiles * depth, panels.size(chunk * tiles)].map(apart);
            scratch::with(P * P * lie[0], |points| {
                scratch::with(P * P * lie[1], |results| {
                    for first in (0..self.batch).step_by(chunk) {
                        let images = first..self.batch.min(first + chunk);
                        let rows = Rows {
                            count: images.len() * tiles,
                            apart: lie,
                        };
                        self.read_both::<R, P>(isa, images, rows, (x, &mut *points), (dy, &mut *results, panels));
                        self.sum_points::<P>(isa, rows, points, (results, panels), (sums, high, first > 0));
                    }
                });
            });
            self.write_weights::<R, P>(isa, (sums, panels, high), dw);
        });
    }

    /// Images and gradients of a chunk at the points.
    fn read_both<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        images: Range<usize>,
        rows: Rows,
        (x, points): (&[f32], &mut [f32]),
        (dy, results, panels): (&[f32], &mut [f32], Panels),
    ) where
        Taps: Filter<R, P>,
    {
        let (part, [from, area], [ins, outs]) = (&self.parts[0], self.areas(), self.channels);
        let tiles = part.tiles();
        let work = PASS * (points.len() + results.len());
        let (points, results) = (Shared::new(points), Shared::new(results));
        each(images.len(), work, |i| {
            let image = images.start + i;
            scratch::with(from * ins, |pixels| {
                transpose(
                    isa,
                    (&x[image * from * ins..][..from * ins], from),
                    (pixels, ins),
                    ins,
                    from,
                );
                let image = read::Image {
                    pixels,
                    side: self.sides[0],
                    channels: ins,
                };
                for tile in 0..tiles {
                    image.read::<R, P>(isa, part, tile, (points, i * tiles + tile, rows.apart[0]));
                }
            });
            scratch::with(panels.size(area), |pixels| {
                for panel in 0..panels.count() {
                    let (columns, width) = (panels.columns(panel), panels.width());
                    let pixels = &mut pixels[panel * area * width..][..area * width];
                    if columns.len() < width {
                        pixels.fill(0.0);
                    }
                    let from = &dy[(image * outs + columns.start) * area..];
                    transpose(isa, (from, area), (pixels, width), columns.len(), area);
                    let to = (results, panel, (i * tiles, rows));
                    self.read_results::<R, P>(isa, part, (pixels, panels), to);
                }
            });
        });
    }

    /// A panel of an image's gradient at the points, `A dy Aᵀ`, to `[point][panel][tile][width]`.
    fn read_results<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        part: &Part,
        (pixels, panels): (&[f32], Panels),
        (results, panel, (first, rows)): (Shared, usize, (usize, Rows)),
    ) where
        Taps: Filter<R, P>,
    {
        let ([down, across], width) = (&part.sums[0], panels.width());
        let zeros = [0.0; VECTORS * LANES];
        for tile in 0..down.tiles() * across.tiles() {
            let ys: [_; 2] = from_fn(|i| down.place(tile / across.tiles(), i));
            let xs: [_; 2] = from_fn(|j| across.place(tile % across.tiles(), j));
            let from = from_fn(|i| {
                from_fn(|j| match (ys[i], xs[j]) {
                    (Some(y), Some(x)) => pixels[(y * self.sides[1][1] + x) * width..][..width].as_ptr(),
                    _ => zeros.as_ptr(),
                })
            });
            let to = from_fn(|i| {
                from_fn(|j| {
                    let row = panel * rows.count + first + tile;
                    // SAFETY: nobody else writes the tiles of this image.
                    unsafe { results.part((i * P + j) * rows.apart[1] + row * width, width) }.as_mut_ptr()
                })
            });
            // SAFETY: all are as wide as the panel, which is no wider than the zeros.
            unsafe { carry::<<Taps as Filter<R, P>>::ReadResult, _, _>(isa, from, to, width) };
        }
    }

    /// The products of a chunk at each point, or adds them, `[point][panel][filter and channel][width]`.
    fn sum_points<const P: usize>(
        &self,
        isa: Isa,
        rows: Rows,
        points: &[f32],
        (results, panels): (&[f32], Panels),
        (sums, high, adds): (&mut [f32], usize, bool),
    ) {
        let (depth, width) = (self.depth(), panels.width());
        let terms: Vec<u32> = (0..rows.count).map(|row| (row * depth) as u32).collect();
        let (tasks, sums) = (high.div_ceil(TASK), Shared::new(sums));
        let work = P * P * rows.count * depth * panels.total();
        each(P * P * panels.count() * tasks, work, |task| {
            let (place, first) = (task / tasks, task % tasks * TASK);
            let (point, panel) = (place / panels.count(), place % panels.count());
            let a = &points[point * rows.apart[0]..][..rows.count * depth];
            let b = &results[point * rows.apart[1] + panel * rows.count * width..][..rows.count * width];
            let height = TASK.min(high - first);
            // SAFETY: each task has rows of its own.
            let sums = unsafe { sums.part((place * high + first) * width, height * width) };
            let start = |row: usize| a[first + row..].as_ptr();
            let count = height.min(depth - first);
            // SAFETY: every tile has each of these terms.
            unsafe { rows_by_panel(isa, (count, start), &terms, (b, panels), (sums, adds)) };
        });
    }

    /// Turns the sums at the points into the gradient of the weights.
    fn write_weights<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        (sums, panels, high): (&[f32], Panels, usize),
        dw: &mut [f32],
    ) where
        Taps: Filter<R, P>,
    {
        let (area, width, ins) = (self.kernel[0] * self.kernel[1], panels.width(), self.channels[0]);
        scratch::with(panels.size(ins * area), |kernels| {
            let (work, shared) = (PASS * dw.len(), Shared::new(kernels));
            each(panels.count() * ins, work, |task| {
                let (panel, channel) = (task / ins, task % ins);
                // SAFETY: each task has kernels of its own.
                let kernels = unsafe { shared.part(task * area * width, area * width) };
                for (filter, [down, across]) in self.parts[0].sums.iter().enumerate() {
                    let row = filter * ins + channel;
                    let from = from_fn(|i| {
                        from_fn(|j| {
                            let place = ((i * P + j) * panels.count() + panel) * high + row;
                            sums[place * width..][..width].as_ptr()
                        })
                    });
                    let to = from_fn(|i| {
                        from_fn(|j| {
                            let tap = down.taps[i] * self.kernel[1] + across.taps[j];
                            kernels[tap * width..][..width].as_mut_ptr()
                        })
                    });
                    // SAFETY: all are as wide as the panel.
                    unsafe { carry::<<Taps as Filter<R, P>>::WriteWeights, _, _>(isa, from, to, width) };
                }
            });
            turn_kernels(isa, (kernels, panels), ins * area, dw);
        });
    }
}

/// Kernels, `[panel][number][width]`, as weights: channel by channel.
fn turn_kernels(isa: Isa, (kernels, panels): (&[f32], Panels), numbers: usize, dw: &mut [f32]) {
    let width = panels.width();
    let (groups, work, dw) = (width / LANES, PASS * dw.len(), Shared::new(dw));
    each(panels.count() * groups, work, |task| {
        let (panel, group) = (task / groups, task % groups);
        let columns = panels.columns(panel);
        let first = (columns.start + group * LANES).min(columns.end);
        let count = (columns.end - first).min(LANES);
        // SAFETY: each task has channels of its own.
        let dw = unsafe { dw.part(first * numbers, count * numbers) };
        let from = &kernels[panel * numbers * width + group * LANES..];
        transpose(isa, (from, width), (dw, numbers), numbers, count);
    });
}
