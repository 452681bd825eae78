use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{filled, numbers};
use crate::Isa;
use crate::largest::{largest as fill, to_largest};

/// The largest of each group.
pub(in crate::ops) fn largest(x: Tensor<2>, shape: [usize; 2], pieces: usize) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Largest>::largest(x.into_dispatch(), shape, pieces))
}

#[backend_extension(Flex, Autodiff)]
trait Largest: Backend {
    fn largest(x: FloatTensor<Self>, shape: [usize; 2], pieces: usize) -> FloatTensor<Self>;
}

impl Largest for Flex {
    fn largest(x: FlexTensor, shape: [usize; 2], pieces: usize) -> FlexTensor {
        let x = x.to_contiguous();
        filled(shape, |y| fill(Isa::best(), numbers(&x), pieces, y))
    }
}

#[derive(Debug)]
struct Step;

impl Backward<Flex, 1> for Step {
    type State = (FlexTensor, usize);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node).to_contiguous();
        let ([node], (x, pieces)) = (ops.parents, ops.state);
        if let Some(node) = node {
            let dx = filled(x.layout().shape().clone(), |dx| {
                to_largest(Isa::best(), numbers(&x), pieces, numbers(&dy), dx);
            });
            grads.register::<Flex>(node.id, dx);
        }
    }
}

impl<C: CheckpointStrategy> Largest for Autodiff<Flex, C> {
    fn largest(x: FloatTensor<Self>, shape: [usize; 2], pieces: usize) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        let x = x.to_contiguous();
        let step = Step.prepare::<C>([node]).compute_bound().stateful();
        let y = Flex::largest(x.clone(), shape, pieces);
        match step {
            OpsKind::Tracked(step) => step.finish((x, pieces), y),
            OpsKind::UnTracked(step) => step.finish(y),
        }
    }
}
