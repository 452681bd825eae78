//! Layers that adversarial networks need, and layers that carry derivatives along.
#![forbid(unsafe_code)]

mod activation;
mod dual;
mod highway;
mod init;
mod lstm_cell;
mod lstm_policy;
mod maxout;
mod rollouts;
mod text_cnn;
mod token_softmax;

pub use activation::Activation;
pub use dual::Dual;
pub use highway::{Highway, HighwayConfig};
pub use init::{batch_norm, linear};
pub use lstm_cell::{LstmCell, LstmState};
pub use lstm_policy::{LstmPolicy, LstmPolicyConfig};
pub use maxout::maxout;
pub use text_cnn::{TextCnn, TextCnnConfig};
pub use token_softmax::TokenSoftmax;
