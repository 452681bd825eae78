use burn::backend::Flex;
use burn::tensor::{DType, Distribution, Tensor};

use super::filled;
use crate::Isa;

/// What `draw` makes of a seed that the device's generator gives, in the shape of `x` and on its device.
pub(in crate::ops) fn drawn_like<const D: usize>(x: &Tensor<D>, draw: impl FnOnce(Isa, u64, &mut [f32])) -> Tensor<D> {
    let device = x.device();
    let two = Tensor::random([2], Distribution::Default, (&device.clone().inner(), DType::F32));
    let seed = seed(two);
    let numbers = filled(x.shape(), |numbers| draw(Isa::best(), seed, numbers));
    let drawn = Tensor::from_primitive::<Flex>(numbers);
    match device.gradient_checkpointing_strategy() {
        Some(strategy) => Tensor::from_inner(drawn).with_gradient_checkpointing_strategy(strategy),
        None => drawn,
    }
}

/// All that two numbers from `[0, 1)` know.
fn seed(two: Tensor<1>) -> u64 {
    let numbers = two.into_data();
    let bits = numbers.iter::<f32>().map(|number| u64::from(number.to_bits()));
    bits.fold(0, |seed, bits| seed << 32 | bits)
}
