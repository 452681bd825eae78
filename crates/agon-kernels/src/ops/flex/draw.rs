use burn::tensor::{Int, Tensor, TensorData};

use super::{numbers, own, primitive};
use crate::Isa;

/// Draws by rows.
///
/// # Panics
/// If a tensor is not on `flex`.
pub(in crate::ops) fn draw(logits: Tensor<2>, uniforms: Tensor<1>) -> Tensor<1, Int> {
    let device = logits.device();
    let (mut logits, uniforms) = (own(primitive(logits)), primitive(uniforms).to_contiguous());
    let drawn = crate::draw(Isa::best(), logits.storage_mut(), numbers(&uniforms));
    let drawn: Vec<i64> = drawn.into_iter().map(|place| place as i64).collect();
    let shape = [drawn.len()];
    Tensor::from_data(TensorData::new(drawn, shape), &device)
}
