//! Kernels as large as the image, without padding: one output for each, and so plain products of matrices.

use super::Conv2d;
use crate::gemm::{Matrix, multiply};
use crate::tile::Isa;

impl Conv2d {
    /// Whether each output sees the whole image, tap by tap.
    pub(super) fn is_whole(&self) -> bool {
        self.groups == 1 && self.kernel == self.input && self.padding == [0, 0] && self.dilation == [1, 1]
    }

    fn matrices<'a>(&self, x: &'a [f32], w: &'a [f32], y: &'a [f32]) -> [Matrix<'a>; 3] {
        let [ins, outs] = self.channels;
        let depth = ins * self.kernel[0] * self.kernel[1];
        [
            Matrix::new(x, self.batch, depth),
            Matrix::new(w, outs, depth),
            Matrix::new(y, self.batch, outs),
        ]
    }

    pub(super) fn forward_whole(&self, isa: Isa, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        let [x, w, _] = self.matrices(x, w, &[]);
        if let Some(bias) = bias {
            y.chunks_exact_mut(bias.len()).for_each(|y| y.copy_from_slice(bias));
        }
        multiply(isa, x, w.transpose(), y, bias.is_some());
    }

    pub(super) fn data_gradient_whole(&self, isa: Isa, dy: &[f32], w: &[f32], bias: Option<&[f32]>, dx: &mut [f32]) {
        let [_, w, dy] = self.matrices(&[], w, dy);
        if let Some(bias) = bias {
            let planes = dx.chunks_exact_mut(self.input[0] * self.input[1]);
            planes.zip(bias.iter().cycle()).for_each(|(dx, bias)| dx.fill(*bias));
        }
        multiply(isa, dy, w, dx, bias.is_some());
    }

    pub(super) fn weight_gradient_whole(&self, isa: Isa, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        let [x, _, dy] = self.matrices(x, &[], dy);
        multiply(isa, dy.transpose(), x, dw, false);
    }
}
