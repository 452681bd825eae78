//! Sums over taps, for every pixel and every channel of the result: what forward passes and data gradients share.

use super::frame::Frame;
use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::each;
use crate::tile::{Isa, LANES, THIN, VECTORS, rows_beside, rows_by_panel, shape};
use crate::transpose::transpose;

/// Numbers of framed images, and of sums, that a task holds at most: they should stay in the second cache.
const HELD: usize = 128 * 1024;
/// Numbers behind the last frame, which thin tiles read and do not use.
const SLACK: usize = 2 * VECTORS * LANES;

/// A correlation of framed images with weights.
///
/// ```text
/// result[pixel][channel] = sum over k of framed[bases[pixel] + taps[k]] * weights[k][channel]
/// ```
#[derive(Debug)]
pub(super) struct Correlation {
    pub frame: Frame,
    /// Where each pixel of the result begins in the frame.
    pub bases: Vec<u32>,
    /// Where its terms are from there.
    pub taps: Vec<u32>,
    /// Channels of the result.
    pub channels: usize,
    /// Height and width of the result, which has a pixel for each base.
    pub grid: [usize; 2],
    /// Whether neighbouring pixels of the result have neighbouring bases, row by row of the frame.
    pub steps_by_one: bool,
}

/// The pixels of a result in an image: `first + step * pixel`, in both directions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// Height and width of the image.
    pub image: [usize; 2],
    pub first: [usize; 2],
    pub step: [usize; 2],
}

/// Images in, images out: which channels of how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channels {
    pub first: usize,
    pub of: usize,
}

impl Correlation {
    /// The panels which the channels of the result are cut into.
    pub(super) fn panels(&self) -> Panels {
        Panels::of(self.channels)
    }

    /// Whether there are so few channels that vectors are better filled with pixels.
    pub(super) fn is_thin(&self) -> bool {
        self.steps_by_one && self.channels <= THIN
    }

    /// Columns of the packed weights, in panels: `[panel][tap][width]`.
    pub(super) fn width(&self) -> usize {
        if self.is_thin() {
            shape(self.channels).0
        } else {
            self.panels().width()
        }
    }

    /// Numbers in the packed weights.
    pub(super) fn packed(&self) -> usize {
        let panels = if self.is_thin() { 1 } else { self.panels().count() };
        panels * self.taps.len() * self.width()
    }

    /// How many images a task takes, so that they fill the caches and every thread has work.
    fn chunk(&self, batch: usize) -> usize {
        let held = self.frame.numbers() + self.bases.len() * self.width();
        let most = (HELD / held.max(1)).clamp(1, batch.max(1));
        let tasks = batch.div_ceil(most).next_multiple_of(rayon::current_num_threads());
        batch.div_ceil(tasks).max(1)
    }
}

/// Where images are read from and written to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Images<'a> {
    pub batch: usize,
    pub from: &'a [f32],
    pub from_channels: Channels,
    pub to: Shared,
    pub to_channels: Channels,
    pub bias: Option<&'a [f32]>,
}

/// Computes several correlations of the same framed images. Each comes with its packed weights, panel by panel,
/// and with the places of its result.
pub(super) fn correlate(isa: Isa, parts: &[(Correlation, Places, &[f32])], images: Images<'_>) {
    let Some((first, ..)) = parts.first() else { return };
    let chunk = parts
        .iter()
        .map(|(part, ..)| part.chunk(images.batch))
        .min()
        .unwrap_or(1);
    let frame = first.frame;
    let work = parts
        .iter()
        .map(|(part, ..)| part.bases.len() * part.taps.len() * part.channels);
    each(
        images.batch.div_ceil(chunk),
        images.batch * work.sum::<usize>(),
        |task| {
            let batch = task * chunk..images.batch.min((task + 1) * chunk);
            // Thin tiles read beyond the last pixel, as far as a tile is wide.
            scratch::with(batch.len() * frame.numbers() + SLACK, |framed| {
                framed[batch.len() * frame.numbers()..].fill(0.0);
                for (image, framed) in batch.clone().zip(framed.chunks_exact_mut(frame.numbers())) {
                    let area = frame.image[0] * frame.image[1];
                    let start = (image * images.from_channels.of + images.from_channels.first) * area;
                    frame.fill(&images.from[start..][..frame.channels * area], framed);
                }
                for (part, places, weights) in parts {
                    if part.is_thin() {
                        part.of_chunk_thin(isa, framed, weights, batch.clone(), *places, images);
                    } else {
                        part.of_chunk(isa, framed, weights, batch.clone(), *places, images);
                    }
                }
            });
        },
    );
}

