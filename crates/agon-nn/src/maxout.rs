use agon_kernels::ops;
use burn::prelude::Tensor;

/// The largest of each group of `pieces` neighbouring features.
///
/// # Shapes
/// `[batch, features * pieces]` to `[batch, features]`.
///
/// # Panics
/// If the features are no whole groups.
///
/// # References
/// Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013, arXiv:1302.4389.
pub fn maxout(x: Tensor<2>, pieces: usize) -> Tensor<2> {
    ops::largest(x, pieces)
}
