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

/// `x` times the slope of a leaky ReLU where its value is `y`; no gradient goes to `y`. Where it has its kink the slope
/// is the left one.
///
/// # Panics
/// If the shapes differ or the slope is below zero.
pub fn chained<const D: usize>(x: Tensor<D>, y: Tensor<D>, slope: f64) -> Tensor<D> {
    assert_eq!(x.dims(), y.dims(), "values of another shape");
    assert!(
        slope >= 0.0,
        "the value does not tell the side where the slope is {slope}"
    );
    let y = y.detach();
    #[cfg(feature = "flex")]
    if is_ours(&x) && is_ours(&y) && x.device().is_autodiff() == y.device().is_autodiff() {
        return super::flex::chained(x, y, Unit::Leaky(slope));
    }
    let below = y.clone().lower_equal_elem(0.0);
    x * y.ones_like().mask_fill(below, slope)
}
