use std::array::from_fn;

use super::carry::carry;
use super::maps::{Filter, Taps};
use super::plan::Plan;
use crate::panels::Panels;
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::Isa;
use crate::transpose::transpose;

/// Channels of what is read whose weights a task takes.
const BLOCK: usize = 16;

impl Plan {
    /// Brings the weights to the points: `G g Gᵀ`, to `[part][point][panel][filter and channel][width]`.
    pub(super) fn weigh<const R: usize, const P: usize>(&self, isa: Isa, w: &[f32], panels: Panels, weights: &mut [f32])
    where
        Taps: Filter<R, P>,
    {
        let (area, width) = (self.kernel[0] * self.kernel[1], panels.width());
        let (blocks, weights) = (self.channels[0].div_ceil(BLOCK), Shared::new(weights));
        each(panels.count() * blocks, PASS * w.len(), |task| {
            let (panel, first) = (task / blocks, task % blocks * BLOCK);
            let columns = panels.columns(panel);
            scratch::with(area * width, |kernels| {
                kernels.fill(0.0);
                for channel in first..self.channels[0].min(first + BLOCK) {
                    let w = &w[channel * self.apart[0] + columns.start * self.apart[1]..];
                    transpose(isa, (w, self.apart[1]), (kernels, width), columns.len(), area);
                    self.weigh_channel::<R, P>(isa, (channel, panel), panels, kernels, weights);
                }
            });
        });
    }

    fn weigh_channel<const R: usize, const P: usize>(
        &self,
        isa: Isa,
        (channel, panel): (usize, usize),
        panels: Panels,
        kernels: &[f32],
        weights: Shared,
    ) where
        Taps: Filter<R, P>,
    {
        let (depth, width) = (self.depth(), panels.width());
        for (number, part) in self.parts.iter().enumerate() {
            let start = number * P * P * self.weights_of_point(panels);
            for (filter, [down, across]) in part.sums.iter().enumerate() {
                let row = filter * self.channels[0] + channel;
                let from = from_fn(|i| {
                    from_fn(|j| {
                        let tap = down.taps[i] * self.kernel[1] + across.taps[j];
                        kernels[tap * width..][..width].as_ptr()
                    })
                });
                let to = from_fn(|i| {
                    from_fn(|j| {
                        let place = (i * P + j) * self.weights_of_point(panels) + (panel * depth + row) * width;
                        // SAFETY: each task has channels of its own.
                        unsafe { weights.part(start + place, width) }.as_mut_ptr()
                    })
                });
                // SAFETY: all are as wide as the panel.
                unsafe { carry::<<Taps as Filter<R, P>>::Weigh, _, _>(isa, from, to, width) };
            }
        }
    }
}
