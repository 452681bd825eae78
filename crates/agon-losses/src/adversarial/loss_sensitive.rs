use agon_core::{AdversarialLoss, Error, Result};
use burn::prelude::Tensor;
use burn::tensor::activation::relu;

/// The critic learns a loss, lower for real samples by a margin that grows with the distance.
///
/// ```text
/// D: E L(x) + lambda E max(0, delta(x, g) + L(x) - L(g)),    G: E L(g),    delta(x, g) = tau |x - g|_1
/// ```
///
/// `L`: the scores, here losses (low for what looks real); `x`, `g`: the i-th real and the i-th generated
/// sample; `lambda`: weight of the margin's violation; `tau`: scale of the distance. Without samples at hand
/// ([`discriminator`](AdversarialLoss::discriminator)) the margin is zero.
///
/// # Shapes
/// Scores `[batch, scores]`, samples `[batch, features]`, losses `[1]`.
///
/// # Panics
/// When real and fake differ in number.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::LossSensitive;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let scores = Tensor::<2>::ones([1, 1], &device);
/// let samples = (Tensor::<2>::zeros([1, 3], &device), Tensor::<2>::ones([1, 3], &device));
/// let loss = LossSensitive::new(2.0).discriminator_at(scores.clone(), scores, samples);
/// assert_eq!(loss.into_scalar::<f32>(), 1.0 + 2.0 * 3.0);
/// ```
///
/// # References
/// Qi 2017, "Loss-Sensitive Generative Adversarial Networks on Lipschitz Densities", arXiv:1701.06264. The
/// author's code drops the first term and uses a distance scale of 2e-4 on pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossSensitive {
    weight: f64,
    scale: f64,
}

impl LossSensitive {
    /// With this weight `lambda` and the plain L1 distance as margin.
    pub const fn new(weight: f64) -> Self {
        Self { weight, scale: 1.0 }
    }

    /// The scale `tau` of the distance.
    pub const fn margin(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    fn loss(&self, real: Tensor<2>, violation: Tensor<2>) -> Tensor<1> {
        real.mean() + relu(violation).mean() * self.weight
    }
}

impl AdversarialLoss for LossSensitive {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        self.loss(real.clone(), real - fake)
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        fake.mean()
    }

    fn discriminator_at(&self, real: Tensor<2>, fake: Tensor<2>, samples: (Tensor<2>, Tensor<2>)) -> Tensor<1> {
        let (x, g) = samples;
        let margin = (x - g).abs().sum_dim(1) * self.scale;
        self.loss(real.clone(), margin + real - fake)
    }

    fn needs_samples(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of LossSensitive", self.weight)?;
        Error::unless_at_least_zero("margin of LossSensitive", self.scale)
    }

    fn sign_of_real(&self) -> Option<f64> {
        Some(-1.0)
    }
}
