use burn::prelude::{Device, Tensor};

use super::Prior;
use crate::random::{self, Random};

/// Independent uniform codes, in `[-1, 1)` unless said otherwise.
#[derive(Debug, Clone)]
pub struct Uniform {
    width: usize,
    low: f32,
    high: f32,
}

impl Uniform {
    /// Codes of `width` numbers in `[-1, 1)`.
    pub const fn new(width: usize) -> Self {
        Self::between(width, -1.0, 1.0)
    }

    /// Codes of `width` numbers in `[low, high)`.
    pub const fn between(width: usize, low: f32, high: f32) -> Self {
        Self { width, low, high }
    }
}

impl Prior for Uniform {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        random::uniform([n, self.width], self.low, self.high, random, device)
    }
}
