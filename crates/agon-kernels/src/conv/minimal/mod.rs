//! Convolutions by fewer multiplications.
//!
//! Two neighbouring results of a filter `g` of `r` taps cost `2 r` multiplications; by the minimal filtering of
//! Winograd (1980; Lavin and Gray 2015 for networks) they cost `r + 1`:
//!
//! ```text
//! y = Aᵀ ((G g) ⊙ (Bᵀ d))          and in both directions of an image   Y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A
//! ```
//!
//! Four results of 2 by 2 taps cost 9 multiplications instead of 16, of 3 by 3 taps 16 instead of 36, and the products
//! of all channels and tiles at each of these points are a product of matrices. For two taps all factors are 0, 1 or
//! -1, for three also a half, so that little precision is lost.
//!
//! A kernel which is `r` times as large as its steps is a sum of filters of `r` taps, one for each phase of the input's
//! pixels; its data gradient is such a filter for each phase of the result.

mod carry;
mod few;
mod gradient;
mod lanes;
mod line;
mod maps;
mod plan;
mod read;
mod weigh;
mod write;

use super::Conv2d;
use crate::tile::Isa;
use line::Line;
use plan::{Part, Plan};

/// Channels from which on the matrices are large enough.
const CHANNELS: usize = 32;
/// Tiles of 2 by 2 results, from which on it pays to bring the weights to the points.
const TILES: usize = 64;

impl Conv2d {
    /// How many taps a phase has in each direction, if minimal filters can do it.
    pub(super) fn filter_taps(&self) -> Option<usize> {
        let taps = self.kernel[0] / self.stride[0].max(1);
        let square = self.stride[0] == self.stride[1] && self.kernel == [taps * self.stride[0]; 2];
        let known = square && (taps == 2 || taps == 3) && self.dilation == [1, 1] && self.groups == 1;
        known.then_some(taps)
    }

    /// The same, if it is worth while for a result of this size.
    fn minimal_taps(&self, result: [usize; 2]) -> Option<usize> {
        let tiles = self.batch * result[0].div_ceil(2) * result[1].div_ceil(2);
        let large = self.channels.iter().all(|&channels| channels >= CHANNELS) && tiles >= TILES;
        // Tiles reach beyond results of odd sizes.
        let tight = result.iter().all(|&side| side % 2 == 0 || side > 6);
        self.filter_taps().filter(|_| large && tight)
    }

    /// [`Conv2d::forward`], if it is worth while.
    pub(super) fn forward_minimal(&self, isa: Isa, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) -> bool {
        let Some(taps) = self.minimal_taps(self.output()) else {
            return false;
        };
        self.plan_forward(taps).run(isa, [x, w], bias, y);
        true
    }

    /// [`Conv2d::data_gradient`], if it is worth while.
    pub(super) fn data_gradient_minimal(
        &self,
        isa: Isa,
        dy: &[f32],
        w: &[f32],
        bias: Option<&[f32]>,
        dx: &mut [f32],
    ) -> bool {
        let phase = [0, 1].map(|i| self.input[i] / self.stride[i].max(1));
        let Some(taps) = self.minimal_taps(phase) else {
            return false;
        };
        self.plan_back(taps).run(isa, [dy, w], bias, dx);
        true
    }

    /// [`Conv2d::weight_gradient`], if it is worth while.
    pub(super) fn weight_gradient_minimal(&self, isa: Isa, x: &[f32], dy: &[f32], dw: &mut [f32]) -> bool {
        let Some(taps) = self.minimal_taps(self.output()) else {
            return false;
        };
        self.plan_forward(taps).weight_gradient(isa, x, dy, dw);
        true
    }

    pub(super) fn plan_forward(&self, taps: usize) -> Plan {
        let output = self.output();
        let sides = [0, 1].map(|i| Line::forward(output[i], taps, self.stride[i], self.padding[i]));
        let pairs = sides[0]
            .iter()
            .flat_map(|down| sides[1].iter().map(|across| [down.clone(), across.clone()]));
        let area = self.kernel[0] * self.kernel[1];
        Plan {
            batch: self.batch,
            taps,
            channels: self.channels,
            sides: [self.input, output],
            kernel: self.kernel,
            apart: [area, self.channels[0] * area],
            parts: vec![Part { sums: pairs.collect() }],
        }
    }

    pub(super) fn plan_back(&self, taps: usize) -> Plan {
        let sides = [0, 1].map(|i| Line::back(self.input[i], taps, self.stride[i], self.padding[i]));
        let pairs = sides[0]
            .iter()
            .flat_map(|down| sides[1].iter().map(|across| [down.clone(), across.clone()]));
        let area = self.kernel[0] * self.kernel[1];
        Plan {
            batch: self.batch,
            taps,
            channels: [self.channels[1], self.channels[0]],
            sides: [self.output(), self.input],
            kernel: self.kernel,
            apart: [self.channels[0] * area, area],
            parts: pairs.map(|pair| Part { sums: vec![pair] }).collect(),
        }
    }
}
