//! Operations on an input and weights, to which a bias may be added: how gradients go back through them.

use std::fmt::Debug;
use std::marker::PhantomData;

use burn::backend::Flex;
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind, OpsPrep};
use burn::backend::flex::FlexTensor;

use super::{Tracked, changed, numbers};
use crate::{Isa, subnormal};

/// An operation with the input and the weights it is about to be, or was, applied to.
pub(super) trait Weighted: Clone + Send + Debug + 'static {
    fn forward(&self, bias: Option<&FlexTensor>) -> FlexTensor;

    fn input_gradient(&self, dy: &FlexTensor) -> FlexTensor;

    fn weight_gradient(&self, dy: &FlexTensor) -> FlexTensor;

    fn bias_gradient(dy: &FlexTensor) -> FlexTensor;
}

/// Applies it on the tape. The nodes are those of the input and of the weights.
pub(super) fn tracked<C: CheckpointStrategy, W: Weighted>(
    operation: W,
    [x, w]: [NodeGuard; 2],
    bias: Option<Tracked>,
) -> Tracked {
    match bias.map(Tracked::into_parts) {
        None => finish(Plain(PhantomData::<W>).prepare::<C>([x, w]), operation, None),
        Some((bias, b)) => {
            let bias = bias.to_contiguous();
            finish(Biased(PhantomData::<W>).prepare::<C>([x, w, b]), operation, Some(&bias))
        }
    }
}

fn finish<W, B, C, const N: usize>(step: OpsPrep<B, Flex, W, C, N>, operation: W, bias: Option<&FlexTensor>) -> Tracked
where
    W: Weighted,
    B: Backward<Flex, N, State = W>,
    C: CheckpointStrategy,
{
    let y = operation.forward(bias);
    match step.compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(operation, y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}

/// Gradients for whom they are wanted.
fn go_back<W: Weighted>(operation: &W, dy: &FlexTensor, [x, w]: [Option<NodeId>; 2], grads: &mut Gradients) {
    if let Some(id) = w {
        grads.register::<Flex>(id, operation.weight_gradient(dy));
    }
    if let Some(id) = x {
        grads.register::<Flex>(id, operation.input_gradient(dy));
    }
}

/// A gradient in order, without what is too small to matter. A loss that is sure of nearly everything has much of that, and
/// products with it take longer.
fn without_subnormals(dy: FlexTensor) -> FlexTensor {
    // Another name, so that this one is no second owner.
    let dy = {
        let dy = dy;
        dy.to_contiguous()
    };
    let isa = Isa::best();
    if subnormal::is_in(isa, numbers(&dy)) {
        changed(dy, |dy| subnormal::sweep(isa, dy))
    } else {
        dy
    }
}

#[derive(Debug)]
struct Plain<W>(PhantomData<W>);

impl<W: Weighted> Backward<Flex, 2> for Plain<W> {
    type State = W;

    fn backward(self, ops: Ops<W, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = without_subnormals(grads.consume::<Flex>(&ops.node));
        let parents = ops.parents.map(|node| node.map(|node| node.id));
        go_back(&ops.state, &dy, parents, grads);
    }
}

#[derive(Debug)]
struct Biased<W>(PhantomData<W>);

impl<W: Weighted> Backward<Flex, 3> for Biased<W> {
    type State = W;

    fn backward(self, ops: Ops<W, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = without_subnormals(grads.consume::<Flex>(&ops.node));
        let [x, w, bias] = ops.parents.map(|node| node.map(|node| node.id));
        if let Some(id) = bias {
            grads.register::<Flex>(id, W::bias_gradient(&dy));
        }
        go_back(&ops.state, &dy, [x, w], grads);
    }
}
