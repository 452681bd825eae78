use agon_core::AdversarialLoss;
use burn::prelude::Tensor;
use burn::tensor::activation::relu;

/// The margin loss: the discriminator is content beyond +1 and -1.
///
/// ```text
/// D: E max(0, 1 - r) + E max(0, 1 + f),    G: -E f
/// ```
///
/// `r`, `f`: scores of real and of generated samples. The usual companion of
/// [`SpectralNorm`](crate::SpectralNorm).
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::Hinge;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::from_data([[2.0], [0.5]], &device);
/// let fake = Tensor::<2>::from_data([[-2.0], [-1.0]], &device);
/// let loss: f32 = Hinge.discriminator(real, fake).into_scalar();
/// assert_eq!(loss, 0.25);
/// ```
///
/// # References
/// Lim, Ye 2017, "Geometric GAN", arXiv:1705.02894; Tran, Ranganath, Blei 2017, arXiv:1702.08896; Miyato
/// et al. 2018, arXiv:1802.05957.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hinge;

impl AdversarialLoss for Hinge {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        relu(1.0 - real).mean() + relu(fake + 1.0).mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.mean()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        let as_real = relu(1.0 - scores.clone()).mean();
        let as_fake = relu(scores + 1.0).mean();
        Some(as_real * real + as_fake * (1.0 - real))
    }
}

#[cfg(test)]
mod tests {
    use super::Hinge;
    use crate::testing::{TFGAN, both, close};

    #[test]
    fn values_of_tensorflow_gan() {
        close(&both(&Hinge, &TFGAN.0, &TFGAN.1), &[6.75, -3.125], 1e-12);
    }
}
