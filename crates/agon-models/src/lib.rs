//! Published adversarial networks, one file each: configuration, networks, and what the paper says.
#![forbid(unsafe_code)]

mod dcgan;
mod mlp;
mod packed;

// Conditional and inferring.
mod acgan;
mod bigan;
mod catgan;
mod cgan;
mod encoders;
mod infogan;
mod semi;
mod told;
mod triple_gan;
mod trunk;

pub use dcgan::{DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use packed::{Packed, PackedConfig};

pub use acgan::{AcganDiscriminator, AcganDiscriminatorConfig, RightClass};
pub use bigan::Bigan;
pub use catgan::CatGan;
pub use cgan::{
    CganDiscriminator, CganDiscriminatorConfig, CganGenerator, CganGeneratorConfig, DiscriminatorCondition,
    GeneratorCondition,
};
pub use encoders::{BiganEncoder, BiganEncoderConfig, ImageEncoder, ImageEncoderConfig, Inference, NoisyEncoder};
pub use infogan::{
    InfoCodes, InfoDiscriminator, InfoDiscriminatorConfig, InfoGenerator, InfoGeneratorConfig, Information,
};
pub use semi::{PartlyLabelled, SemiClassifier, SemiClassifierConfig, SemiGan};
pub use told::{Told, ToldConfig};
pub use triple_gan::{TripleGan, TripleWeights};
pub use trunk::{ImageTrunk, ImageTrunkConfig};
