use burn::tensor::Tensor;

use super::is_ours;

/// The largest of each group of `pieces` neighbouring features.
///
/// # Shapes
/// `[batch, groups * pieces]` to `[batch, groups]`.
///
/// # Panics
/// If the features are no whole groups.
pub fn largest(x: Tensor<2>, pieces: usize) -> Tensor<2> {
    let [batch, features] = x.dims();
    let groups = features / pieces.max(1);
    assert_eq!(
        groups * pieces,
        features,
        "{features} features are no groups of {pieces}"
    );
    #[cfg(feature = "flex")]
    if is_ours(&x) && pieces > 0 {
        return super::flex::largest(x, [batch, groups], pieces);
    }
    x.reshape([batch, groups, pieces]).max_dim(2).reshape([batch, groups])
}
