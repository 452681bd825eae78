use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

use crate::math::log_sum_exp;

/// One softmax over the whole batch: the discriminator puts all mass on real samples, the generator evens
/// it out.
///
/// ```text
/// D: -1/|R| sum_R v + log Z,    G: -1/|R u F| sum_(R u F) v + log Z,    Z = sum_(R u F) e^v
/// ```
///
/// `v`: scores; `R`, `F`: the real and the generated samples of the batch. Both are cross entropies between a
/// target, uniform on `R` or on all, and the softmax of the scores. The paper writes energies `D = -v`.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::SoftmaxGan;
/// use burn::prelude::*;
///
/// let even = Tensor::<2>::zeros([2, 1], &Device::default());
/// let loss: f32 = SoftmaxGan.discriminator(even.clone(), even).into_scalar();
/// assert!((loss - 4f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Lin 2017, "Softmax GAN", arXiv:1704.06191.
#[derive(Debug, Clone, Copy, Default)]
pub struct SoftmaxGan;

impl AdversarialLoss for SoftmaxGan {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let all = Tensor::cat(vec![real.clone(), fake], 0);
        log_sum_exp(all) - real.mean()
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        let all = Tensor::cat(real.into_iter().chain([fake]).collect(), 0);
        log_sum_exp(all.clone()) - all.mean()
    }

    fn generator_needs_real(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::SoftmaxGan;
    use crate::testing::{both, close};

    #[test]
    fn it_is_a_cross_entropy_over_the_batch() {
        let z: f64 = [1f64, 2.0, -1.0].iter().map(|v| v.exp()).sum();
        let expected = [z.ln() - 1.5, z.ln() - 2.0 / 3.0];
        close(&both(&SoftmaxGan, &[1.0, 2.0], &[-1.0]), &expected, 1e-12);
    }
}
