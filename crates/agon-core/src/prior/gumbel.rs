use burn::prelude::{Device, Tensor};
use rand::RngExt;

use super::Prior;
use crate::random::{self, Random};

/// Independent values of the standard Gumbel distribution, `- log(- log u)`.
///
/// What it is for: where logits and such values sum to the largest is a draw from their softmax.
///
/// # References
/// Jang, Gu and Poole 2017, arXiv:1611.01144; Maddison, Mnih and Teh 2017, arXiv:1611.00712.
#[derive(Debug, Clone)]
pub struct Gumbel {
    width: usize,
}

impl Gumbel {
    /// Codes of `width` numbers.
    pub const fn new(width: usize) -> Self {
        Self { width }
    }
}

impl Prior for Gumbel {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        // In f64 and away from 0, so that both logarithms are finite.
        let value = || -(-random.random::<f64>().max(1e-300).ln()).max(1e-300).ln() as f32;
        random::filled([n, self.width], device, value)
    }
}
