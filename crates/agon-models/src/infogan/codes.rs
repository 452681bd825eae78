//! What InfoGAN's generator is fed.

use agon_core::prior::{Categorical, Product, Uniform};
use agon_core::{Error, Result};
use burn::config::Config;
use burn::prelude::Tensor;

/// What the generator in an [`InfoGenerator`](crate::InfoGenerator) is fed, in this order: noise, one category,
/// continuous factors.
///
/// Noise and continuous factors are uniform in `[-1, 1)`; the category is one-hot. The defaults are those of the
/// paper for digits (Chen et al. 2016, arXiv:1606.03657).
#[derive(Config, Debug, Copy)]
pub struct InfoCodes {
    /// Numbers that mean nothing.
    #[config(default = 62)]
    pub noise: usize,
    /// Categories of the categorical code; 0 for none.
    #[config(default = 10)]
    pub categories: usize,
    /// Continuous codes; 0 for none.
    #[config(default = 2)]
    pub continuous: usize,
    /// How many times the generator sees the category, beside noise and continuous factors. The more, the less can
    /// these decide which of two classes a category is.
    #[config(default = 1.0)]
    pub emphasis: f64,
}

impl InfoCodes {
    /// All that the generator is fed.
    pub fn latent(&self) -> usize {
        self.noise + self.told()
    }

    /// What can be read back: category and continuous factors.
    pub fn told(&self) -> usize {
        self.categories + self.continuous
    }

    pub(crate) fn prior(&self) -> Product {
        let mut prior = Product::of(Uniform::new(self.noise));
        if self.categories > 0 {
            prior = prior.and(Categorical::new(self.categories));
        }
        match self.continuous {
            0 => prior,
            factors => prior.and(Uniform::new(factors)),
        }
    }

    /// The codes as the generator sees them.
    pub(crate) fn emphasized(&self, codes: Tensor<2>) -> Tensor<2> {
        if self.categories == 0 || self.emphasis == 1.0 {
            return codes;
        }
        let category = codes.clone().narrow(1, self.noise, self.categories) * self.emphasis;
        let columns = self.noise..self.noise + self.categories;
        codes.clone().slice_assign([0..codes.dims()[0], columns], category)
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.noise == 0 || self.told() == 0 {
            let got = format!("{self:?}").replace('\n', " ");
            return Err(Error::config(
                "InfoGAN's codes",
                "noise, and something to be read back",
                got,
            ));
        }
        Error::unless_above_zero("the emphasis of InfoGAN's category", self.emphasis)
    }
}
