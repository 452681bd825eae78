//! Small networks, and the games that play with them against mode collapse.

use agon::nn::Activation;
use agon::prelude::*;

use crate::method::MixtureGan;

/// Numbers in a code; the games that reconstruct codes have as many as a point has, else most could not come back.
const LATENT: usize = 256;
const SHORT: usize = 2;
/// Adam's learning rate in D2GAN's experiment.
pub const RATE: f64 = 2e-4;

fn generator(latent: usize) -> MlpGeneratorConfig {
    MlpGeneratorConfig::new(latent, 2)
}

fn judge(features: usize) -> MlpDiscriminatorConfig {
    MlpDiscriminatorConfig::new(features).with_activation(Activation::Relu)
}

fn encoder(device: &Device) -> MlpTranslator {
    MlpGeneratorConfig::new(2, SHORT).init(device).into()
}

fn adam(rate: f64) -> Adam {
    Adam::new(rate).betas(0.5, 0.999)
}

/// A plain GAN of these networks.
pub fn baseline(packing: usize, rate: f64, device: &Device) -> MixtureGan {
    let generator = Packed::new(generator(LATENT).init(device), packing);
    Gan::new(generator, judge(2 * packing).init(device)).optimizers(adam(rate))
}

pub fn d2gan(rate: f64, device: &Device) -> Gan<MlpGenerator, TwoJudges<MlpDiscriminator>> {
    let judges = TwoJudges::new(judge(2).init(device), judge(2).init(device));
    Gan::new(generator(LATENT).init(device), judges)
        .loss(DualDiscriminator::default())
        .optimizers(adam(rate))
}

pub fn minibatch(rate: f64, device: &Device) -> Gan<MlpGenerator, MinibatchDiscriminator> {
    let judge = MinibatchDiscriminatorConfig::new(2)
        .with_activation(Activation::Relu)
        .with_kernels(16)
        .with_dims(4);
    Gan::new(generator(LATENT).init(device), judge.init(device)).optimizers(adam(rate))
}

pub fn veegan(rate: f64, device: &Device) -> Veegan<MlpGenerator, MlpTranslator, Joint<MlpDiscriminator>> {
    let judge = Joint::of(judge(SHORT + 2).init(device));
    Veegan::new(generator(SHORT).init(device), encoder(device), judge).optimizers(adam(rate))
}

pub fn mdgan(rate: f64, device: &Device) -> Mdgan<MlpGenerator, MlpTranslator, MlpDiscriminator> {
    let judges = [judge(2).init(device), judge(2).init(device)];
    Mdgan::new(generator(SHORT).init(device), encoder(device), judges).optimizers(adam(rate))
}

/// Baselines in parallel which draw new opponents every so many rounds.
pub fn gap(every: u64, rate: f64, device: &Device) -> Gap<MlpGenerator, MlpDiscriminator> {
    let pair = |_| Gan::new(generator(LATENT).init(device), judge(2).init(device)).optimizers(adam(rate));
    Gap::new((0..4).map(pair), every)
}
