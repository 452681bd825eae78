use super::Conv2d;
use super::correlate::{Channels, Correlation, Images, Places, correlate};
use super::frame::Frame;
use super::phase::{Phase, margins, phases};
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::Isa;
use crate::transpose::transpose;

/// Channels of the output whose weights a task packs.
const BLOCK: usize = 32;

impl Conv2d {
    /// The gradient for the input, of that for the output. With a bias, which is added to every pixel of the
    /// channels of the input, it is a transposed convolution.
    ///
    /// # Panics
    /// If a slice has another length than [`sizes`](Self::sizes) says, or the bias than there are channels.
    pub fn data_gradient(&self, isa: Isa, dy: &[f32], w: &[f32], bias: Option<&[f32]>, dx: &mut [f32]) {
        self.check(dx.len(), w.len(), dy.len());
        assert!(
            bias.is_none_or(|bias| bias.len() == self.channels[0]),
            "a bias of another length"
        );
        if dx.is_empty() {
            return;
        }
        if dy.is_empty() {
            // The kernel fits nowhere.
            let planes = dx.chunks_exact_mut(self.input[0] * self.input[1]).enumerate();
            planes.for_each(|(i, plane)| plane.fill(bias.map_or(0.0, |bias| bias[i % self.channels[0]])));
            return;
        }
        if self.is_whole() {
            return self.data_gradient_whole(isa, dy, w, bias, dx);
        }
        if self.has_few_pixels() {
            return self.data_gradient_few(isa, dy, w, bias, dx);
        }
        if self.data_gradient_minimal(isa, dy, w, bias, dx) {
            return;
        }
        let sides = [0, 1].map(|i| {
            let (kernel, stride) = (self.kernel[i], self.stride[i]);
            phases(self.input[i], kernel, stride, self.padding[i], self.dilation[i])
        });
        let frame = self.gradient_frame(&sides);
        let to = Shared::new(dx);
        let [ins, outs] = self.group();
        let weights = ins * outs * self.kernel[0] * self.kernel[1];
        for group in 0..self.groups {
            let w = &w[group * weights..][..weights];
            let images = Images {
                batch: self.batch,
                from: dy,
                from_channels: Channels {
                    first: group * outs,
                    of: self.channels[1],
                },
                to,
                to_channels: Channels {
                    first: group * ins,
                    of: self.channels[0],
                },
                bias,
            };
            self.gradient_of_group(isa, &sides, frame, w, images);
        }
    }

    fn gradient_frame(&self, sides: &[Vec<Phase>; 2]) -> Frame {
        let output = self.output();
        let margins = [0, 1].map(|i| margins(&sides[i], output[i]));
        Frame {
            channels: self.group()[1],
            image: output,
            before: margins.map(|margin| margin[0]),
            size: [0, 1].map(|i| output[i] + margins[i][0] + margins[i][1]),
        }
    }

    fn gradient_of_group(&self, isa: Isa, sides: &[Vec<Phase>; 2], frame: Frame, w: &[f32], images: Images<'_>) {
        let pairs: Vec<_> = sides[0]
            .iter()
            .flat_map(|y| sides[1].iter().map(move |x| [y, x]))
            .collect();
        let parts: Vec<_> = pairs.iter().map(|pair| self.part(*pair, frame)).collect();
        let sizes: Vec<_> = parts.iter().map(Correlation::packed).collect();
        scratch::with(sizes.iter().sum(), |packed| {
            let (mut rest, mut packed_parts) = (packed, Vec::new());
            for ((pair, part), size) in pairs.iter().zip(parts).zip(sizes) {
                let (packed, others) = rest.split_at_mut(size);
                self.pack(isa, *pair, &part, w, packed);
                let places = Places {
                    image: self.input,
                    first: pair.map(|phase| phase.first),
                    step: self.stride,
                };
                packed_parts.push((part, places, &*packed));
                rest = others;
            }
            correlate(isa, &packed_parts, images);
        });
    }

    /// How the pixels of a pair of phases come from the framed gradient of the output.
    fn part(&self, [down, across]: [&Phase; 2], frame: Frame) -> Correlation {
        let row = frame.size[1];
        let pixels = (0..down.count).flat_map(|y| (0..across.count).map(move |x| [y, x]));
        let shifted = |shift: isize, before: usize| (shift + before as isize) as usize;
        let taps = (0..frame.channels).flat_map(|channel| {
            let pairs = down
                .taps
                .iter()
                .flat_map(|&(_, y)| across.taps.iter().map(move |&(_, x)| [y, x]));
            pairs.map(move |[y, x]| {
                let place = shifted(y, frame.before[0]) * row + shifted(x, frame.before[1]);
                (channel * frame.plane() + place) as u32
            })
        });
        Correlation {
            frame,
            bases: pixels.map(|[y, x]| (y * row + x) as u32).collect(),
            taps: taps.collect(),
            channels: self.group()[0],
            grid: [down.count, across.count],
            steps_by_one: true,
        }
    }

    /// The elements of the kernel which a pair of phases meets, a row for each tap.
    fn pack(&self, isa: Isa, [down, across]: [&Phase; 2], part: &Correlation, w: &[f32], packed: &mut [f32]) {
        let (panels, depth, width) = (part.panels(), part.taps.len(), part.width());
        let area = self.kernel[0] * self.kernel[1];
        let pairs = down
            .taps
            .iter()
            .flat_map(|&(y, _)| across.taps.iter().map(move |&(x, _)| (y, x)));
        let taps: Vec<usize> = pairs.map(|(y, x)| y * self.kernel[1] + x).collect();
        if taps.is_empty() {
            return;
        }
        let count = self.group()[1];
        let (blocks, packed) = (count.div_ceil(BLOCK), Shared::new(packed));
        let panels_there = if part.is_thin() { 1 } else { panels.count() };
        each(panels_there * blocks, PASS * self.sizes()[1], |task| {
            let (panel, first) = (task / blocks, task % blocks * BLOCK);
            let columns = panels.columns(panel);
            scratch::with(area * width, |turned| {
                turned.fill(0.0);
                for channel in first..count.min(first + BLOCK) {
                    let w = &w[(channel * part.channels + columns.start) * area..];
                    transpose(isa, (w, area), (turned, width), columns.len(), area);
                    for (i, &tap) in taps.iter().enumerate() {
                        let row = panel * depth + channel * taps.len() + i;
                        // SAFETY: each task has rows of its own.
                        let row = unsafe { packed.part(row * width, width) };
                        row.copy_from_slice(&turned[tap * width..][..width]);
                    }
                }
            });
        });
    }
}
