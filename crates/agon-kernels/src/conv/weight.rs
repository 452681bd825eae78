use super::Conv2d;
use super::correlate::Correlation;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, rows_beside, rows_by_panel};
use crate::transpose::transpose;

/// Numbers of framed images and of gradients that are held at a time: they should stay in the last cache.
const HELD: usize = 512 * 1024;
/// Taps that a task computes at most, and into how many tasks they are cut at least.
const TASK: usize = 96;
const TASKS: usize = 4;

impl Conv2d {
    /// The gradient for the weights, of that for the output.
    ///
    /// It is summed up in an order that the sizes alone decide, whatever the number of threads.
    ///
    /// # Panics
    /// If a slice has another length than [`sizes`](Self::sizes) says.
    pub fn weight_gradient(&self, isa: Isa, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(x.len(), dw.len(), dy.len());
        if self.is_whole() {
            return self.weight_gradient_whole(isa, x, dy, dw);
        }
        if self.weight_gradient_minimal(isa, x, dy, dw) {
            return;
        }
        let [_, outs] = self.group();
        let correlation = self.correlation();
        let (panels, depth) = (correlation.panels(), correlation.taps.len());
        if dw.is_empty() {
            return;
        }
        let high = depth.next_multiple_of(rows_beside(panels.vectors));
        for (group, dw) in dw.chunks_exact_mut(outs * depth).enumerate() {
            scratch::with(panels.count() * high * panels.width(), |sums| {
                sums.fill(0.0);
                self.sum_weights(isa, group, &correlation, (x, dy), sums);
                let dw = Shared::new(dw);
                each(panels.count(), PASS * outs * depth, |panel| {
                    let columns = panels.columns(panel);
                    let sums = &sums[panel * high * panels.width()..][..high * panels.width()];
                    // SAFETY: each task has channels of its own.
                    let to = unsafe { dw.part(columns.start * depth, columns.len() * depth) };
                    transpose(isa, (sums, panels.width()), (to, depth), depth, columns.len());
                });
            });
        }
    }

    /// Adds up `[panel][tap][channel]` over all images.
    fn sum_weights(&self, isa: Isa, group: usize, part: &Correlation, (x, dy): (&[f32], &[f32]), sums: &mut [f32]) {
        let (frame, panels, pixels) = (part.frame, part.panels(), part.bases.len());
        if pixels == 0 || self.batch == 0 {
            return;
        }
        let image = frame.numbers() + panels.size(pixels);
        let chunk = (HELD / image).clamp(1, self.batch);
        scratch::with(chunk * frame.numbers(), |framed| {
            scratch::with(chunk * panels.size(pixels), |packed| {
                for first in (0..self.batch).step_by(chunk) {
                    let images = first..self.batch.min(first + chunk);
                    let (framed, packed) = (
                        &mut framed[..images.len() * frame.numbers()],
                        &mut packed[..panels.size(images.len() * pixels)],
                    );
                    self.prepare(isa, group, part, images.clone(), (x, framed), (dy, packed));
                    sum_chunk(isa, part, images.len(), framed, packed, sums);
                }
            });
        });
    }

    /// Frames the images of a chunk, and packs the gradients of its pixels.
    fn prepare(
        &self,
        isa: Isa,
        group: usize,
        part: &Correlation,
        images: std::ops::Range<usize>,
        (x, framed): (&[f32], &mut [f32]),
        (dy, packed): (&[f32], &mut [f32]),
    ) {
        let (frame, panels, pixels) = (part.frame, part.panels(), part.bases.len());
        let (area, [ins, outs]) = (self.input[0] * self.input[1], self.group());
        let all = images.len() * pixels;
        let packed = Shared::new(packed);
        let work = PASS * (framed.len() + all * panels.width());
        let framed = Shared::new(framed);
        each(images.len(), work, |i| {
            // SAFETY: each image has a frame of its own.
            let framed = unsafe { framed.part(i * frame.numbers(), frame.numbers()) };
            let image = images.start + i;
            let start = (image * self.channels[0] + group * ins) * area;
            frame.fill(&x[start..][..ins * area], framed);
            for panel in 0..panels.count() {
                let columns = panels.columns(panel);
                let width = panels.width();
                // SAFETY: each image has rows of its own in every panel.
                let packed = unsafe { packed.part((panel * all + i * pixels) * width, pixels * width) };
                if columns.len() < width {
                    packed.fill(0.0);
                }
                let channel = image * self.channels[1] + group * outs + columns.start;
                let from = (&dy[channel * pixels..], pixels);
                transpose(isa, from, (packed, width), columns.len(), pixels);
            }
        });
    }
}

/// Adds the sums over the pixels of a chunk.
fn sum_chunk(isa: Isa, part: &Correlation, images: usize, framed: &[f32], packed: &[f32], sums: &mut [f32]) {
    let panels = part.panels();
    let (width, high) = (panels.width(), rows_beside(panels.vectors));
    let pixels = images * part.bases.len();
    let frames = (0..images).flat_map(|image| {
        let start = (image * part.frame.numbers()) as u32;
        part.bases.iter().map(move |base| start + base)
    });
    let places: Vec<u32> = frames.collect();
    let rows = part.taps.len().next_multiple_of(high);
    let most = TASK.min(rows.div_ceil(TASKS)).next_multiple_of(high);
    let tasks = rows.div_ceil(most);
    let shared = Shared::new(sums);
    each(tasks * panels.count(), rows * places.len() * panels.total(), |task| {
        let (panel, first) = (task / tasks, task % tasks * most);
        let height = most.min(rows - first);
        // SAFETY: each task has rows of its own.
        let sums = unsafe { shared.part((panel * rows + first) * width, height * width) };
        let packed = &packed[panel * pixels * width..][..pixels * width];
        let start = |tap: usize| framed[part.taps[first + tap] as usize..].as_ptr();
        let count = height.min(part.taps.len() - first);
        // SAFETY: every tap and place together lie in the frames.
        unsafe { rows_by_panel(isa, (count, start), &places, (packed, panels), (sums, true)) };
    });
}
