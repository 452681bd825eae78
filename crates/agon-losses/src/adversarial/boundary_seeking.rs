use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use super::logistic::logistic;

/// The generator seeks the decision boundary, where the discriminator cannot tell.
///
/// ```text
/// D: -E log s(r) - E log(1 - s(f)),    G: 1/2 E (log s(f) - log(1 - s(f)))^2 = 1/2 E f^2
/// ```
///
/// `r`, `f`: scores (logits) of real and of generated samples; `s`: the sigmoid. This is the form for
/// continuous samples; the discrete one weights a policy gradient instead.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::BoundarySeeking;
/// use burn::prelude::*;
///
/// let fake = Tensor::<2>::from_data([[2.0], [0.0]], &Device::default());
/// let loss: f32 = BoundarySeeking.generator(fake, None).into_scalar();
/// assert_eq!(loss, 1.0);
/// ```
///
/// # References
/// Hjelm et al. 2017, "Boundary-Seeking Generative Adversarial Networks", arXiv:1702.08431, section 3.
#[derive(Debug, Clone, Copy, Default)]
pub struct BoundarySeeking;

impl AdversarialLoss for BoundarySeeking {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        logistic(real, 1.0) + logistic(fake, 0.0)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        fake.square().mean() * 0.5
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(logistic(scores, real))
    }
}

#[cfg(test)]
mod tests {
    use super::BoundarySeeking;
    use crate::testing::{both, close};

    #[test]
    fn the_generator_is_pulled_to_the_boundary() {
        let softplus = |x: f64| x.exp().ln_1p();
        let expected = [softplus(-1.0) + softplus(2.0), 2.0];
        close(&both(&BoundarySeeking, &[1.0], &[2.0]), &expected, 1e-12);
    }
}
