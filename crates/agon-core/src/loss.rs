use std::fmt::Debug;

use burn::prelude::Tensor;

use crate::{Memory, Result};

/// The objective of the contest: scores in, losses out, nothing else.
///
/// Both players minimise. A loss never owns a network, an optimizer or a step.
///
/// # Shapes
/// Scores are `[batch, scores]`, losses have one element.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use burn::prelude::Tensor;
///
/// /// The critic's mean difference, squashed.
/// #[derive(Debug)]
/// struct Squashed;
///
/// impl AdversarialLoss for Squashed {
///     fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
///         (fake.mean() - real.mean()).tanh()
///     }
///
///     fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
///         -fake.mean().tanh()
///     }
/// }
/// ```
pub trait AdversarialLoss: Debug + Send + 'static {
    /// What the discriminator minimises.
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1>;

    /// What the generator minimises. `real` is there when [`generator_needs_real`](Self::generator_needs_real).
    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1>;

    /// Whether the generator's loss looks at the scores of real samples.
    fn generator_needs_real(&self) -> bool {
        false
    }

    /// [`discriminator`](Self::discriminator) for losses that also look at the samples which were scored
    /// (their rows, without gradient): the margin of a loss-sensitive GAN, for one.
    fn discriminator_at(&self, real: Tensor<2>, fake: Tensor<2>, _samples: (Tensor<2>, Tensor<2>)) -> Tensor<1> {
        self.discriminator(real, fake)
    }

    /// Whether [`discriminator_at`](Self::discriminator_at) wants the samples.
    fn needs_samples(&self) -> bool {
        false
    }

    /// The discriminator's loss for samples that carry the label `real` with this probability, if the loss
    /// is a sum over real and over fake samples; label smoothing is built on it.
    fn labelled(&self, _scores: Tensor<2>, _real: f64) -> Option<Tensor<1>> {
        None
    }

    /// What scores say: 1 if high ones mean real, -1 if they mean generated (energies), `None` if a single score
    /// says neither (embeddings).
    fn sign_of_real(&self) -> Option<f64> {
        Some(1.0)
    }

    /// Called after each update of the discriminator with the scores that led to it; losses with a state
    /// (BEGAN's equilibrium) advance it here.
    fn advance(&mut self, _real: Tensor<2>, _fake: Tensor<2>) {}

    /// An error for settings that cannot work; games ask before they play.
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

impl<L: AdversarialLoss + ?Sized> AdversarialLoss for Box<L> {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        (**self).discriminator(real, fake)
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        (**self).generator(fake, real)
    }

    fn generator_needs_real(&self) -> bool {
        (**self).generator_needs_real()
    }

    fn discriminator_at(&self, real: Tensor<2>, fake: Tensor<2>, samples: (Tensor<2>, Tensor<2>)) -> Tensor<1> {
        (**self).discriminator_at(real, fake, samples)
    }

    fn needs_samples(&self) -> bool {
        (**self).needs_samples()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        (**self).labelled(scores, real)
    }

    fn sign_of_real(&self) -> Option<f64> {
        (**self).sign_of_real()
    }

    fn advance(&mut self, real: Tensor<2>, fake: Tensor<2>) {
        (**self).advance(real, fake);
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }

    fn memory(&self) -> Memory {
        (**self).memory()
    }

    fn recall(&mut self, memory: &Memory) {
        (**self).recall(memory);
    }
}
