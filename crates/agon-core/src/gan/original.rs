use burn::prelude::Tensor;
use burn::tensor::activation::softplus;

use crate::AdversarialLoss;

/// The loss when none is chosen: `-E log s(r) - E log(1 - s(f))` for the discriminator and `-E log s(f)` for
/// the generator. By `-log s(x) = softplus(-x)` neither overflows.
#[derive(Debug)]
pub(super) struct Original;

impl AdversarialLoss for Original {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        softplus(-real, 1.0).mean() + softplus(fake, 1.0).mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        softplus(-fake, 1.0).mean()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        Some(softplus(-scores.clone(), 1.0).mean() * real + softplus(scores, 1.0).mean() * (1.0 - real))
    }
}
