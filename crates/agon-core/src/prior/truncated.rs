use burn::prelude::{Device, Tensor};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::Prior;
use crate::random::{self, Random};

/// Standard normal codes, each number redrawn until it is within `bound` of zero: fewer surprises, less
/// variety (the truncation trick).
#[derive(Debug, Clone)]
pub struct TruncatedNormal {
    width: usize,
    bound: f32,
}

impl TruncatedNormal {
    /// Codes of `width` numbers in `[-bound, bound]`; a bound below 0.01 is taken as 0.01.
    pub const fn new(width: usize, bound: f32) -> Self {
        let bound = bound.abs().max(0.01);
        Self { width, bound }
    }
}

impl Prior for TruncatedNormal {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        random::filled([n, self.width], device, || {
            loop {
                let value: f32 = random.sample(StandardNormal);
                if value.abs() <= self.bound {
                    return value;
                }
            }
        })
    }
}
