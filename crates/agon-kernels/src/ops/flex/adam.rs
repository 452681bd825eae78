use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;

use super::{numbers, own, primitive};
use crate::{Adam, Isa};

/// A step of Adam, in place where nobody else looks.
///
/// # Panics
/// If a tensor is not on `flex`.
pub(in crate::ops) fn adam<const D: usize>(
    step: Adam,
    weights: Tensor<D>,
    gradients: Tensor<D>,
    moments: [Tensor<D>; 2],
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let [first, second] = moments;
    let gradients = primitive(gradients).to_contiguous();
    let [mut weights, mut first, mut second] = [weights, first, second].map(|tensor| own(primitive(tensor)));
    step.step(
        Isa::best(),
        weights.storage_mut(),
        numbers(&gradients),
        [first.storage_mut(), second.storage_mut()],
    );
    (tensor(weights), [tensor(first), tensor(second)])
}

fn tensor<const D: usize>(primitive: FlexTensor) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(primitive)
}
