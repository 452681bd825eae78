use burn::prelude::{Device, Tensor};

use super::Prior;
use crate::random::Random;

/// Independent priors side by side: the codes of each, in order, in one row.
///
/// # Example
/// ```
/// use agon_core::prior::{Categorical, Product, Uniform};
///
/// // InfoGAN's code for digits: noise, one class, two continuous factors.
/// let prior = Product::of(Uniform::new(62)).and(Categorical::new(10)).and(Uniform::new(2));
/// ```
#[derive(Debug)]
pub struct Product {
    parts: Vec<Box<dyn Prior<Code = Tensor<2>>>>,
}

impl Product {
    /// One prior.
    pub fn of(prior: impl Prior<Code = Tensor<2>>) -> Self {
        Self {
            parts: vec![Box::new(prior)],
        }
    }

    /// And another one to its right.
    pub fn and(mut self, prior: impl Prior<Code = Tensor<2>>) -> Self {
        self.parts.push(Box::new(prior));
        self
    }
}

impl Prior for Product {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        let parts = self.parts.iter().map(|prior| prior.draw(n, random, device)).collect();
        Tensor::cat(parts, 1)
    }
}
