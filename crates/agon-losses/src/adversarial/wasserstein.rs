use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

/// The dual form of the earth mover's distance, for a critic that is kept Lipschitz.
///
/// ```text
/// D: E f - E r,    G: -E f
/// ```
///
/// `r`, `f`: scores of real and of generated samples. The loss means nothing without a bound on the
/// critic's slope: add [`WeightClip`](crate::WeightClip), [`GradientPenalty`](crate::GradientPenalty) or
/// [`SpectralNorm`](crate::SpectralNorm), and give the critic several turns per round.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::Wasserstein;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[3.0], [1.0]], &device);
/// let fake = Tensor::<2>::from_data([[0.0], [-1.0]], &device);
/// let loss: f32 = Wasserstein.discriminator(real, fake).into_scalar();
/// assert_eq!(loss, -2.5);
/// ```
///
/// # References
/// Arjovsky, Chintala, Bottou 2017, "Wasserstein GAN", arXiv:1701.07875, algorithm 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wasserstein;

impl AdversarialLoss for Wasserstein {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        fake.mean() - real.mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.mean()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(scores.mean() * (1.0 - 2.0 * real))
    }
}

#[cfg(test)]
mod tests {
    use super::Wasserstein;
    use crate::testing::{TFGAN, TORCHGAN, both, close};

    #[test]
    fn values_of_two_libraries() {
        close(&both(&Wasserstein, &TFGAN.0, &TFGAN.1), &[0.225, -3.125], 1e-12);
        close(&both(&Wasserstein, &TORCHGAN.0, &TORCHGAN.1), &[-2.625, -2.1], 1e-12);
    }
}
