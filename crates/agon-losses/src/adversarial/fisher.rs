use agon_core::AdversarialLoss;
use burn::prelude::Tensor;

/// The difference of means in units of the critic's own spread: no bound on its weights is needed.
///
/// ```text
/// D: -(E r - E f) / sqrt(1/2 E r^2 + 1/2 E f^2),    G: -E f
/// ```
///
/// `r`, `f`: scores of real and of generated samples. The ratio's supremum over all critics is a chi-squared
/// distance. The paper reaches it by an augmented Lagrangian with the constraint that the denominator be
/// one; this is the ratio itself, which does not change when the scores are scaled.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::Fisher;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let (real, fake) = (Tensor::<2>::full([4, 1], 3.0, &device), Tensor::<2>::full([4, 1], -3.0, &device));
/// let loss: f32 = Fisher.discriminator(real, fake).into_scalar();
/// assert!((loss + 2.0).abs() < 1e-6);
/// ```
///
/// # References
/// Mroueh, Sercu 2017, "Fisher GAN", arXiv:1705.09675, equation 3.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fisher;

impl AdversarialLoss for Fisher {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let spread = (real.clone().square().mean() + fake.clone().square().mean()) * 0.5;
        // The floor gives a critic that says zero everywhere a finite slope.
        (fake.mean() - real.mean()) / (spread + 1e-12).sqrt()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.mean()
    }
}

#[cfg(test)]
mod tests {
    use super::Fisher;
    use crate::testing::{both, close};

    #[test]
    fn it_is_the_difference_in_units_of_the_spread() {
        let expected = [-2.0 / 3f64.sqrt(), 0.0];
        close(&both(&Fisher, &[1.0, 3.0], &[-1.0, 1.0]), &expected, 1e-9);
        close(&both(&Fisher, &[10.0, 30.0], &[-10.0, 10.0]), &expected, 1e-9);
    }
}
