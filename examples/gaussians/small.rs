//! Small networks, and the games that play with them against mode collapse.

use agon::nn::Activation;
use agon::prelude::*;

use crate::method::MixtureGan;

/// Numbers in a code.
const LATENT: usize = 256;
/// Numbers in a code that all come back from a point: of longer ones most codes decode to nothing that was ever encoded.
const SHORT: usize = 2;
/// Numbers in a code that a judge sees beside a point, as in a port of the code of VEEGAN's authors.
const SEEN_WITH_A_POINT: usize = 254;
/// Adam's learning rate in D2GAN's experiment.
pub const RATE: f64 = 2e-4;

fn generator(latent: usize) -> MlpGeneratorConfig {
    MlpGeneratorConfig::new(latent, 2)
}

fn judge(features: usize) -> MlpDiscriminatorConfig {
    MlpDiscriminatorConfig::new(features).with_activation(Activation::Relu)
}

fn encoder(numbers: usize, device: &Device) -> MlpTranslator {
    MlpGeneratorConfig::new(2, numbers).init(device).into()
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

pub fn minibatch(rate: f64, rounds: u64, device: &Device) -> Gan<MlpGenerator, MinibatchDiscriminator> {
    let judge = MinibatchDiscriminatorConfig::new(2)
        .with_activation(Activation::Relu)
        .with_kernels(8)
        .with_dims(4)
        .with_mean(true)
        .with_deviation(0.5);
    Gan::new(generator(LATENT).init(device), judge.init(device))
        .optimizers(adam(rate))
        .instance_noise(InstanceNoise::annealed(0.2, 0.0, rounds))
}

pub type Reconstructing = Veegan<MlpGenerator, GaussianEncoder<MlpTranslator>, Joint<MlpDiscriminator>>;

pub fn veegan(rate: f64, device: &Device) -> Reconstructing {
    let judge = Joint::of(judge(SEEN_WITH_A_POINT + 2).init(device));
    let reconstructor = GaussianEncoder::of(encoder(2 * SEEN_WITH_A_POINT, device));
    Veegan::new(generator(SEEN_WITH_A_POINT).init(device), reconstructor, judge).optimizers(adam(rate))
}

pub fn mdgan(rate: f64, device: &Device) -> Mdgan<MlpGenerator, MlpTranslator, MlpDiscriminator> {
    let judges = [judge(2).init(device), judge(2).init(device)];
    let encoder = encoder(SHORT, device);
    Mdgan::new(generator(SHORT).init(device), encoder, judges).optimizers(adam(rate))
}

/// Baselines in parallel which draw new opponents every so many rounds.
pub fn gap(every: u64, rate: f64, device: &Device) -> Gap<MlpGenerator, MlpDiscriminator> {
    let pair = |_| Gan::new(generator(LATENT).init(device), judge(2).init(device)).optimizers(adam(rate));
    Gap::new((0..4).map(pair), every)
}
