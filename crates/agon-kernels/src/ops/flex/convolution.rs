use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind, OpsPrep};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{Tracked, filled, numbers, vector};
use crate::normalize::sums_of_channels;
use crate::{Conv2d, Isa};

/// `y = w * x + bias`
pub(in crate::ops) fn conv2d(x: Tensor<4>, w: Tensor<4>, bias: Option<Tensor<1>>, conv: Conv2d) -> Tensor<4> {
    apply(x, w, bias, conv, false)
}

/// The other way round: from what `conv` would have as output to its input.
pub(in crate::ops) fn conv_transpose2d(x: Tensor<4>, w: Tensor<4>, bias: Option<Tensor<1>>, conv: Conv2d) -> Tensor<4> {
    apply(x, w, bias, conv, true)
}

fn apply(x: Tensor<4>, w: Tensor<4>, bias: Option<Tensor<1>>, conv: Conv2d, transposed: bool) -> Tensor<4> {
    let (x, w) = (x.into_dispatch(), w.into_dispatch());
    Tensor::from_dispatch(match bias {
        None => <Dispatch as Convolve>::convolve(x, w, conv, transposed),
        Some(bias) => <Dispatch as Convolve>::convolve_biased(x, w, bias.into_dispatch(), conv, transposed),
    })
}

#[backend_extension(Flex, Autodiff)]
trait Convolve: Backend {
    fn convolve(x: FloatTensor<Self>, w: FloatTensor<Self>, conv: Conv2d, transposed: bool) -> FloatTensor<Self>;

    fn convolve_biased(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        conv: Conv2d,
        transposed: bool,
    ) -> FloatTensor<Self>;
}

impl Convolve for Flex {
    fn convolve(x: FlexTensor, w: FlexTensor, conv: Conv2d, transposed: bool) -> FlexTensor {
        let [x, w] = [x, w].map(|tensor| tensor.to_contiguous());
        correlate(&x, &w, None, conv, transposed)
    }

    fn convolve_biased(x: FlexTensor, w: FlexTensor, bias: FlexTensor, conv: Conv2d, transposed: bool) -> FlexTensor {
        let [x, w, bias] = [x, w, bias].map(|tensor| tensor.to_contiguous());
        correlate(&x, &w, Some(&bias), conv, transposed)
    }
}

/// Along the convolution, or back along it.
fn correlate(x: &FlexTensor, w: &FlexTensor, bias: Option<&FlexTensor>, conv: Conv2d, back: bool) -> FlexTensor {
    let (x, w, bias) = (numbers(x), numbers(w), bias.map(numbers));
    let (side, channels) = if back {
        (conv.input, conv.channels[0])
    } else {
        (conv.output(), conv.channels[1])
    };
    filled([conv.batch, channels, side[0], side[1]], |y| {
        if back {
            conv.data_gradient(Isa::best(), x, w, bias, y);
        } else {
            conv.forward(Isa::best(), x, w, bias, y);
        }
    })
}

fn weight_gradient(x: &FlexTensor, dy: &FlexTensor, conv: Conv2d) -> FlexTensor {
    let [height, width] = conv.kernel;
    let shape = [conv.channels[1], conv.channels[0] / conv.groups, height, width];
    filled(shape, |dw| {
        conv.weight_gradient(Isa::best(), numbers(x), numbers(dy), dw);
    })
}

/// The sum over samples and pixels.
fn bias_gradient(dy: &FlexTensor) -> FlexTensor {
    let shape = dy.layout().shape();
    vector(sums_of_channels(
        Isa::best(),
        numbers(dy),
        shape[1],
        shape[2] * shape[3],
    ))
}

/// What the way back needs to know.
#[derive(Debug, Clone)]
struct Past {
    x: FlexTensor,
    w: FlexTensor,
    conv: Conv2d,
    transposed: bool,
}

impl Past {
    fn go_back(self, dy: &FlexTensor, [for_x, for_w]: [Option<NodeId>; 2], grads: &mut Gradients) {
        if let Some(id) = for_w {
            let (x, dy) = if self.transposed { (dy, &self.x) } else { (&self.x, dy) };
            grads.register::<Flex>(id, weight_gradient(x, dy, self.conv));
        }
        if let Some(id) = for_x {
            grads.register::<Flex>(id, correlate(dy, &self.w, None, self.conv, !self.transposed));
        }
    }
}

#[derive(Debug)]
struct Plain;

impl Backward<Flex, 2> for Plain {
    type State = Past;

    fn backward(self, ops: Ops<Past, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node).to_contiguous();
        let [for_x, for_w] = ops.parents.map(|node| node.map(|node| node.id));
        ops.state.go_back(&dy, [for_x, for_w], grads);
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

impl<C: CheckpointStrategy> Convolve for Autodiff<Flex, C> {
    fn convolve(x: FloatTensor<Self>, w: FloatTensor<Self>, conv: Conv2d, transposed: bool) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node)) = (parts(x), parts(w));
        let past = Past { x, w, conv, transposed };
        finish(Plain.prepare::<C>([x_node, w_node]), past, None)
    }

    fn convolve_biased(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        conv: Conv2d,
        transposed: bool,
    ) -> FloatTensor<Self> {
        let ((x, x_node), (w, w_node), (bias, bias_node)) = (parts(x), parts(w), parts(bias));
        let past = Past { x, w, conv, transposed };
        finish(Biased.prepare::<C>([x_node, w_node, bias_node]), past, Some(&bias))
    }
}

fn parts(tensor: Tracked) -> (FlexTensor, NodeGuard) {
    let (tensor, node) = tensor.into_parts();
    (tensor.to_contiguous(), node)
}

fn finish<B, C, const N: usize>(step: OpsPrep<B, Flex, Past, C, N>, past: Past, bias: Option<&FlexTensor>) -> Tracked
where
    B: Backward<Flex, N, State = Past>,
    C: CheckpointStrategy,
{
    let y = correlate(&past.x, &past.w, bias, past.conv, past.transposed);
    match step.compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(past, y),
        OpsKind::UnTracked(step) => step.finish(y),
    }
}
