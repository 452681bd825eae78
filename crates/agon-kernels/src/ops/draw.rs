use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

#[cfg(feature = "flex")]
use super::is_plain;

/// Draws a place from each row of logits: the first at which the sum of probabilities exceeds the row's number from
/// `[0, 1)`. There is no gradient.
///
/// # Shapes
/// `logits`: `[n, places]`; `uniforms` and what is drawn: `[n]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn draw(logits: Tensor<2>, uniforms: Tensor<1>) -> Tensor<1, Int> {
    assert_eq!(logits.dims()[0], uniforms.dims()[0], "a number for each row");
    let (logits, uniforms) = (logits.detach(), uniforms.detach());
    #[cfg(feature = "flex")]
    if is_plain(&logits) && is_plain(&uniforms) && logits.shape().num_elements() > 0 {
        return super::flex::draw(logits, uniforms);
    }
    let last = logits.dims()[1] as i64 - 1;
    let sums = softmax(logits, 1).cumsum(1);
    let passed = sums.lower_equal(uniforms.unsqueeze_dim(1)).int().sum_dim(1);
    passed.clamp_max(last).squeeze_dim(1)
}
