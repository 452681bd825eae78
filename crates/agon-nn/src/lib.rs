//! Layers that adversarial networks need, and layers that carry derivatives along.
//!
//! Spectral norm and the equalized learning rate are not layers here but demands on the weights of any network:
//! `SpectralNorm` and `EqualizedRate` of `agon-losses`.
#![forbid(unsafe_code)]

mod activation;
mod adain;
mod batch_norm;
mod conditional_batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose1d;
mod conv_transpose2d;
mod dropout;
mod dual;
mod gaussian_noise;
mod highway;
mod init;
mod instance_norm;
mod linear;
mod linearized;
mod lstm_cell;
mod lstm_policy;
mod maxout;
mod minibatch;
mod noise_injection;
mod padding;
mod picture_norm;
mod resample;
mod residual;
mod rollouts;
mod self_attention;
#[cfg(test)]
mod testing;
mod text_cnn;
mod token_softmax;
mod unet;
mod virtual_batch_norm;
mod whole;

pub use activation::Activation;
pub use adain::{AdaptiveInstanceNorm, AdaptiveInstanceNormConfig};
pub use batch_norm::{BatchNorm, BatchNormConfig};
/// burn's own, which needs no kernel: channels become pixels, and pixels channels.
pub use burn::nn::{PixelShuffle, PixelShuffleConfig, PixelUnshuffle, PixelUnshuffleConfig};
pub use conditional_batch_norm::{ConditionalBatchNorm, ConditionalBatchNormConfig};
pub use conv_transpose1d::{ConvTranspose1d, ConvTranspose1dConfig};
pub use conv_transpose2d::{ConvTranspose2d, ConvTranspose2dConfig};
pub use conv1d::{Conv1d, Conv1dConfig};
pub use conv2d::{Conv2d, Conv2dConfig};
pub use dropout::{Dropout, DropoutConfig};
pub use dual::Dual;
pub use gaussian_noise::{GaussianNoise, GaussianNoiseConfig};
pub use highway::{Highway, HighwayConfig};
pub use init::{batch_norm, linear};
pub use instance_norm::{InstanceNorm, InstanceNormConfig};
pub use linear::{Linear, LinearConfig};
pub use linearized::Linearized;
pub use lstm_cell::{LstmCell, LstmState};
pub use lstm_policy::{LstmPolicy, LstmPolicyConfig};
pub use maxout::maxout;
pub use minibatch::{MinibatchDiscrimination, MinibatchDiscriminationConfig, minibatch_deviation};
pub use noise_injection::NoiseInjection;
pub use picture_norm::{PictureNorm, PictureNormLayer};
pub use resample::{average_pool, upsample};
pub use residual::{ResidualBlock, ResidualBlockConfig, instance_norm, mirrored};
pub use self_attention::{SelfAttention2d, SelfAttention2dConfig};
pub use text_cnn::{TextCnn, TextCnnConfig};
pub use token_softmax::TokenSoftmax;
pub use unet::{UNetBlock, UNetBlockConfig};
pub use virtual_batch_norm::{Reference, VirtualBatchNorm};
pub use whole::in_multiples_of;
