//! CGAN: both networks are told what the sample is to be. The game is `agon_core::Gan`; equation and figure stand with the
//! generator, ways of telling with both networks.

mod discriminator;
mod generator;

pub use discriminator::{CganDiscriminator, CganDiscriminatorConfig, DiscriminatorCondition};
pub use generator::{CganGenerator, CganGeneratorConfig, GeneratorCondition};
