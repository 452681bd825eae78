//! Adversarial networks for sequences of tokens.

mod exchange;
mod lstm_discriminator;
mod lstm_generator;
mod mali_gan;
mod rank_gan;
mod reward;
mod seq_gan;
mod soft_generator;
mod text_discriminator;
mod text_gan;
mod text_gan_discriminator;

pub use lstm_discriminator::{LstmDiscriminator, LstmDiscriminatorConfig};
pub use lstm_generator::{LstmGenerator, LstmGeneratorConfig};
pub use mali_gan::MaliGan;
pub use rank_gan::RankGan;
pub use reward::{Realness, Reward};
pub use seq_gan::{SeqGan, SeqGanConfig};
pub use soft_generator::{Cooling, SoftGenerator, SoftGeneratorConfig};
pub use text_discriminator::{TextDiscriminator, TextDiscriminatorConfig};
pub use text_gan::{TextGan, TextGanConfig};
pub use text_gan_discriminator::{TextGanDiscriminator, TextGanDiscriminatorConfig, TextGanJudgement};
