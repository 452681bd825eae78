//! What the tests of this module share.

use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};

/// `softmax_b(2 sin(1.7 a + 0.9 b))` for a of 10 and b of 4, whose scores are known.
pub(super) fn softmax_table() -> Tensor<2> {
    let value = |i: usize| 2.0 * (1.7 * (i / 4) as f64 + 0.9 * (i % 4) as f64).sin();
    let values: Vec<f64> = (0..40).map(value).collect();
    let logits = Tensor::<2>::from_data(TensorData::new(values, [10, 4]), (&Device::default(), DType::F64));
    burn::tensor::activation::softmax(logits, 1)
}
