//! Published adversarial networks, one file each: configuration, networks, and what the paper says.
#![forbid(unsafe_code)]

mod dcgan;
mod mlp;
mod packed;

// Translating.
mod cyclegan;
mod discogan;
mod dualgan;
mod image_pool;
mod mlp_translator;
mod patch_discriminator;
mod pix2pix;
mod resnet_translator;
mod two_way;
mod unet_translator;

// Against mode collapse.
mod d2gan;
mod gap;
mod joint;
mod mdgan;
mod minibatch_discriminator;
mod veegan;

pub use dcgan::{DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use packed::{Packed, PackedConfig};

pub use cyclegan::{CycleGan, CycleGanConfig};
pub use discogan::{DiscoGan, DiscoGanConfig};
pub use dualgan::{DualGan, DualGanConfig};
pub use image_pool::ImagePool;
pub use mlp_translator::MlpTranslator;
pub use patch_discriminator::{PatchDiscriminator, PatchDiscriminatorConfig};
pub use pix2pix::{Pix2Pix, Pix2PixConfig};
pub use resnet_translator::{ResnetTranslator, ResnetTranslatorConfig};
pub use two_way::{Both, BothConfig, Distance, TwoWay};
pub use unet_translator::{UNetTranslator, UNetTranslatorConfig};

pub use d2gan::TwoJudges;
pub use gap::Gap;
pub use joint::Joint;
pub use mdgan::Mdgan;
pub use minibatch_discriminator::{MinibatchDiscriminator, MinibatchDiscriminatorConfig};
pub use veegan::Veegan;
