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

use agon_core::{Error, Result};

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

/// Who speaks and who judges must have the same vocabulary and length in mind.
fn agree(spoken: [usize; 2], judged: [usize; 2]) -> Result<()> {
    if spoken == judged {
        return Ok(());
    }
    let sentences = |[vocabulary, length]: [usize; 2]| format!("{length} places and {vocabulary} tokens");
    let expected = format!("sequences of {}, as the generator's", sentences(spoken));
    Err(Error::config("the discriminator", expected, sentences(judged)))
}
