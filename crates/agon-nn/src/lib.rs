//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod dual;
mod init;
mod maxout;
mod minibatch;
mod residual;
mod unet;
mod whole;

pub use activation::Activation;
pub use dual::Dual;
pub use init::{batch_norm, linear};
pub use maxout::maxout;
pub use minibatch::{MinibatchDiscrimination, MinibatchDiscriminationConfig, minibatch_deviation};
pub use residual::{ResidualBlock, ResidualBlockConfig, instance_norm, mirrored};
pub use unet::{UNetBlock, UNetBlockConfig};
pub use whole::in_multiples_of;
