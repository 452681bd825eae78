use burn::tensor::{Tensor, activation};

use super::is_ours;
use crate::Unit;

/// Applies a non-linearity to each element.
pub fn unit<const D: usize>(x: Tensor<D>, unit: Unit) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if unit != Unit::Identity && !matches!(unit, Unit::Leaky(slope) if slope < 0.0) && is_ours(&x) {
        return super::flex::unit(x, unit);
    }
    match unit {
        Unit::Identity => x,
        Unit::Leaky(0.0) => activation::relu(x),
        Unit::Leaky(slope) => activation::leaky_relu(x, slope),
        Unit::Tanh => x.tanh(),
        Unit::Sigmoid => activation::sigmoid(x),
    }
}
