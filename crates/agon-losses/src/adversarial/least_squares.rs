use agon_core::{AdversarialLoss, Error, Result};
use burn::prelude::Tensor;

/// Regression of the scores on one number for real samples and another for generated ones.
///
/// ```text
/// D: 1/2 E (r - b)^2 + 1/2 E (f - a)^2,    G: 1/2 E (f - c)^2
/// ```
///
/// `r`, `f`: scores of real and of generated samples; `a`, `b`: what the discriminator should say of
/// generated and of real samples; `c`: what the generator wants it to say. With `b - c = 1` and `b - a = 2`
/// the generator minimises the Pearson chi-squared divergence between `p + q` and `2 q`.
///
/// A smoothed label is the target between `a` and `b`: the gradient of the expected loss, whose value is
/// greater by a constant.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::LeastSquares;
/// use burn::prelude::*;
///
/// let scores = Tensor::<2>::from_data([[3.0], [1.0]], &Device::default());
/// let loss: f32 = LeastSquares::binary().generator(scores, None).into_scalar();
/// assert_eq!(loss, 1.0);
/// ```
///
/// # References
/// Mao et al. 2017, "Least Squares Generative Adversarial Networks", arXiv:1611.04076. The paper and
/// tensorflow-gan have the factor 1/2; several PyTorch implementations leave it out of the generator's loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeastSquares {
    /// The target of generated samples.
    pub a: f64,
    /// The target of real samples.
    pub b: f64,
    /// What the generator wants its samples to score.
    pub c: f64,
}

impl LeastSquares {
    /// Any three targets.
    pub const fn new(a: f64, b: f64, c: f64) -> Self {
        Self { a, b, c }
    }

    /// Targets 0 and 1, the generator aiming at 1.
    pub const fn binary() -> Self {
        Self::new(0.0, 1.0, 1.0)
    }

    /// Targets -1 and 1, the generator aiming at 0: the Pearson chi-squared divergence.
    pub const fn pearson() -> Self {
        Self::new(-1.0, 1.0, 0.0)
    }
}

impl Default for LeastSquares {
    fn default() -> Self {
        Self::binary()
    }
}

impl AdversarialLoss for LeastSquares {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        half_square(real, self.b) + half_square(fake, self.a)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        half_square(fake, self.c)
    }

    fn check(&self) -> Result<()> {
        let finite = [self.a, self.b, self.c].into_iter().all(f64::is_finite);
        let expected = "finite targets, not one for both real and generated samples";
        Error::unless(
            finite && self.a != self.b,
            "targets of LeastSquares",
            expected,
            format_args!("{self:?}"),
        )
    }

    fn sign_of_real(&self) -> Option<f64> {
        Some((self.b - self.a).signum())
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(half_square(scores, self.a + real * (self.b - self.a)))
    }
}

fn half_square(scores: Tensor<2>, target: f64) -> Tensor<1> {
    (scores - target).square().mean() * 0.5
}

#[cfg(test)]
mod tests {
    use super::LeastSquares;
    use crate::testing::{TFGAN, TORCHGAN, both, close};

    #[test]
    fn values_of_two_libraries() {
        let loss = LeastSquares::binary();
        close(&both(&loss, &TFGAN.0, &TFGAN.1), &[41.73375, 17.69625], 1e-6);
        close(&both(&loss, &TORCHGAN.0, &TORCHGAN.1), &[19.76125, 7.3425007], 1e-6);
    }
}
