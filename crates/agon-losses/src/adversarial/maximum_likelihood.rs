use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use super::logistic::logistic;
use crate::math::{capped_exp, log_sum_exp};

/// The generator's expected gradient is that of maximum likelihood.
///
/// ```text
/// D: -E log s(r) - E log(1 - s(f)),    G: -E e^f = -E s(f) / (1 - s(f)),    stable: -log E e^f
/// ```
///
/// `r`, `f`: scores (logits) of real and of generated samples; `s`: the sigmoid. At the optimal discriminator
/// `e^f = p/q`, an importance weight, so the gradient is that of `KL(p|q)`. The weights have a great variance
/// and overflow: beyond a score of 40 (60 in f64) the exponential continues as a straight line. The
/// [`stable`](Self::stable) form takes the logarithm, which has the same minimisers, and whose gradient is
/// the same with weights that sum to one.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::MaximumLikelihood;
/// use burn::prelude::*;
///
/// let fake = Tensor::<2>::full([4, 1], 100.0, &Device::default());
/// let loss: f32 = MaximumLikelihood::stable().generator(fake, None).into_scalar();
/// assert_eq!(loss, -100.0);
/// ```
///
/// # References
/// Goodfellow 2014, "On distinguishability criteria for estimating generative models", arXiv:1412.6515;
/// normalised weights as in Che et al. 2017, arXiv:1702.07983.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MaximumLikelihood {
    logarithmic: bool,
}

impl MaximumLikelihood {
    /// The form of the paper, `-E e^f`.
    pub const fn new() -> Self {
        Self { logarithmic: false }
    }

    /// The logarithm of it, `-log E e^f`.
    pub const fn stable() -> Self {
        Self { logarithmic: true }
    }
}

impl AdversarialLoss for MaximumLikelihood {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        logistic(real, 1.0) + logistic(fake, 0.0)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        if self.logarithmic {
            let count = fake.shape().num_elements() as f64;
            -log_sum_exp(fake) + count.ln()
        } else {
            -capped_exp(fake).mean()
        }
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(logistic(scores, real))
    }
}

#[cfg(test)]
mod tests {
    use super::MaximumLikelihood;
    use crate::testing::{both, close};

    #[test]
    fn the_stable_form_is_the_logarithm_of_the_plain_one() {
        let [_, plain] = both(&MaximumLikelihood::new(), &[0.0], &[1.0, -2.0, 0.5]);
        let [_, stable] = both(&MaximumLikelihood::stable(), &[0.0], &[1.0, -2.0, 0.5]);
        close(&[stable], &[-(-plain).ln()], 1e-12);
    }
}
