//! Published adversarial networks, one file each: configuration, networks, and what the paper says.
#![forbid(unsafe_code)]

mod dcgan;
mod mlp;
mod packed;
mod sequences;

pub use dcgan::{DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use packed::{Packed, PackedConfig};
pub use sequences::*;
