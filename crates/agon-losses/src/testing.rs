//! What the unit tests share.

use agon_core::AdversarialLoss;
use burn::prelude::{Device, Tensor};
use burn::tensor::DType;

/// A float64 vector.
pub(crate) fn f64s(values: &[f64], device: &Device) -> Tensor<1> {
    Tensor::from_data(values, (device, DType::F64))
}

/// A float64 column of scores.
pub(crate) fn scores(values: &[f64]) -> Tensor<2> {
    f64s(values, &Device::default()).reshape([-1, 1])
}

/// All values of a tensor.
pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().try_into_vec().unwrap()
}

/// The one value of a loss.
pub(crate) fn value(loss: Tensor<1>) -> f64 {
    values(loss)[0]
}

/// Fails unless both agree, element by element, relative to the size of the reference.
#[track_caller]
pub(crate) fn close(found: &[f64], reference: &[f64], tolerance: f64) {
    assert_eq!(found.len(), reference.len());
    for (a, b) in found.iter().zip(reference) {
        assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "found {found:?}, expected {reference:?}"
        );
    }
}

/// Both losses on columns of scores: the discriminator's and the generator's.
pub(crate) fn both(loss: &impl AdversarialLoss, real: &[f64], fake: &[f64]) -> [f64; 2] {
    let needed = loss.generator_needs_real().then(|| scores(real));
    [
        value(loss.discriminator(scores(real), scores(fake))),
        value(loss.generator(scores(fake), needed)),
    ]
}

/// The scores of the tests of tensorflow-gan: real, fake.
pub(crate) const TFGAN: ([f64; 4], [f64; 4]) = ([-5.0, 1.4, 12.5, 2.7], [10.0, 4.4, -5.5, 3.6]);

/// The scores of the tests of torchgan: real, fake.
pub(crate) const TORCHGAN: ([f64; 4], [f64; 4]) = ([1.3, 2.9, 8.4, 6.3], [4.8, 1.2, -3.5, 5.9]);
