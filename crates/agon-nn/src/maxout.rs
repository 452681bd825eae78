use burn::prelude::Tensor;

/// The largest of each group of `pieces` neighbouring features.
///
/// # Shapes
/// `[batch, features * pieces]` to `[batch, features]`.
///
/// # References
/// Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013, arXiv:1302.4389.
pub fn maxout(x: Tensor<2>, pieces: usize) -> Tensor<2> {
    let [batch, width] = x.dims();
    let groups = x.reshape([batch, width / pieces, pieces]);
    groups.max_dim(2).reshape([batch, width / pieces])
}
