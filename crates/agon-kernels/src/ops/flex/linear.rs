use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind, OpsPrep};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Shape, Tensor};

use super::{Tracked, filled, numbers};
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
        forward(&readable(x), &readable(w), None)
    }

    fn affine(x: FlexTensor, w: FlexTensor, bias: FlexTensor) -> FlexTensor {
        forward(&readable(x), &readable(w), Some(&bias.to_contiguous()))
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

fn forward(x: &FlexTensor, w: &FlexTensor, bias: Option<&FlexTensor>) -> FlexTensor {
    let columns = w.layout().shape()[1];
    filled(reshaped(x, columns), |y| {
        if let Some(bias) = bias {
            for row in y.chunks_exact_mut(columns.max(1)) {
                row.copy_from_slice(numbers(bias));
            }
        }
        product(Isa::best(), matrix(x), matrix(w), y, bias.is_some());
    })
}

fn bias_gradient(dy: &FlexTensor) -> FlexTensor {
    let dy = matrix(dy);
    filled([dy.size[1]], |sums| {
        sums.fill(0.0);
        for row in dy.values.chunks_exact(dy.size[1].max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, dy)| *sum += dy);
        }
    })
}

/// What the way back needs to know.
#[derive(Debug, Clone)]
struct Past {
    x: FlexTensor,
    w: FlexTensor,
}

impl Past {
    fn go_back(self, dy: &FlexTensor, [for_x, for_w]: [Option<NodeId>; 2], grads: &mut Gradients) {
        if let Some(id) = for_w {
            let dw = filled(self.w.layout().shape().clone(), |dw| {
                product(Isa::best(), matrix(&self.x).transpose(), matrix(dy), dw, false);
            });
            grads.register::<Flex>(id, dw);
        }
        if let Some(id) = for_x {
            let dx = filled(self.x.layout().shape().clone(), |dx| {
                product(Isa::best(), matrix(dy), matrix(&self.w).transpose(), dx, false);
            });
            grads.register::<Flex>(id, dx);
        }
    }
}

#[derive(Debug)]
struct Plain;

impl Backward<Flex, 2> for Plain {
    type State = Past;

    fn backward(self, ops: Ops<Past, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node).to_contiguous();
        let parents = ops.parents.map(|node| node.map(|node| node.id));
        ops.state.go_back(&dy, parents, grads);
    }
}

#[derive(Debug)]
struct Biased;

impl Backward<Flex, 3> for Biased {
    type State = Past;

    fn backward(self, ops: Ops<Past, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node).to_contiguous();
        let [for_x, for_w, for_bias] = ops.parents.map(|node| node.map(|node| node.id));
        if let Some(id) = for_bias {
            grads.register::<Flex>(id, bias_gradient(&dy));
        }
        ops.state.go_back(&dy, [for_x, for_w], grads);
    }
}

impl<C: CheckpointStrategy> Affine for Autodiff<Flex, C> {
    fn multiply(x: FloatTensor<Self>, w: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (parts(x), parts(w));
        finish(Plain.prepare::<C>([x_node, w_node]), Past { x, w }, None)
    }

    fn affine(x: FloatTensor<Self>, w: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node), (bias, bias_node)) = (parts(x), parts(w), parts(bias));
        let step = Biased.prepare::<C>([x_node, w_node, bias_node]);
        finish(step, Past { x, w }, Some(&bias))
    }
}

fn parts(tensor: Tracked) -> (FlexTensor, NodeGuard) {
    let (tensor, node) = tensor.into_parts();
    (readable(tensor), node)
}

fn finish<B, C, const N: usize>(step: OpsPrep<B, Flex, Past, C, N>, past: Past, bias: Option<&FlexTensor>) -> Tracked
where
    B: Backward<Flex, N, State = Past>,
    C: CheckpointStrategy,
{
    let y = forward(&past.x, &past.w, bias);
    match step.compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(past, y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}
