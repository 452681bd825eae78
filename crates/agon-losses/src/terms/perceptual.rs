use burn::prelude::Tensor;

use super::l2;

/// Two images should look alike to a network that has learned to see.
///
/// ```text
/// E (phi(x) - phi(y))^2
/// ```
///
/// `phi`: any feature network, or the part of one up to some layer, given as a function; `x`: the image
/// made; `y`: its target, through which nothing is learned. The mean is over all features. For several
/// layers add several terms. A network whose weights should stay as they are must be frozen by the caller.
///
/// # Shapes
/// Images of one shape; features of any; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let image = Tensor::<4>::ones([2, 3, 4, 4], &device);
/// let brightness = |x: Tensor<4>| x.mean_dim(1) * 2.0;
/// let loss = agon_losses::perceptual(image.clone(), image.zeros_like(), brightness);
/// assert_eq!(loss.into_scalar::<f32>(), 4.0);
/// ```
///
/// # References
/// Johnson, Alahi, Fei-Fei 2016, arXiv:1603.08155; Ledig et al. 2017, arXiv:1609.04802 (features of VGG-19
/// before the fifth pooling, scaled by 1/12.75).
pub fn perceptual<const D: usize, const F: usize>(
    image: Tensor<D>,
    target: Tensor<D>,
    features: impl Fn(Tensor<D>) -> Tensor<F>,
) -> Tensor<1> {
    let wanted = features(target.detach()).detach();
    l2(features(image), wanted)
}
