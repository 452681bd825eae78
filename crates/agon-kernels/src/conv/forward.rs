use super::Conv2d;
use super::correlate::{Channels, Correlation, Images, Places, correlate};
use super::frame::Frame;
use crate::scratch;
use crate::share::Shared;
use crate::tile::Isa;
use crate::transpose::transpose_by_all;

impl Conv2d {
    /// `y = w * x + bias`.
    ///
    /// # Panics
    /// If a slice has another length than [`sizes`](Self::sizes) says, or the bias than there are channels.
    pub fn forward(&self, isa: Isa, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        self.check(x.len(), w.len(), y.len());
        assert!(
            bias.is_none_or(|bias| bias.len() == self.channels[1]),
            "a bias of another length"
        );
        if y.is_empty() {
            return;
        }
        if self.is_whole() {
            return self.forward_whole(isa, x, w, bias, y);
        }
        if self.forward_minimal(isa, x, w, bias, y) {
            return;
        }
        let to = Shared::new(y);
        let [ins, outs] = self.group();
        for group in 0..self.groups {
            let correlation = self.correlation();
            let panels = correlation.panels();
            let depth = correlation.taps.len();
            let w = &w[group * outs * depth..][..outs * depth];
            scratch::with(correlation.packed(), |packed| {
                let width = correlation.width();
                for (panel, packed) in packed.chunks_exact_mut((depth * width).max(1)).enumerate() {
                    let columns = panels.columns(panel);
                    if columns.len() < width {
                        packed.fill(0.0);
                    }
                    let from = (&w[columns.start * depth..], depth);
                    transpose_by_all(isa, from, (packed, width), columns.len(), depth);
                }
                let places = Places {
                    image: self.output(),
                    first: [0, 0],
                    step: [1, 1],
                };
                let images = Images {
                    batch: self.batch,
                    from: x,
                    from_channels: Channels {
                        first: group * ins,
                        of: self.channels[0],
                    },
                    to,
                    to_channels: Channels {
                        first: group * outs,
                        of: self.channels[1],
                    },
                    bias,
                };
                correlate(isa, &[(correlation, places, packed)], images);
            });
        }
    }

    /// A group's input in its frame.
    pub(super) fn frame(&self) -> Frame {
        Frame {
            channels: self.group()[0],
            image: self.input,
            before: self.padding,
            size: [0, 1].map(|i| self.input[i] + 2 * self.padding[i]),
        }
    }

    /// How the output of a group comes from its framed input.
    pub(super) fn correlation(&self) -> Correlation {
        let (frame, grid) = (self.frame(), self.output());
        let row = frame.size[1];
        let pixels = (0..grid[0]).flat_map(|y| (0..grid[1]).map(move |x| [y, x]));
        let bases = pixels.map(|[y, x]| (y * self.stride[0] * row + x * self.stride[1]) as u32);
        let taps = (0..frame.channels).flat_map(|channel| {
            let kernel = (0..self.kernel[0]).flat_map(|y| (0..self.kernel[1]).map(move |x| [y, x]));
            kernel
                .map(move |[y, x]| (channel * frame.plane() + y * self.dilation[0] * row + x * self.dilation[1]) as u32)
        });
        Correlation {
            frame,
            bases: bases.collect(),
            taps: taps.collect(),
            channels: self.group()[1],
            grid,
            steps_by_one: self.stride == [1, 1],
        }
    }
}
