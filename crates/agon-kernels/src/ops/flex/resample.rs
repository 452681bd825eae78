use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{filled, numbers};
use crate::{Blocks, Isa};

/// Each pixel as a block.
pub(in crate::ops) fn repeat_pixels(x: Tensor<4>, blocks: Blocks) -> Tensor<4> {
    resampled(x, blocks, Way::Repeat(1.0))
}

/// The mean of each block.
pub(in crate::ops) fn mean_of_blocks(x: Tensor<4>, blocks: Blocks) -> Tensor<4> {
    let pixels = blocks.block[0] * blocks.block[1];
    resampled(x, blocks, Way::AddUp((pixels as f32).recip()))
}

fn resampled(x: Tensor<4>, blocks: Blocks, way: Way) -> Tensor<4> {
    let [batch, channels, ..] = x.dims();
    Tensor::from_dispatch(<Dispatch as Resample>::resample(
        x.into_dispatch(),
        blocks,
        way,
        [batch, channels],
    ))
}

/// From small images to large ones or back, times a factor.
#[derive(Debug, Clone, Copy)]
enum Way {
    Repeat(f32),
    AddUp(f32),
}

impl Way {
    fn back(self) -> Self {
        match self {
            Self::Repeat(factor) => Self::AddUp(factor),
            Self::AddUp(factor) => Self::Repeat(factor),
        }
    }
}

#[backend_extension(Flex, Autodiff)]
trait Resample: Backend {
    fn resample(x: FloatTensor<Self>, blocks: Blocks, way: Way, images: [usize; 2]) -> FloatTensor<Self>;
}

impl Resample for Flex {
    fn resample(x: FlexTensor, blocks: Blocks, way: Way, [batch, channels]: [usize; 2]) -> FlexTensor {
        let x = x.to_contiguous();
        let [[height, width], [down, across]] = [blocks.side, blocks.block];
        match way {
            Way::Repeat(factor) => filled([batch, channels, height * down, width * across], |y| {
                blocks.repeat(Isa::best(), numbers(&x), factor, y);
            }),
            Way::AddUp(factor) => filled([batch, channels, height, width], |y| {
                blocks.add_up(Isa::best(), numbers(&x), factor, y);
            }),
        }
    }
}

#[derive(Debug)]
struct Step;

impl Backward<Flex, 1> for Step {
    type State = (Blocks, Way, [usize; 2]);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<Flex>(&ops.node);
        let ([node], (blocks, way, images)) = (ops.parents, ops.state);
        if let Some(node) = node {
            grads.register::<Flex>(node.id, Flex::resample(dy, blocks, way.back(), images));
        }
    }
}

impl<C: CheckpointStrategy> Resample for Autodiff<Flex, C> {
    fn resample(x: FloatTensor<Self>, blocks: Blocks, way: Way, images: [usize; 2]) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        let step = Step.prepare::<C>([node]).compute_bound().stateful();
        let y = Flex::resample(x, blocks, way, images);
        match step {
            OpsKind::Tracked(step) => step.finish((blocks, way, images), y),
            OpsKind::UnTracked(step) => step.finish(y),
        }
    }
}
