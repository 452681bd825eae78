//! What the tests of augmentations share.

use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};

/// Images of which no two pixels are alike, in float64.
pub(super) fn picture(shape: [usize; 4]) -> Tensor<4> {
    let values: Vec<f64> = (0..shape.iter().product::<usize>())
        .map(|i| (i as f64 * 0.7371).sin())
        .collect();
    let device = Device::default().autodiff();
    Tensor::from_data(TensorData::new(values, shape), (&device, DType::F64))
}

/// Fails unless the gradient through a change of images is that of central differences.
#[track_caller]
pub(super) fn gradient_is_right(shape: [usize; 4], change: impl Fn(&Tensor<4>) -> Tensor<4>) {
    let images = picture(shape);
    let loss = |images: &Tensor<4>| {
        let seen = change(images);
        assert_eq!(seen.dims(), images.dims());
        (seen.clone() * (picture(shape) + 0.3) + seen.powi_scalar(3)).sum()
    };
    let leaf = images.clone().require_grad();
    let gradients = loss(&leaf).backward();
    let found: Vec<f64> = leaf.grad(&gradients).unwrap().try_into_vec_as().unwrap();
    for (i, &found) in found.iter().enumerate() {
        let mut bump = vec![0.0; shape.iter().product()];
        bump[i] = 1e-5;
        let bump = Tensor::from_data(TensorData::new(bump, shape), (&images.device(), DType::F64));
        let value = |images: Tensor<4>| -> f64 { loss(&images).into_scalar() };
        let numeric = (value(images.clone() + bump.clone()) - value(images.clone() - bump)) / 2e-5;
        assert!(
            (found - numeric).abs() < 1e-7 * numeric.abs().max(1.0),
            "{i}: {found}, by differences {numeric}"
        );
    }
}
