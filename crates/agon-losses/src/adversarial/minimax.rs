use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use super::logistic::logistic;

/// The value function of the original game, in which the generator saturates.
///
/// ```text
/// D: -E log s(r) - E log(1 - s(f)),    G: E log(1 - s(f))
/// ```
///
/// `r`, `f`: scores of real and of generated samples; `s`: the sigmoid. Computed by
/// `log s(v) = -softplus(-v)`. At the optimal discriminator, `s(v) = p / (p + q)`, the generator minimises
/// twice the Jensen-Shannon divergence between data `p` and samples `q`, less `log 4`.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::Minimax;
/// use burn::prelude::*;
///
/// let undecided = Tensor::<2>::zeros([4, 1], &Device::default());
/// let loss: f32 = Minimax.discriminator(undecided.clone(), undecided).into_scalar();
/// assert!((loss - 4f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv:1406.2661, equation 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Minimax;

impl AdversarialLoss for Minimax {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        logistic(real, 1.0) + logistic(fake, 0.0)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -logistic(fake, 0.0)
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(logistic(scores, real))
    }
}

#[cfg(test)]
mod tests {
    use super::Minimax;
    use crate::LabelSmoothing;
    use crate::testing::{TFGAN, both, close};

    #[test]
    fn values_of_tensorflow_gan() {
        // It smooths real labels to 7/8, and its generator's loss has a constant -softplus(-1).
        let loss = LabelSmoothing::one_sided(Minimax, 0.875);
        let constant = (-1f64).exp().ln_1p();
        close(&both(&loss, &TFGAN.0, &TFGAN.1), &[6.19637, -4.82408 + constant], 1e-5);
    }
}
