use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{changed, filled, numbers, primitive, vector};
use crate::ops::Normalized;
use crate::{BatchNorm, Isa};

/// Normalizes by the statistics of the batch.
pub(in crate::ops) fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    norm: BatchNorm,
) -> Normalized<D> {
    let (output, mean, variance) =
        <Dispatch as Normalize>::normalize(x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch(), norm);
    Normalized {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean),
        variance: Tensor::from_dispatch(variance),
    }
}

/// Normalizes by given statistics, in place where nobody else looks at `x`.
///
/// # Panics
/// If a tensor is not on `flex`.
pub(in crate::ops) fn batch_norm_by<const D: usize>(
    x: Tensor<D>,
    parameters: [Tensor<1>; 2],
    statistics: [Tensor<1>; 2],
    norm: BatchNorm,
) -> Tensor<D> {
    let [parameters, statistics] =
        [parameters, statistics].map(|pair| pair.map(|tensor| primitive(tensor).to_contiguous()));
    let [parameters, statistics] = [&parameters, &statistics].map(|pair| pair.each_ref().map(numbers));
    let y = changed(primitive(x), |x| norm.apply(Isa::best(), x, parameters, statistics));
    Tensor::from_primitive::<Flex>(y)
}

#[backend_extension(Flex, Autodiff)]
trait Normalize: Backend {
    fn normalize(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        norm: BatchNorm,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

impl Normalize for Flex {
    fn normalize(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        norm: BatchNorm,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| tensor.to_contiguous());
        let mut statistics = [Vec::new(), Vec::new()];
        let parameters = [numbers(&gamma), numbers(&beta)];
        let y = filled(x.layout().shape().clone(), |y| {
            statistics = norm.forward(Isa::best(), numbers(&x), parameters, y);
        });
        let [mean, variance] = statistics.map(vector);
        (y, mean, variance)
    }
}

/// What the way back needs to know.
#[derive(Debug, Clone)]
struct Past {
    x: FlexTensor,
    parameters: [FlexTensor; 2],
    statistics: [FlexTensor; 2],
    norm: BatchNorm,
}

#[derive(Debug)]
struct Step;

impl Backward<Flex, 3> for Step {
    type State = Past;

    fn backward(self, ops: Ops<Past, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let past = ops.state;
        let [parameters, statistics] = [&past.parameters, &past.statistics].map(|pair| pair.each_ref().map(numbers));
        let mut sums = [Vec::new(), Vec::new()];
        let dx = changed(dy, |dy| {
            sums = past
                .norm
                .backward(Isa::best(), numbers(&past.x), parameters, statistics, dy);
        });
        let [dgamma, dbeta] = sums.map(vector);
        for (node, gradient) in ops.parents.into_iter().zip([dx, dgamma, dbeta]) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, gradient);
            }
        }
    }
}

impl<C: CheckpointStrategy> Normalize for Autodiff<Flex, C> {
    fn normalize(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        norm: BatchNorm,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let step = Step.prepare::<C>([x.node(), gamma.node(), beta.node()]);
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| tensor.into_primitive().to_contiguous());
        let (y, mean, variance) = Flex::normalize(x.clone(), gamma.clone(), beta.clone(), norm);
        let past = Past {
            x,
            parameters: [gamma, beta],
            statistics: [mean.clone(), variance.clone()],
            norm,
        };
        let y = match step.compute_bound().stateful() {
            OpsKind::Tracked(step) => step.finish(past, y),
            OpsKind::UnTracked(step) => step.finish(y),
        };
        // The running statistics are not a way for gradients.
        (y, Self::from_inner(mean), Self::from_inner(variance))
    }
}
