//! Transposed convolutions of few pixels.
//!
//! Each pixel is multiplied by all weights as they lie, which gives it a patch of the result, and the patches are added
//! where they overlap. Other ways bring the weights in order first, which costs more than that where there are fewer
//! pixels than channels.

use super::Conv2d;
use crate::gemm::{Matrix, multiply};
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, THIN};

/// The most pixels of a batch.
const PIXELS: usize = 64;

impl Conv2d {
    /// Whether the gradient of the output has so few pixels.
    pub(super) fn has_few_pixels(&self) -> bool {
        let pixels = self.batch * self.output_area();
        let few = pixels <= PIXELS && pixels < self.channels[1];
        few && self.groups == 1 && self.channels[0] > THIN
    }

    fn output_area(&self) -> usize {
        self.output().iter().product()
    }

    /// [`Conv2d::data_gradient`] by patches.
    pub(super) fn data_gradient_few(&self, isa: Isa, dy: &[f32], w: &[f32], bias: Option<&[f32]>, dx: &mut [f32]) {
        let ([ins, outs], pixels) = (self.channels, self.output_area());
        let area = self.kernel[0] * self.kernel[1];
        let steps = self.steps(ins * area);
        let w = Matrix::new(w, outs, ins * area);
        let images = dx.chunks_exact_mut(ins * self.input[0] * self.input[1]);
        scratch::with(pixels * ins * area, |patches| {
            for (dx, dy) in images.zip(dy.chunks_exact(outs * pixels)) {
                multiply(isa, Matrix::new(dy, outs, pixels).transpose(), w, patches, false);
                self.add_patches(patches, &steps, bias, dx);
            }
        });
    }

    /// The numbers of a channel's patches, pixel by pixel `apart`, and where in the channel's plane each belongs.
    fn steps(&self, apart: usize) -> Vec<[usize; 2]> {
        let [height, width] = self.output();
        let place = |i: usize, output: usize, tap: usize| {
            let place = (output * self.stride[i] + tap * self.dilation[i]).checked_sub(self.padding[i]);
            place.filter(|&place| place < self.input[i])
        };
        let mut steps = Vec::new();
        for pixel in 0..height * width {
            for tap in 0..self.kernel[0] * self.kernel[1] {
                let y = place(0, pixel / width, tap / self.kernel[1]);
                let x = place(1, pixel % width, tap % self.kernel[1]);
                steps.extend(y.zip(x).map(|(y, x)| [pixel * apart + tap, y * self.input[1] + x]));
            }
        }
        steps
    }

    /// Adds up an image's patches, channel by channel.
    fn add_patches(&self, patches: &[f32], steps: &[[usize; 2]], bias: Option<&[f32]>, dx: &mut [f32]) {
        let (ins, area, plane) = (
            self.channels[0],
            self.kernel[0] * self.kernel[1],
            dx.len() / self.channels[0],
        );
        let dx = Shared::new(dx);
        each(ins, PASS * ins * steps.len(), |channel| {
            // SAFETY: each task has a channel of its own.
            let dx = unsafe { dx.part(channel * plane, plane) };
            dx.fill(bias.map_or(0.0, |bias| bias[channel]));
            let patches = &patches[channel * area..];
            for &[from, to] in steps {
                dx[to] += patches[from];
            }
        });
    }
}
