//! What is played against mode collapse, with DCGAN's networks.

use agon::prelude::*;

use crate::{CHANNELS, SIDE};

/// Numbers in a code.
const LATENT: usize = 100;
/// Numbers in a code that has to come back from an image, as in a notebook of VEEGAN's authors.
const SHORT: usize = 32;
const SHAPE: [usize; 3] = [CHANNELS, SIDE, SIDE];
/// Features of an image for each channel of a judge's layer next to it.
const FEATURES: usize = 16;

/// Images, judged one by one or in packs.
pub type Stacked = Gan<Packed<DcganGenerator>, DcganDiscriminator>;

/// What all methods have in common.
#[derive(Debug)]
pub struct Setup<'a> {
    pub width: usize,
    pub judge_width: usize,
    /// How long the run is.
    pub steps: u64,
    pub device: &'a Device,
}

impl Setup<'_> {
    fn generator(&self) -> Result<DcganGenerator> {
        self.generator_of(LATENT)
    }

    /// Of codes of so many numbers.
    fn generator_of(&self, latent: usize) -> Result<DcganGenerator> {
        DcganGeneratorConfig::new(latent, SHAPE)
            .with_width(self.width)
            .try_init(self.device)
    }

    /// As wide as the generator: what it cannot tell apart cannot come back.
    fn encoder(&self, numbers: usize) -> Result<DcganEncoder> {
        let config = DcganDiscriminatorConfig::new(SHAPE).with_width(self.width);
        Ok(config.with_scores(numbers).try_init(self.device)?.into())
    }

    /// A judge of so many images at once.
    fn judge(&self, packing: usize) -> Result<DcganDiscriminator> {
        DcganDiscriminatorConfig::new([CHANNELS * packing, SIDE, SIDE])
            .with_width(self.judge_width)
            .try_init(self.device)
    }

    /// The paper of real digits is blacker than a generator can make it.
    fn noise(&self) -> InstanceNoise {
        InstanceNoise::annealed(0.15, 0.03, self.steps)
    }
}

/// A plain GAN, whose judge sees this many images at once.
pub fn gan(packing: usize, setup: &Setup) -> Result<Stacked> {
    let generator = Packed::new(setup.generator()?, packing);
    Ok(Gan::new(generator, setup.judge(packing)?).instance_noise(setup.noise()))
}

pub fn d2gan(setup: &Setup) -> Result<Gan<DcganGenerator, TwoJudges<DcganDiscriminator>>> {
    let judges = TwoJudges::new(setup.judge(1)?, setup.judge(1)?);
    let gan = Gan::new(setup.generator()?, judges).loss(DualDiscriminator::default());
    Ok(gan.instance_noise(setup.noise()))
}

pub fn minibatch(setup: &Setup) -> Result<Gan<DcganGenerator, MinibatchDiscriminator<DcganDiscriminator>>> {
    let features = FEATURES * setup.judge_width;
    let network = DcganDiscriminatorConfig::new(SHAPE)
        .with_width(setup.judge_width)
        .with_scores(features)
        .try_init(setup.device)?;
    let judge = MinibatchDiscriminatorConfig::new(features)
        .with_kernels(16)
        .with_mean(true)
        .with_deviation(0.5)
        .try_init(network, setup.device)?;
    Ok(Gan::new(setup.generator()?, judge).instance_noise(setup.noise()))
}

pub fn veegan(setup: &Setup) -> Result<Veegan<DcganGenerator, UnitGaussianEncoder<DcganEncoder>, CganDiscriminator>> {
    let trunk = ImageTrunkConfig::new(SHAPE)
        .with_width(setup.judge_width)
        .with_feature_norm(false)
        .with_features(FEATURES * setup.judge_width);
    let judge = CganDiscriminatorConfig::new(SHORT, trunk)
        .with_entry(DiscriminatorCondition::Concatenated)
        .try_init(setup.device)?;
    let reconstructor = UnitGaussianEncoder::of(setup.encoder(SHORT)?);
    Ok(Veegan::new(setup.generator_of(SHORT)?, reconstructor, judge).augment(setup.noise()))
}

pub fn mdgan(setup: &Setup) -> Result<Mdgan<DcganGenerator, DcganEncoder, DcganDiscriminator>> {
    let judges = [setup.judge(1)?, setup.judge(1)?];
    Ok(Mdgan::new(setup.generator()?, setup.encoder(LATENT)?, judges).augment(setup.noise()))
}

/// Four plain GANs which draw new opponents.
pub fn gap(setup: &Setup) -> Result<Gap<DcganGenerator, DcganDiscriminator>> {
    let pair = || Ok(Gan::new(setup.generator()?, setup.judge(1)?).instance_noise(setup.noise()));
    let pairs = (0..4).map(|_| pair()).collect::<Result<Vec<_>>>()?;
    Ok(Gap::new(pairs, 100))
}
