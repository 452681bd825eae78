use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;

use super::Prior;
use crate::random::Random;

/// One of `categories`, all equally likely, as a one-hot row.
#[derive(Debug, Clone)]
pub struct Categorical {
    categories: usize,
}

impl Categorical {
    /// One of so many categories (at least one).
    pub const fn new(categories: usize) -> Self {
        let categories = if categories == 0 { 1 } else { categories };
        Self { categories }
    }
}

impl Prior for Categorical {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        let mut rows = vec![0.0f32; n * self.categories];
        for row in rows.chunks_mut(self.categories) {
            row[random.random_range(0..self.categories)] = 1.0;
        }
        Tensor::from_data(TensorData::new(rows, [n, self.categories]), device)
    }
}
