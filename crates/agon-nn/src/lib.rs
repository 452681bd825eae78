//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod batch_norm;
mod conv2d;
mod conv_transpose2d;
mod conditional_batch_norm;
mod dual;
mod highway;
mod init;
mod linear;
mod lstm_cell;
mod lstm_policy;
mod maxout;
mod rollouts;
mod text_cnn;
mod token_softmax;

pub use activation::Activation;
pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use conv_transpose2d::{ConvTranspose2d, ConvTranspose2dConfig};
pub use conv2d::{Conv2d, Conv2dConfig};
pub use conditional_batch_norm::{ConditionalBatchNorm, ConditionalBatchNormConfig};
pub use dual::Dual;
pub use highway::{Highway, HighwayConfig};
pub use init::{batch_norm, linear};
pub use linear::{Linear, LinearConfig};
pub use lstm_cell::{LstmCell, LstmState};
pub use lstm_policy::{LstmPolicy, LstmPolicyConfig};
pub use maxout::maxout;
pub use text_cnn::{TextCnn, TextCnnConfig};
pub use token_softmax::TokenSoftmax;
