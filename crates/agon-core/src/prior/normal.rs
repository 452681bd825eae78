use burn::prelude::{Device, Tensor};

use super::Prior;
use crate::random::{self, Random};

/// Independent standard normal codes, `z ~ N(0, I)`.
#[derive(Debug, Clone)]
pub struct Normal {
    width: usize,
}

impl Normal {
    /// Codes of `width` numbers.
    pub const fn new(width: usize) -> Self {
        Self { width }
    }
}

impl Prior for Normal {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        random::normal([n, self.width], random, device)
    }
}
