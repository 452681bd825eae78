//! Published adversarial networks, one file each: configuration, networks, and what the paper says.
#![forbid(unsafe_code)]

mod dcgan;
mod mlp;
mod packed;

// Conditional and inferring.
mod acgan;
mod bigan;
mod cgan;
mod infogan;
mod trunk;

pub use dcgan::{DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use packed::{Packed, PackedConfig};

pub use acgan::{AcganDiscriminator, AcganDiscriminatorConfig, RightClass};
pub use bigan::{Bigan, BiganEncoder, BiganEncoderConfig, Inference, NoisyEncoder, PairDiscriminator};
pub use cgan::{
    CganDiscriminator, CganDiscriminatorConfig, CganGenerator, CganGeneratorConfig, DiscriminatorCondition,
    GeneratorCondition,
};
pub use infogan::{InfoCodes, InfoDiscriminator, InfoDiscriminatorConfig, InfoGenerator, InfoGeneratorConfig, Information};
pub use trunk::{ImageTrunk, ImageTrunkConfig};
