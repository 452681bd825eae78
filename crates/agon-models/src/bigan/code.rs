//! What a generator is fed: a code, and maybe noise behind it that nobody infers.

use agon_core::{Error, Result};
use burn::prelude::Tensor;

/// The numbers of `drawn` that are code: so many, or all.
pub(super) fn code_of(drawn: Tensor<2>, numbers: Option<usize>) -> Result<Tensor<2>> {
    let width = drawn.dims()[1];
    match numbers.unwrap_or(width) {
        numbers if (1..=width).contains(&numbers) => Ok(drawn.narrow(1, 0, numbers)),
        numbers => {
            let expected = format!("1 to {width} numbers, as many as the generator is fed");
            Err(Error::config("the code of a BiGAN", expected, numbers))
        }
    }
}

/// This code, with the noise of `drawn`.
pub(super) fn beside_noise(code: Tensor<2>, drawn: Tensor<2>) -> Tensor<2> {
    let (width, all) = (code.dims()[1], drawn.dims()[1]);
    assert!(
        width <= all,
        "a code: expected at most {all} numbers, as the generator is fed, got {width}"
    );
    match all - width {
        0 => code,
        noise => Tensor::cat(vec![code, drawn.narrow(1, width, noise)], 1),
    }
}
