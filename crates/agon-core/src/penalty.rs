use std::fmt::Debug;

use burn::prelude::Tensor;

use crate::random::Random;
use crate::{Discriminator, Memory, Result};

/// What a [`Penalty`] sees of a discriminator's turn.
#[derive(Debug)]
pub struct Bout<'a, D: Discriminator> {
    /// The network, whose weights want gradients.
    pub discriminator: &'a D,
    /// Real samples, as they were scored.
    pub real: &'a D::Input,
    /// Generated samples, as they were scored, without gradient to the generator.
    pub fake: &'a D::Input,
    /// The scores of the real samples.
    pub real_scores: Tensor<2>,
    /// The scores of the generated samples.
    pub fake_scores: Tensor<2>,
}

/// A term added to the discriminator's loss, which may look at the network.
pub trait Penalty<D: Discriminator>: Debug + Send + 'static {
    /// The term, weight included.
    fn penalty(&self, bout: &Bout<'_, D>, random: &mut Random) -> Tensor<1>;

    /// Lets what it remembers follow, in turns in which it was added; games leave it out in a look ahead.
    fn advance(&mut self, _bout: &Bout<'_, D>) {}

    /// What its measurement is called.
    fn name(&self) -> &'static str;

    /// It is added in every so many-th turn, times that many.
    fn interval(&self) -> u64 {
        1
    }

    /// An error for settings that cannot work; games ask before every round.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The state to keep in a checkpoint.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Takes the state back from a checkpoint.
    fn recall(&mut self, _memory: &Memory) {}
}
