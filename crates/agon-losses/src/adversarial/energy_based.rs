use agon_core::{AdversarialLoss, Error, Result};
use burn::prelude::Tensor;
use burn::tensor::activation::relu;

/// The discriminator is an energy, low on the data and at least a margin elsewhere.
///
/// ```text
/// D: E r + E max(0, m - f),    G: E f
/// ```
///
/// `r`, `f`: energies (non-negative scores, low for what looks real: an autoencoder's reconstruction error)
/// of real and of generated samples; `m`: the margin. [`pull_away`](crate::pull_away) is its companion
/// against collapse.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::EnergyBased;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[0.5]], &device);
/// let fake = Tensor::<2>::from_data([[2.0]], &device);
/// let loss: f32 = EnergyBased::new(10.0).discriminator(real, fake).into_scalar();
/// assert_eq!(loss, 8.5);
/// ```
///
/// # References
/// Zhao, Mathieu, LeCun 2016, "Energy-based Generative Adversarial Network", arXiv:1609.03126. Margins there:
/// 10 for MNIST, 20 for CelebA, 80 for LSUN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergyBased {
    /// The energy beyond which a generated sample no longer matters to the discriminator.
    pub margin: f64,
}

impl EnergyBased {
    /// With this margin.
    pub const fn new(margin: f64) -> Self {
        Self { margin }
    }
}

impl AdversarialLoss for EnergyBased {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        real.mean() + relu(-fake + self.margin).mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        fake.mean()
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("margin of EnergyBased", self.margin)
    }

    fn sign_of_real(&self) -> Option<f64> {
        Some(-1.0)
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        let as_real = scores.clone().mean();
        let as_fake = relu(-scores + self.margin).mean();
        Some(as_real * real + as_fake * (1.0 - real))
    }
}
