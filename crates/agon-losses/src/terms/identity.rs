use burn::prelude::Tensor;

use super::l1;

/// A map into a domain should leave alone what is of that domain already.
///
/// ```text
/// E |G(y) - y|_1
/// ```
///
/// `y`: samples of the target domain; `G`: the map into it. It keeps colours where nothing asks for a change.
///
/// # Shapes
/// Both of one shape; the term, a mean over all elements: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let y = Tensor::<2>::ones([4, 3], &Device::default());
/// assert_eq!(agon_losses::identity(y.clone() * 3.0, y).into_scalar::<f32>(), 2.0);
/// ```
///
/// # References
/// Taigman, Polyak, Wolf 2016, arXiv:1611.02200; Zhu et al. 2017, arXiv:1703.10593, section 5.2 (half the
/// weight of the cycle).
pub fn identity<const D: usize>(mapped: Tensor<D>, original: Tensor<D>) -> Tensor<1> {
    l1(mapped, original)
}
