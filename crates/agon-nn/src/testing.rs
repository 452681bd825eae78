//! What tests of several layers share.

use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};

/// Deterministic f64 values, none of them on a kink.
pub(crate) fn wave<const D: usize>(shape: [usize; D], phase: f64) -> Tensor<D> {
    let n: usize = shape.iter().product();
    let values: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7311 + phase).sin()).collect();
    let device = Device::default().autodiff();
    Tensor::from_data(TensorData::new(values, shape), (&device, DType::F64))
}
