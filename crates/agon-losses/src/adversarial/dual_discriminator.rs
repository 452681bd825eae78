use agon_core::{AdversarialLoss, Error, Result};
use burn::prelude::Tensor;

use crate::math::{log_softplus, softplus};

/// Two discriminators, of which one rewards what is real and the other what is generated.
///
/// ```text
/// D: -alpha E log D1(r) + E D1(f) + E D2(r) - beta E log D2(f),    G: -E D1(f) + beta E log D2(f)
/// ```
///
/// `D1`, `D2`: the softplus of the first and of the second half of the scores of real samples `r` and generated samples
/// `f`. At the best discriminators the generator minimises
/// `alpha KL(p | q) + beta KL(q | p)`: the first divergence wants every mode found, the second wants nothing between
/// them.
///
/// # Shapes
/// Scores `[batch, 2 n]`, losses `[1]`.
///
/// # Panics
/// If a sample has an odd number of scores.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::DualDiscriminator;
/// use burn::prelude::*;
///
/// let scores = Tensor::<2>::from_data([[100.0, -100.0]], &Device::default());
/// let loss: f32 = DualDiscriminator::default().generator(scores, None).into_scalar();
/// assert_eq!(loss, -200.0);
/// ```
///
/// # References
/// Nguyen, Le, Vu and Phung 2017, "Dual discriminator generative adversarial nets", arXiv:1709.03831. The paper has
/// `alpha` and `beta` in (0, 1] to keep the losses from growing; the authors' code for points takes 1 for both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DualDiscriminator {
    /// The weight of `KL(p | q)`.
    pub alpha: f64,
    /// The weight of `KL(q | p)`.
    pub beta: f64,
}

impl Default for DualDiscriminator {
    fn default() -> Self {
        Self { alpha: 1.0, beta: 1.0 }
    }
}

/// The scores of both discriminators.
fn both(scores: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let width = scores.dims()[1];
    assert!(width.is_multiple_of(2), "two discriminators, but {width} scores");
    let half = width / 2;
    (scores.clone().narrow(1, 0, half), scores.narrow(1, half, half))
}

impl AdversarialLoss for DualDiscriminator {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let ((r1, r2), (f1, f2)) = (both(real), both(fake));
        softplus(f1).mean() - log_softplus(r1).mean() * self.alpha + softplus(r2).mean()
            - log_softplus(f2).mean() * self.beta
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        let (f1, f2) = both(fake);
        log_softplus(f2).mean() * self.beta - softplus(f1).mean()
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("alpha of DualDiscriminator", self.alpha)?;
        Error::unless_at_least_zero("beta of DualDiscriminator", self.beta)
    }

    fn sign_of_real(&self) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::DualDiscriminator;
    use crate::testing::{close, value};
    use agon_core::AdversarialLoss;

    #[test]
    fn it_is_what_the_equation_says() {
        let loss = DualDiscriminator { alpha: 0.2, beta: 0.1 };
        let device = Device::default();
        let real = Tensor::<2>::from_data([[1.0, -2.0], [0.5, 0.0]], &device);
        let fake = Tensor::<2>::from_data([[-1.0, 3.0]], &device);
        let d = |score: f64| score.exp().ln_1p();
        let log_real = (d(1.0).ln() + d(0.5).ln()) / 2.0;
        let expected = -0.2 * log_real + d(-1.0) + (d(-2.0) + d(0.0)) / 2.0 - 0.1 * d(3.0).ln();
        close(&[value(loss.discriminator(real, fake.clone()))], &[expected], 1e-6);
        close(
            &[value(loss.generator(fake, None))],
            &[-d(-1.0) + 0.1 * d(3.0).ln()],
            1e-6,
        );
    }
}
