use std::fmt::Debug;

use burn::prelude::Tensor;

use crate::{Discriminator, Result};

/// What the discriminator says of a batch, scores and all.
#[derive(Debug)]
pub struct Said<'a, D: Discriminator> {
    /// The samples, as they were judged.
    pub samples: &'a D::Input,
    /// All that was said of them.
    pub output: &'a D::Output,
}

/// A term of both players' losses beside the contest: about what the discriminator says besides its scores.
///
/// The class of AC-GAN and the code of InfoGAN are read off a second head, and both players want the reading to be
/// right. Weights are included.
pub trait Term<D: Discriminator>: Debug + Send + 'static {
    /// Added to the discriminator's loss. Generated samples carry no gradient to the generator.
    fn discriminator(&self, real: Said<'_, D>, fake: Said<'_, D>) -> Tensor<1>;

    /// Added to the generator's loss. The discriminator learns nothing from it.
    fn generator(&self, fake: Said<'_, D>) -> Tensor<1>;

    /// What its measurements are called.
    fn name(&self) -> &'static str;

    /// An error for settings that cannot work; games ask before every round.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}
