//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod batch_norm;
mod conv2d;
mod conv_transpose2d;
mod dual;
mod init;
mod linear;
mod maxout;

pub use activation::Activation;
pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use conv_transpose2d::{ConvTranspose2d, ConvTranspose2dConfig};
pub use conv2d::{Conv2d, Conv2dConfig};
pub use dual::Dual;
pub use init::{batch_norm, linear};
pub use linear::{Linear, LinearConfig};
pub use maxout::maxout;
