use burn::prelude::Tensor;

use crate::math::{least, mean_of_pairs};

/// Generated samples should not all have the same features.
///
/// ```text
/// 1/(n (n - 1)) sum_(i != j) (s_i . s_j / (|s_i| |s_j|))^2
/// ```
///
/// `s_i`: features of the i-th generated sample; `n`: how many there are. The generator minimises it, with a
/// weight of 0.1 in the paper. The cosines are squared; some published implementations leave that out.
///
/// # Shapes
/// Features `[batch, features]`, batch at least 2; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let same = Tensor::<2>::ones([4, 3], &Device::default());
/// assert!((agon_losses::pull_away(same).into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
///
/// # References
/// Zhao, Mathieu, LeCun 2016, "Energy-based Generative Adversarial Network", arXiv:1609.03126, section 2.4.
pub fn pull_away(features: Tensor<2>) -> Tensor<1> {
    let squared = features.clone().square().sum_dim(1).clamp_min(least(&features));
    let unit = features / squared.sqrt();
    let cosines = unit.clone().matmul(unit.transpose());
    mean_of_pairs(cosines.square())
}
