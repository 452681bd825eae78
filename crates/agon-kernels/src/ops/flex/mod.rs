//! The kernels behind burn's extension point: forward on `Flex`, gradients on `Autodiff<Flex>`.

mod adam;
mod batch_norm;
mod convolution;
mod draw;
mod largest;
mod linear;
mod noise;
mod resample;
mod unit;
mod weighted;

pub(super) use adam::adam;
pub(super) use batch_norm::{batch_norm, batch_norm_by};
pub(super) use convolution::{convolution, transposed_convolution};
pub(super) use draw::draw;
pub(super) use largest::largest;
pub(super) use linear::linear;
pub(super) use noise::drawn_like;
pub(super) use resample::{mean_of_blocks, repeat_pixels};
pub(super) use unit::{chained, unit};

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{DType, Shape, Tensor};

use crate::pool::Buffer;

/// A tensor which gradients find their way back to.
pub(super) type Tracked = FloatTensor<Autodiff<Flex>>;

/// The numbers of a tensor which lies in order.
pub(super) fn numbers(tensor: &FlexTensor) -> &[f32] {
    let start = tensor.layout().start_offset();
    &tensor.storage::<f32>()[start..start + tensor.layout().num_elements()]
}

/// A tensor of what `fill` writes, which is all of it.
pub(super) fn filled(shape: impl Into<Shape>, fill: impl FnOnce(&mut [f32])) -> FlexTensor {
    let shape = shape.into();
    let mut buffer = Buffer::new(shape.num_elements());
    fill(&mut buffer);
    FlexTensor::new(buffer.into_bytes(), Layout::contiguous(shape), DType::F32)
}

/// The tensor itself if nobody else has it, else a copy.
pub(super) fn own(tensor: FlexTensor) -> FlexTensor {
    // Another name, so that this one is no second owner.
    let tensor = {
        let tensor = tensor;
        tensor.to_contiguous()
    };
    let whole = tensor.storage::<f32>().len() == tensor.layout().num_elements();
    if whole && tensor.is_unique() {
        return tensor;
    }
    filled(tensor.layout().shape().clone(), |copy| {
        copy.copy_from_slice(numbers(&tensor))
    })
}

/// A tensor changed in place if nobody else has it, else a changed copy.
pub(super) fn changed(tensor: FlexTensor, change: impl FnOnce(&mut [f32])) -> FlexTensor {
    let mut tensor = own(tensor);
    change(tensor.storage_mut());
    tensor
}

/// What is behind a tensor on this backend.
///
/// # Panics
/// If the tensor is on another one.
pub(super) fn primitive<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    match tensor.try_into_primitive::<Flex>() {
        Ok(tensor) => tensor,
        Err(error) => panic!("{error:?}"),
    }
}

/// A vector as a tensor.
pub(super) fn vector(values: Vec<f32>) -> FlexTensor {
    filled([values.len()], |to| to.copy_from_slice(&values))
}
