//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod adain;
mod dual;
mod init;
mod maxout;
mod minibatch;
mod noise_injection;
mod residual;
mod self_attention;
mod unet;
mod virtual_batch_norm;
mod whole;

pub use activation::Activation;
pub use adain::{AdaptiveInstanceNorm, AdaptiveInstanceNormConfig};
pub use dual::Dual;
pub use init::{batch_norm, linear};
pub use maxout::maxout;
pub use minibatch::{MinibatchDiscrimination, MinibatchDiscriminationConfig, minibatch_deviation};
pub use noise_injection::NoiseInjection;
pub use residual::{ResidualBlock, ResidualBlockConfig, instance_norm, mirrored};
pub use self_attention::{SelfAttention2d, SelfAttention2dConfig};
pub use unet::{UNetBlock, UNetBlockConfig};
pub use virtual_batch_norm::{Reference, VirtualBatchNorm};
pub use whole::in_multiples_of;
