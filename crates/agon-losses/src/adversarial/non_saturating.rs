use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use super::logistic::logistic;

/// The original game with the generator's loss turned round, so that a losing generator still learns.
///
/// ```text
/// D: -E log s(r) - E log(1 - s(f)),    G: -E log s(f)
/// ```
///
/// `r`, `f`: scores of real and of generated samples; `s`: the sigmoid. The slope of the generator's loss
/// is `-(1 - s(f))`, close to -1 where the discriminator rejects, whereas that of
/// [`Minimax`](super::Minimax) vanishes there.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::NonSaturating;
/// use burn::prelude::*;
///
/// let rejected = Tensor::<2>::full([4, 1], -100.0, &Device::default());
/// let loss: f32 = NonSaturating.generator(rejected, None).into_scalar();
/// assert_eq!(loss, 100.0);
/// ```
///
/// # References
/// Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv:1406.2661, section 3.
#[derive(Debug, Clone, Copy, Default)]
pub struct NonSaturating;

impl AdversarialLoss for NonSaturating {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        logistic(real, 1.0) + logistic(fake, 0.0)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        logistic(fake, 1.0)
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(logistic(scores, real))
    }
}

#[cfg(test)]
mod tests {
    use super::NonSaturating;
    use crate::LabelSmoothing;
    use crate::testing::{TFGAN, TORCHGAN, both, close};

    #[test]
    fn values_of_two_libraries() {
        // tensorflow-gan smooths real labels to 7/8.
        let smooth = LabelSmoothing::one_sided(NonSaturating, 0.875);
        close(&both(&smooth, &TFGAN.0, &TFGAN.1), &[6.19637, 1.38582], 1e-5);
        close(
            &both(&NonSaturating, &TORCHGAN.0, &TORCHGAN.1),
            &[3.1251488, 0.9509911],
            1e-6,
        );
    }
}
