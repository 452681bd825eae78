//! What is played against mode collapse, with the networks of any protocol.

use agon::nn::Activation;
use agon::prelude::*;

use crate::protocol::Setup;

/// Points of the plane, judged one by one or in packs.
pub type MixtureGan = Gan<Packed<MlpGenerator>, MlpDiscriminator>;

/// Numbers in a code that all come back from a point: of longer ones most codes decode to nothing that was ever
/// encoded.
const SHORT: usize = 2;
/// Numbers in a code that a judge sees beside a point, as in the notebook of VEEGAN's authors.
const SEEN_WITH_A_POINT: usize = 254;

/// A plain GAN, whose judge sees this many points at once.
pub fn gan(packing: usize, setup: &Setup) -> MixtureGan {
    let generator = Packed::new(setup.generator(setup.latent(), 2), packing);
    setup.gan(generator, setup.judge(2 * packing))
}

pub fn d2gan(setup: &Setup) -> Gan<MlpGenerator, TwoJudges<MlpDiscriminator>> {
    let judges = TwoJudges::new(setup.judge(2), setup.judge(2));
    setup
        .gan(setup.generator(setup.latent(), 2), judges)
        .loss(DualDiscriminator::default())
}

pub fn minibatch(setup: &Setup) -> Gan<MlpGenerator, MinibatchDiscriminator<MlpDiscriminator>> {
    let features = MlpDiscriminatorConfig::new(2)
        .with_hidden(vec![128])
        .with_activation(Activation::Relu)
        .with_scores(128);
    let judge = MinibatchDiscriminatorConfig::new(128)
        .with_activation(Activation::Relu)
        .with_kernels(8)
        .with_dims(4)
        .with_mean(true)
        .with_deviation(0.5)
        .init(features.init(setup.device), setup.device);
    setup
        .gan(setup.generator(setup.latent(), 2), judge)
        .instance_noise(InstanceNoise::annealed(0.2, 0.0, setup.rounds))
}

/// VEEGAN whose reconstructor is as wide as the prior.
pub fn veegan(
    setup: &Setup,
) -> Result<Veegan<MlpGenerator, UnitGaussianEncoder<MlpTranslator>, Told<MlpDiscriminator>>> {
    let reconstructor = setup.generator(2, SEEN_WITH_A_POINT);
    reconstructing(UnitGaussianEncoder::of(reconstructor.into()), setup)
}

/// VEEGAN whose reconstructor learns how wide it is.
pub fn veegan_learned(
    setup: &Setup,
) -> Result<Veegan<MlpGenerator, GaussianEncoder<MlpTranslator>, Told<MlpDiscriminator>>> {
    let reconstructor = setup.generator(2, 2 * SEEN_WITH_A_POINT);
    reconstructing(GaussianEncoder::of(reconstructor.into()), setup)
}

fn reconstructing<F>(reconstructor: F, setup: &Setup) -> Result<Veegan<MlpGenerator, F, Told<MlpDiscriminator>>>
where
    F: Encoder<Input = Tensor<2>, Output = (Tensor<2>, Tensor<2>)>,
{
    let generator = setup.generator(SEEN_WITH_A_POINT, 2);
    let [all, _] = setup.optimizers();
    Ok(Veegan::new(generator, reconstructor, setup.told(2, SEEN_WITH_A_POINT)?).optimizers(all))
}

/// ALI, whose encoder has as much noise as a code has numbers.
pub fn ali(setup: &Setup) -> Result<Bigan<MlpGenerator, BiganEncoder, Told<MlpDiscriminator>>> {
    let (latent, [all, _]) = (setup.latent(), setup.optimizers());
    let generator = setup.generator(latent, 2);
    let game = Bigan::new(generator, setup.encoder(2, latent), setup.told(2, latent)?);
    Ok(game.optimizers(all).updates(setup.updates()))
}

pub fn mdgan(setup: &Setup) -> Mdgan<MlpGenerator, MlpTranslator, MlpDiscriminator> {
    let judges = [setup.judge(2), setup.judge(2)];
    let encoder = setup.generator(2, SHORT);
    let [all, _] = setup.optimizers();
    Mdgan::new(setup.generator(SHORT, 2), encoder.into(), judges).optimizers(all)
}

/// Baselines in parallel which draw new opponents every so many rounds.
pub fn gap(every: u64, setup: &Setup) -> Gap<MlpGenerator, MlpDiscriminator> {
    let pair = |_| setup.gan(setup.generator(setup.latent(), 2), setup.judge(2));
    Gap::new((0..4).map(pair), every)
}
