//! CGAN: both networks are told what the sample is to be.

mod discriminator;
mod generator;

pub use discriminator::{CganDiscriminator, CganDiscriminatorConfig, DiscriminatorCondition};
pub use generator::{CganGenerator, CganGeneratorConfig, GeneratorCondition};