impl Correlation {
    fn of_chunk(
        &self,
        isa: Isa,
        framed: &[f32],
        weights: &[f32],
        batch: std::ops::Range<usize>,
        places: Places,
        images: Images<'_>,
    ) {
        let panels = self.panels();
        let (width, high) = (panels.width(), rows_beside(panels.vectors));
        let pixels = batch.len() * self.bases.len();
        scratch::with(pixels.next_multiple_of(high) * width, |sums| {
            for panel in 0..panels.count() {
                let weights = &weights[panel * self.taps.len() * width..][..self.taps.len() * width];
                let start = |pixel| self.start(framed, pixel);
                // SAFETY: every base and tap together lie in the frame.
                unsafe { rows_by_panel(isa, (pixels, start), &self.taps, (weights, panels), (sums, false)) };
                for (image, sums) in batch.clone().zip(sums.chunks(self.bases.len() * width)) {
                    self.place(isa, sums, (panels, panel), image, places, images);
                }
            }
        });
    }

    /// Where the terms of a chunk's pixel are.
    fn start(&self, framed: &[f32], pixel: usize) -> *const f32 {
        let (image, pixel) = (pixel / self.bases.len(), pixel % self.bases.len());
        framed[image * self.frame.numbers() + self.bases[pixel] as usize..].as_ptr()
    }

    /// Writes the sums of an image to where they belong.
    fn place(
        &self,
        isa: Isa,
        sums: &[f32],
        (panels, panel): (Panels, usize),
        image: usize,
        places: Places,
        images: Images<'_>,
    ) {
        let (pixels, columns) = (self.bases.len(), panels.columns(panel));
        let area = places.image[0] * places.image[1];
        let channel = image * images.to_channels.of + images.to_channels.first + columns.start;
        // SAFETY: each task has images of its own.
        let to = unsafe { images.to.part(channel * area, columns.len() * area) };
        let bias = images
            .bias
            .map(|bias| &bias[images.to_channels.first + columns.start..][..columns.len()]);
        let dense = places.step == [1, 1] && places.image == self.grid;
        if dense {
            transpose(isa, (sums, panels.width()), (to, area), pixels, columns.len());
            if let Some(bias) = bias {
                for (to, bias) in to.chunks_exact_mut(area).zip(bias) {
                    to.iter_mut().for_each(|value| *value += bias);
                }
            }
            return;
        }
        scratch::with(pixels * columns.len(), |planes| {
            transpose(isa, (sums, panels.width()), (planes, pixels), pixels, columns.len());
            for (i, (plane, to)) in planes.chunks_exact(pixels).zip(to.chunks_exact_mut(area)).enumerate() {
                places.scatter(plane.chunks_exact(self.grid[1]), to, bias.map_or(0.0, |bias| bias[i]));
            }
        });
    }
}

impl Places {
    /// Writes the rows of a channel to where they belong in an image.
    pub(super) fn scatter<'a>(&self, rows: impl Iterator<Item = &'a [f32]>, to: &mut [f32], bias: f32) {
        for (y, row) in rows.enumerate() {
            let start = (self.first[0] + y * self.step[0]) * self.image[1] + self.first[1];
            let to = to[start..].iter_mut().step_by(self.step[1]);
            to.zip(row).for_each(|(to, value)| *to = value + bias);
        }
    }
}
