use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{changed, numbers};
use crate::{Isa, Unit};

/// Applies a non-linearity, in place where nobody else looks at `x`.
pub(in crate::ops) fn unit<const D: usize>(x: Tensor<D>, unit: Unit) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Apply>::apply(x.into_dispatch(), unit))
}

/// `x` times the slope where the value of the non-linearity is `y`, in place where nobody else looks at `x`.
pub(in crate::ops) fn chained<const D: usize>(x: Tensor<D>, y: Tensor<D>, unit: Unit) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Apply>::chain(x.into_dispatch(), y.into_dispatch(), unit))
}

#[backend_extension(Flex, Autodiff)]
trait Apply: Backend {
    fn apply(x: FloatTensor<Self>, unit: Unit) -> FloatTensor<Self>;

    fn chain(x: FloatTensor<Self>, y: FloatTensor<Self>, unit: Unit) -> FloatTensor<Self>;
}

impl Apply for Flex {
    fn apply(x: FlexTensor, unit: Unit) -> FlexTensor {
        changed(x, |x| unit.apply(Isa::best(), x))
    }

    fn chain(x: FlexTensor, y: FlexTensor, unit: Unit) -> FlexTensor {
        let y = y.to_contiguous();
        changed(x, |x| unit.chain(Isa::best(), numbers(&y), x))
    }
}

#[derive(Debug)]
struct Step;

impl Backward<Flex, 1> for Step {
    type State = (FlexTensor, Unit);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let ([node], (y, unit)) = (ops.parents, ops.state);
        if let Some(node) = node {
            grads.register::<Flex>(node.id, Flex::chain(dy, y, unit));
        }
    }
}

impl<C: CheckpointStrategy> Apply for Autodiff<Flex, C> {
    fn apply(x: FloatTensor<Self>, unit: Unit) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        let step = Step.prepare::<C>([node]).compute_bound().stateful();
        let y = Flex::apply(x, unit);
        match step {
            OpsKind::Tracked(step) => step.finish((y.clone(), unit), y),
            OpsKind::UnTracked(step) => step.finish(y),
        }
    }

    fn chain(x: FloatTensor<Self>, y: FloatTensor<Self>, unit: Unit) -> FloatTensor<Self> {
        let ((x, node), (y, _)) = (x.into_parts(), y.into_parts());
        let step = Step.prepare::<C>([node]).compute_bound().stateful();
        let result = Flex::chain(x, y.clone(), unit);
        match step {
            OpsKind::Tracked(step) => step.finish((y, unit), result),
            OpsKind::UnTracked(step) => step.finish(result),
        }
    }
}
