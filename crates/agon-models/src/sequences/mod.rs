//! Adversarial networks for sequences of tokens.

mod cooling;
mod exchange;
mod lstm_discriminator;
mod lstm_generator;
mod mali_gan;
mod onset;
mod rank_gan;
mod reward;
mod seq_gan;
mod soft_generator;
mod text_discriminator;
mod text_gan;
mod text_gan_discriminator;

use agon_core::{Error, Result};

pub use cooling::Cooling;
pub use lstm_discriminator::{LstmDiscriminator, LstmDiscriminatorConfig};
pub use lstm_generator::{LstmGenerator, LstmGeneratorConfig};
pub use mali_gan::MaliGan;
pub use rank_gan::RankGan;
pub use reward::{Realness, Reward};
pub use seq_gan::{SeqGan, SeqGanConfig};
pub use soft_generator::{SoftGenerator, SoftGeneratorConfig};
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

/// Filters of so many tokens, and how many of the kind, that find a place in a sequence of this length.
fn expect_filters(filters: &[(usize, usize)], length: usize) -> Result<()> {
    let fits = |&(width, of_a_kind): &(usize, usize)| (1..=length).contains(&width) && of_a_kind > 0;
    let expected = format!("some, each of 1 to {length} tokens");
    Error::unless(
        !filters.is_empty() && filters.iter().all(fits),
        "filters",
        expected,
        format!("{filters:?}"),
    )
}
