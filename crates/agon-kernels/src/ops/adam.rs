use burn::tensor::Tensor;

#[cfg(feature = "flex")]
use super::is_plain;
use crate::Adam;

/// A step of Adam: the weights and both moments, moved.
///
/// # Panics
/// If the shapes differ.
pub fn adam<const D: usize>(
    step: Adam,
    weights: Tensor<D>,
    gradients: Tensor<D>,
    moments: [Tensor<D>; 2],
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let shape = weights.dims();
    let same = [&gradients, &moments[0], &moments[1]]
        .iter()
        .all(|tensor| tensor.dims() == shape);
    assert!(same, "gradients or moments of another shape than the weights {shape:?}");
    #[cfg(feature = "flex")]
    if is_plain(&weights) && is_plain(&gradients) && moments.iter().all(is_plain) {
        return super::flex::adam(step, weights, gradients, moments);
    }
    let ([beta1, beta2], [first, second]) = (step.betas, moments);
    let first = first * beta1 + gradients.clone() * (1.0 - beta1);
    let second = second * beta2 + gradients.square() * (1.0 - beta2);
    let way = first.clone() / (second.clone().sqrt() + step.epsilon);
    (weights - way * step.rate, [first, second])
}
