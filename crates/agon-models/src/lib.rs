//! Published adversarial networks, one file or folder each: configuration, networks, and what the paper says.
#![forbid(unsafe_code)]

mod built;
mod checks;
mod conv_classifier;
mod dcgan;
mod dcgan_encoder;
#[cfg(test)]
mod derivatives;
mod mlp;
mod packed;
mod sequences;

// Conditional and inferring.
mod acgan;
mod bigan;
mod catgan;
mod cgan;
mod encoders;
mod infogan;
mod semi_classifier;
mod semi_gan;
mod semi_supervised;
mod told;
mod triple_gan;
mod trunk;

// Translating.
mod both;
mod cyclegan;
mod discogan;
mod distance;
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
mod gaussian_encoder;
mod mdgan;
mod minibatch_discriminator;
mod veegan;

pub use dcgan::{DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig};
pub use dcgan_encoder::DcganEncoder;
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use packed::{Packed, PackedConfig};
pub use sequences::*;

pub use acgan::{AcganDiscriminator, AcganDiscriminatorConfig, RightClass};
pub use bigan::Bigan;
pub use catgan::{CatGan, Certainty};
pub use cgan::{
    CganDiscriminator, CganDiscriminatorConfig, CganGenerator, CganGeneratorConfig, DiscriminatorCondition,
    GeneratorCondition,
};
pub use conv_classifier::{ConvClassifier, ConvClassifierConfig};
pub use encoders::{BiganEncoder, BiganEncoderConfig, ImageEncoder, ImageEncoderConfig, Inference, NoisyEncoder};
pub use infogan::{
    InfoCodes, InfoDiscriminator, InfoDiscriminatorConfig, InfoGenerator, InfoGeneratorConfig, Information,
};
pub use semi_classifier::{SemiClassifier, SemiClassifierConfig};
pub use semi_gan::{OneMoreClass, SemiGan};
pub use semi_supervised::{Classified, PartlyLabelled, SemiRule, SemiSupervised, classify};
pub use told::{Told, ToldConfig};
pub use triple_gan::{TripleGan, TripleWeights};
pub use trunk::{ImageTrunk, ImageTrunkConfig};

pub use both::{Both, BothConfig};
pub use cyclegan::{CycleGan, CycleGanConfig};
pub use discogan::{DiscoGan, DiscoGanConfig};
pub use distance::Distance;
pub use dualgan::{DualGan, DualGanConfig};
pub use image_pool::ImagePool;
pub use mlp_translator::MlpTranslator;
pub use patch_discriminator::{PatchDiscriminator, PatchDiscriminatorConfig};
pub use pix2pix::{Pix2Pix, Pix2PixConfig};
pub use resnet_translator::{ResnetTranslator, ResnetTranslatorConfig};
pub use two_way::TwoWay;
pub use unet_translator::{UNetTranslator, UNetTranslatorConfig};

pub use d2gan::TwoJudges;
pub use gap::Gap;
pub use gaussian_encoder::{GaussianEncoder, UnitGaussianEncoder};
pub use mdgan::Mdgan;
pub use minibatch_discriminator::{InCompanyConfig, MinibatchDiscriminator, MinibatchDiscriminatorConfig};
pub use veegan::Veegan;
