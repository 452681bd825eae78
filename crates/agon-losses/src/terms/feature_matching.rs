use burn::prelude::Tensor;

/// Generated samples should have the same mean features as real ones.
///
/// ```text
/// |E phi(x) - E phi(g)|_2^2
/// ```
///
/// `phi`: features from inside the discriminator, of real samples `x` and of generated samples `g`. The
/// generator minimises it, in place of the adversarial loss or beside it.
///
/// # Shapes
/// Features `[batch, features]`; the term, a sum over features: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Tensor::<2>::ones([4, 3], &device);
/// let loss = agon_losses::feature_matching(real, Tensor::zeros([8, 3], &device));
/// assert_eq!(loss.into_scalar::<f32>(), 3.0);
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 3.1. The authors'
/// code takes the mean absolute difference over the features instead.
pub fn feature_matching(real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    (real.mean_dim(0) - fake.mean_dim(0)).square().sum()
}
