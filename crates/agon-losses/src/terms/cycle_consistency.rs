use burn::prelude::Tensor;

use super::l1;

/// There and back again should be the identity, in both directions.
///
/// ```text
/// E |F(G(x)) - x|_1 + E |G(F(y)) - y|_1
/// ```
///
/// `x`, `y`: samples of the two domains; `G`, `F`: the maps between them. The norms are means over all
/// elements. tensorflow-gan takes the mean of the two directions instead of their sum.
///
/// # Shapes
/// Each pair is (the way back, the original), of one shape; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let (x, y) = (Tensor::<2>::zeros([4, 2], &device), Tensor::<2>::zeros([4, 3], &device));
/// let loss = agon_losses::cycle_consistency((x.clone() + 1.0, x), (y.clone() - 2.0, y));
/// assert_eq!(loss.into_scalar::<f32>(), 3.0);
/// ```
///
/// # References
/// Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
/// arXiv:1703.10593 (weight 10 there).
pub fn cycle_consistency<const X: usize, const Y: usize>(
    first: (Tensor<X>, Tensor<X>),
    second: (Tensor<Y>, Tensor<Y>),
) -> Tensor<1> {
    l1(first.0, first.1) + l1(second.0, second.1)
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::cycle_consistency;
    use crate::testing::value;

    #[test]
    fn it_is_twice_the_value_of_tensorflow_gan() {
        let device = Device::default();
        let x = Tensor::<2>::from_data([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &device);
        let back = Tensor::<2>::from_data([[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]], &device);
        let y = Tensor::<1>::from_data([1.0, 9.0], &device);
        let forth = Tensor::<1>::from_data([-2.0, 3.0], &device);
        assert_eq!(value(cycle_consistency((back, x), (forth, y))), 2.0 * 5.25);
    }
}
