//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod conditional_batch_norm;
mod dual;
mod init;
mod maxout;

pub use activation::Activation;
pub use conditional_batch_norm::{ConditionalBatchNorm, ConditionalBatchNormConfig};
pub use dual::Dual;
pub use init::{batch_norm, linear};
pub use maxout::maxout;
