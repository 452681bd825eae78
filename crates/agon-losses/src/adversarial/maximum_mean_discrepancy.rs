use agon_core::{AdversarialLoss, Error, Result};
use burn::prelude::Tensor;

use crate::math::mean_of_pairs;

/// How alike two embeddings are: a sum over scales.
#[derive(Debug, Clone, PartialEq)]
pub enum Kernel {
    /// `sum exp(-|x - y|^2 / (2 sigma^2))` over these `sigma`.
    Gaussian(Vec<f64>),
    /// `sum (1 + |x - y|^2 / (2 alpha))^-alpha` over these `alpha`.
    RationalQuadratic(Vec<f64>),
}

impl Kernel {
    fn check(&self) -> Result<()> {
        let (Self::Gaussian(scales) | Self::RationalQuadratic(scales)) = self;
        let positive = scales.iter().all(|scale| scale.is_finite() && *scale > 0.0);
        let expected = "scales, at least one, all of them finite and above 0";
        let what = "kernel of MaximumMeanDiscrepancy";
        Error::unless(positive && !scales.is_empty(), what, expected, format_args!("{self:?}"))
    }

    /// The kernel of squared distances, element by element.
    fn of(&self, squared: &Tensor<2>) -> Tensor<2> {
        let zero = squared.zeros_like();
        match self {
            Self::Gaussian(sigmas) => sigmas.iter().fold(zero, |sum, sigma| {
                sum + (squared.clone() * (-0.5 / (sigma * sigma))).exp()
            }),
            Self::RationalQuadratic(alphas) => alphas.iter().fold(zero, |sum, alpha| {
                // (1 + x)^-a = e^(-a log(1 + x)), whose logarithm keeps the digits of a small x.
                sum + ((squared.clone() * (0.5 / alpha)).log1p() * -alpha).exp()
            }),
        }
    }
}

/// The critic embeds; a kernel compares the two clouds of embeddings.
///
/// ```text
/// M = E k(x, x') + E k(g, g') - 2 E k(x, g),    D: -M,    G: M
/// ```
///
/// `x`, `x'`, `g`, `g'`: different rows of the score matrices of real and of generated samples, so that the
/// estimate of the squared discrepancy is unbiased (and may be negative). The critic needs a bounded slope:
/// weight clipping in Li et al., a gradient penalty in Binkowski et al.
///
/// # Shapes
/// Scores `[batch, embedding]`, batch at least 2; losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::MaximumMeanDiscrepancy;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::zeros([4, 3], &device);
/// let fake = Tensor::<2>::full([4, 3], 1e3, &device);
/// let loss = MaximumMeanDiscrepancy::gaussian([1.0]).generator(fake, Some(real));
/// assert_eq!(loss.into_scalar::<f32>(), 2.0);
/// ```
///
/// # References
/// Li et al. 2017, "MMD GAN", arXiv:1705.08584; Binkowski et al. 2018, "Demystifying MMD GANs",
/// arXiv:1801.01401 (rational quadratic kernel, unbiased estimate).
#[derive(Debug, Clone, PartialEq)]
pub struct MaximumMeanDiscrepancy {
    kernel: Kernel,
}

impl MaximumMeanDiscrepancy {
    /// With any kernel.
    pub const fn new(kernel: Kernel) -> Self {
        Self { kernel }
    }

    /// With a mixture of Gaussians of these widths.
    pub fn gaussian(sigmas: impl Into<Vec<f64>>) -> Self {
        Self::new(Kernel::Gaussian(sigmas.into()))
    }

    /// With a mixture of rational quadratic kernels of these exponents.
    pub fn rational_quadratic(alphas: impl Into<Vec<f64>>) -> Self {
        Self::new(Kernel::RationalQuadratic(alphas.into()))
    }

    fn discrepancy(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        // Distances do not change with the origin, but what is lost to rounding in |a|^2 + |b|^2 - 2ab does.
        let middle = Tensor::cat(vec![real.clone(), fake.clone()], 0).detach().mean_dim(0);
        let (real, fake) = (real - middle.clone(), fake - middle);
        let kernels = |x: &Tensor<2>, y: &Tensor<2>| self.kernel.of(&squared_distances(x.clone(), y.clone()));
        let (of_real, of_fake) = (kernels(&real, &real), kernels(&fake, &fake));
        mean_of_pairs(of_real) + mean_of_pairs(of_fake) - kernels(&real, &fake).mean() * 2.0
    }
}

impl Default for MaximumMeanDiscrepancy {
    /// Rational quadratic with exponents 0.2, 0.5, 1, 2 and 5.
    fn default() -> Self {
        Self::rational_quadratic([0.2, 0.5, 1.0, 2.0, 5.0])
    }
}

impl AdversarialLoss for MaximumMeanDiscrepancy {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        -self.discrepancy(real, fake)
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        let real = real.unwrap_or_else(|| fake.zeros_like());
        self.discrepancy(real, fake)
    }

    fn generator_needs_real(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        self.kernel.check()
    }

    fn sign_of_real(&self) -> Option<f64> {
        None
    }
}

/// `|x_i - y_j|^2`: `[rows of x, rows of y]`.
fn squared_distances(x: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    let lengths = |rows: &Tensor<2>| rows.clone().square().sum_dim(1);
    let (of_x, of_y) = (lengths(&x), lengths(&y).transpose());
    (of_x + of_y - x.matmul(y.transpose()) * 2.0).clamp_min(0.0)
}

#[cfg(test)]
mod tests {
    use agon_core::AdversarialLoss;
    use burn::prelude::{Device, Tensor};

    use super::MaximumMeanDiscrepancy;
    use crate::testing::{both, close, value};

    #[test]
    fn it_is_the_unbiased_estimate() {
        let loss = MaximumMeanDiscrepancy::gaussian([1.0, 2.0]);
        let k = |d: f64| (-d * d / 2.0).exp() + (-d * d / 8.0).exp();
        let across = (k(0.5) + k(2.0) + k(0.5) + k(1.0)) / 4.0;
        let expected = k(1.0) + k(1.5) - 2.0 * across;
        close(&both(&loss, &[0.0, 1.0], &[0.5, 2.0]), &[-expected, expected], 1e-12);
    }

    #[test]
    fn it_does_not_depend_on_where_the_embeddings_are() {
        let rows = |at: f32| Tensor::<1>::from_floats([0.0, 1.0, 0.5, 2.0], &Device::default()).reshape([2, 2]) + at;
        let loss = MaximumMeanDiscrepancy::gaussian([1.0]);
        let at = |origin: f32| value(loss.generator(rows(origin) + 0.25, Some(rows(origin))));
        close(&[at(1024.0)], &[at(0.0)], 1e-6);
    }

    #[test]
    fn the_rational_quadratic_kernel() {
        let loss = MaximumMeanDiscrepancy::rational_quadratic([0.5]);
        let k = |d: f64| (1.0 + d * d).powf(-0.5);
        let expected = k(1.0) + k(1.0) - (k(3.0) * 2.0 + k(2.0) + k(4.0)) / 2.0;
        close(&both(&loss, &[0.0, 1.0], &[3.0, 4.0])[1..], &[expected], 1e-12);
    }
}
