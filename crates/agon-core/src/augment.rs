use std::fmt::{Debug, Formatter};

use burn::prelude::Tensor;

use crate::random::Random;
use crate::{Memory, Result, Round, Sample};

/// A random change of everything the discriminator sees, real and generated samples alike.
///
/// Both players learn through it: the discriminator judges `T(x)` and `T(G(z))`, and the generator's gradient
/// passes through `T`. As long as `T` can be undone as a map of distributions, the generator still learns the
/// data and not the augmented data. Every call draws anew, on the host; what has a strength that follows the
/// training ([`advance`](Self::advance)) keeps it in checkpoints.
///
/// A function `Fn(&S, &mut Random) -> S` is an augmentation too.
///
/// # Example
/// ```
/// use agon_core::{Augment, Round};
/// use agon_core::random::{self, Random};
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default().autodiff();
/// let shift = |points: &Tensor<2>, random: &mut Random| {
///     let by = random::normal([points.dims()[0], 1], random, &points.device());
///     points.clone() + by
/// };
/// let points = Tensor::<2>::zeros([5, 2], &device);
/// assert_eq!(shift.augment(&points, &mut Round::new(1, 7, device)).dims(), [5, 2]);
/// ```
///
/// # References
/// Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", arXiv:2006.10738; Karras et
/// al. 2020, "Training Generative Adversarial Networks with Limited Data", arXiv:2006.06676.
pub trait Augment<S: Sample>: Send + 'static {
    /// The batch, changed at random: differentiable, of the same shape.
    fn augment(&self, samples: &S, round: &mut Round) -> S;

    /// Called after each update of the discriminator, with the scores of the real samples that led to it, as
    /// the discriminator saw them.
    fn advance(&mut self, _real: &Tensor<2>, _round: &mut Round) -> Result<()> {
        Ok(())
    }

    /// What errors call it.
    fn name(&self) -> &'static str {
        "augmentation"
    }

    /// What it is with its settings, in one line: for what a game says of itself in reports and manifests. Its name, unless
    /// an augmentation knows better.
    fn describe(&self) -> String {
        self.name().to_owned()
    }

    /// An error for settings that cannot work.
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

impl<S: Sample> Debug for dyn Augment<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.describe())
    }
}

impl<S: Sample, F: Fn(&S, &mut Random) -> S + Send + 'static> Augment<S> for F {
    fn augment(&self, samples: &S, round: &mut Round) -> S {
        self(samples, round.random())
    }
}

/// The augmentations of a game, one after the other.
pub struct Augmentations<S>(Vec<Box<dyn Augment<S>>>);

impl<S> Default for Augmentations<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Sample> Augmentations<S> {
    /// One more, behind the others.
    pub fn push(&mut self, augmentation: impl Augment<S>) {
        self.0.push(Box::new(augmentation));
    }

    /// The name of the first of them.
    pub fn first_name(&self) -> Option<&'static str> {
        self.0.first().map(|augmentation| augmentation.name())
    }

    /// The batch as the discriminator sees it.
    pub fn augment(&self, samples: &S, round: &mut Round) -> S {
        let augmentations = self.0.iter();
        augmentations.fold(samples.clone(), |seen, augmentation| augmentation.augment(&seen, round))
    }

    /// As [`Augment::advance`], of all, unless the round is a look ahead.
    pub fn advance(&mut self, real: &Tensor<2>, round: &mut Round) -> Result<()> {
        if round.is_silent() {
            return Ok(());
        }
        let mut augmentations = self.0.iter_mut();
        augmentations.try_for_each(|augmentation| augmentation.advance(real, round))
    }

    /// An error for settings that cannot work.
    pub fn check(&self) -> Result<()> {
        self.0.iter().try_for_each(|augmentation| augmentation.check())
    }

    /// The memory of the game with theirs beside it.
    pub fn remember(&self, memory: Memory) -> Memory {
        let augmentations = self.0.iter().enumerate();
        augmentations.fold(memory, |memory, (i, augmentation)| {
            memory.nest(&format!("augmentation{i}"), augmentation.memory())
        })
    }

    /// Takes theirs back from the memory of the game.
    pub fn recall(&mut self, memory: &Memory) {
        for (i, augmentation) in self.0.iter_mut().enumerate() {
            augmentation.recall(&memory.nested(&format!("augmentation{i}")));
        }
    }
}

impl<S: Sample> Debug for Augmentations<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
