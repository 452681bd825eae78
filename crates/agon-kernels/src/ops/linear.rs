use burn::tensor::Tensor;

use super::is_ours;

/// `x weight + bias` over the last axis.
///
/// # Shapes
/// `x`: `[.., inputs]`, `weight`: `[inputs, outputs]`, `bias`: `[outputs]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if is_ours(&x) && is_ours(&weight) && x.dims()[D - 1] == weight.dims()[0] && x.shape().num_elements() > 0 {
        return super::flex::linear(x, weight, bias);
    }
    burn::tensor::module::linear(x, weight, bias)
}
