use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::weighted::{Weighted, tracked};
use super::{filled, numbers};
use crate::tile::with;
use crate::{Isa, Matrix, multiply as product};

/// `x w + bias`, over the last axis.
pub(in crate::ops) fn linear<const D: usize>(x: Tensor<D>, w: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<D> {
    let (x, w) = (x.into_dispatch(), w.into_dispatch());
    Tensor::from_dispatch(match bias {
        None => <Dispatch as Affine>::multiply(x, w),
        Some(bias) => <Dispatch as Affine>::affine(x, w, bias.into_dispatch()),
    })
}

#[backend_extension(Flex, Autodiff)]
trait Affine: Backend {
    fn multiply(x: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self>;

    fn affine(x: FloatTensor<Self>, w: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Affine for Flex {
    fn multiply(x: FlexTensor, w: FlexTensor) -> FlexTensor {
        Product::new(x, w).forward(None)
    }

    fn affine(x: FlexTensor, w: FlexTensor, bias: FlexTensor) -> FlexTensor {
        Product::new(x, w).forward(Some(&bias.to_contiguous()))
    }
}

/// A tensor that [`matrix`] can read: itself, or a copy in order.
fn readable(tensor: FlexTensor) -> FlexTensor {
    if is_turned(&tensor) {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

/// Whether it is a matrix that lies column by column.
fn is_turned(tensor: &FlexTensor) -> bool {
    let (strides, shape) = (tensor.layout().strides(), tensor.layout().shape());
    shape.num_dims() == 2 && shape[0] > 1 && shape[1] > 1 && strides == [1, shape[0] as isize]
}

/// A tensor as a matrix, all axes but the last together.
fn matrix(tensor: &FlexTensor) -> Matrix<'_> {
    let (numbers, shape) = (numbers(tensor), tensor.layout().shape());
    if is_turned(tensor) {
        return Matrix::new(numbers, shape[1], shape[0]).transpose();
    }
    let columns = shape[shape.num_dims() - 1];
    Matrix::new(numbers, numbers.len() / columns.max(1), columns)
}

/// The shape of `like` with another last axis.
fn reshaped(like: &FlexTensor, last: usize) -> Shape {
    let mut shape = like.layout().shape().clone();
    let end = shape.num_dims() - 1;
    shape[end] = last;
    shape
}

/// `x w`
#[derive(Debug, Clone)]
struct Product {
    x: FlexTensor,
    w: FlexTensor,
}

impl Product {
    fn new(x: FlexTensor, w: FlexTensor) -> Self {
        let [x, w] = [x, w].map(readable);
        Self { x, w }
    }
}

impl Weighted for Product {
    fn forward(&self, bias: Option<&FlexTensor>) -> FlexTensor {
        let columns = self.w.layout().shape()[1];
        filled(reshaped(&self.x, columns), |y| {
            if let Some(bias) = bias.map(numbers) {
                for row in y.chunks_exact_mut(columns.max(1)) {
                    row.copy_from_slice(bias);
                }
            }
            product(Isa::best(), matrix(&self.x), matrix(&self.w), y, bias.is_some());
        })
    }

    fn input_gradient(&self, dy: &FlexTensor) -> FlexTensor {
        filled(self.x.layout().shape().clone(), |dx| {
            product(Isa::best(), matrix(dy), matrix(&self.w).transpose(), dx, false);
        })
    }

    fn weight_gradient(&self, dy: &FlexTensor) -> FlexTensor {
        filled(self.w.layout().shape().clone(), |dw| {
            product(Isa::best(), matrix(&self.x).transpose(), matrix(dy), dw, false);
        })
    }

    fn bias_gradient(dy: &FlexTensor) -> FlexTensor {
        let dy = matrix(dy);
        filled([dy.size[1]], |sums| {
            sums.fill(0.0);
            with(Isa::best(), || {
                for row in dy.values.chunks_exact(sums.len().max(1)) {
                    sums.iter_mut().zip(row).for_each(|(sum, dy)| *sum += dy);
                }
            });
        })
    }
}

impl<C: CheckpointStrategy> Affine for Autodiff<Flex, C> {
    fn multiply(x: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (x.into_parts(), w.into_parts());
        tracked::<C, _>(Product::new(x, w), [x_node, w_node], None)
    }

    fn affine(x: FloatTensor<Self>, w: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (x.into_parts(), w.into_parts());
        tracked::<C, _>(Product::new(x, w), [x_node, w_node], Some(bias))
    }
}
