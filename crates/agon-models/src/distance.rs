//! How a sample and its reconstruction are compared.

use agon_core::Sample;
use agon_losses::{l1, l2};
use burn::prelude::Tensor;

/// How a sample and its reconstruction are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// The mean absolute difference.
    L1,
    /// The mean squared difference.
    L2,
}

impl Distance {
    pub(crate) fn between<S: Sample>(self, x: &S, y: &S) -> Tensor<1> {
        match self {
            Self::L1 => l1(x.rows(), y.rows()),
            Self::L2 => l2(x.rows(), y.rows()),
        }
    }
}
