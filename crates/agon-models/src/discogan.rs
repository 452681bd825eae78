//! DiscoGAN: relations between two domains, found by two coupled GANs.

use agon_core::{Adam, Error, Game, Result, Turns};
use agon_losses::NonSaturating;
use agon_nn::PictureNorm;
use burn::config::Config;
use burn::prelude::Device;

use crate::{
    Both, DcganDiscriminator, DcganDiscriminatorConfig, Distance, TwoWay, UNetTranslator, UNetTranslatorConfig,
};

/// Configuration of a [`DiscoGan`].
#[derive(Config, Debug)]
pub struct DiscoGanConfig {
    /// Channels, height and width of the pictures of domain A.
    pub a: [usize; 3],
    /// Channels, height and width of the pictures of domain B.
    pub b: [usize; 3],
    /// Channels of the first layer of maps and judges.
    #[config(default = 64)]
    pub width: usize,
    /// Halvings of the maps.
    #[config(default = 4)]
    pub depth: usize,
    /// How much reconstructions count beside the judges.
    #[config(default = 1.0)]
    pub cycle: f64,
    /// The learning rate.
    #[config(default = 2e-4)]
    pub learning_rate: f64,
}

/// Maps that are encoders and decoders, judges of whole pictures, and squared reconstructions.
///
/// ```text
/// -E log J_B(G(a)) - E log J_A(F(b)) + E |F(G(a)) - a|^2 + E |G(F(b)) - b|^2
/// ```
///
/// The game is [`TwoWay`]; two of three updates go to the maps. A map in one direction alone, even with a
/// reconstruction, may send several modes to one; two coupled maps must be each other's inverse. In the figure: two
/// GANs stand side by side, and the maps of one are those of the other, read backwards.
///
/// # Example
/// ```
/// use agon_models::DiscoGanConfig;
/// use burn::prelude::Device;
///
/// let config = DiscoGanConfig::new([3, 32, 32], [3, 32, 32]).with_width(8).with_depth(3);
/// let discogan = config.try_init(&Device::default().autodiff())?;
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Kim, Cha, Kim, Lee and Kim 2017, "Learning to discover cross-domain relations with generative adversarial networks",
/// arXiv:1703.05192. The authors' code weighs differently for pictures: `(1 - r) (0.1 GAN + 0.9 FM) + r d` with `r`
/// first .01 and later .5 and a feature matching `FM` which the paper does not have; at the end reconstructions count
/// ten times as much as the judges. Its pictures are in [0, 1], so that squares are a quarter of those here: that is a
/// `cycle` of 2.5, and of .025 at first. Its innermost layer is normed and leaky where [`UNetTranslator`]'s is neither,
/// and batches are of 64.
pub type DiscoGan = TwoWay<UNetTranslator, DcganDiscriminator>;

impl DiscoGanConfig {
    /// The game with fresh networks.
    ///
    /// # Errors
    /// Where the networks' configurations cannot work, or the pictures of both domains differ in size, which maps keep.
    pub fn try_init(&self, device: &Device) -> Result<DiscoGan> {
        if self.a[1..] != self.b[1..] {
            let got = format!("{:?} and {:?}", &self.a[1..], &self.b[1..]);
            return Err(Error::config("both domains of a DiscoGAN", "one height and width", got));
        }
        let map = |[from, to]: [[usize; 3]; 2]| {
            UNetTranslatorConfig::new([from[0], to[0]])
                .with_width(self.width)
                .with_depth(self.depth)
                .with_skips(false)
                .with_norm(PictureNorm::Batch)
                .with_dropout(0.0)
                .try_init(device)
        };
        let judge = |shape| {
            DcganDiscriminatorConfig::new(shape)
                .with_width(self.width)
                .try_init(device)
        };
        let (a, b) = (self.a, self.b);
        let maps = Both::try_of([[b, a], [a, b]], map)?;
        let judges = Both::try_of([a, b], judge)?;
        let adam = Adam::new(self.learning_rate).betas(0.5, 0.999).weight_decay(1e-5);
        Ok(TwoWay::new(maps, judges)
            .loss(NonSaturating, 1.0)
            .cycle(self.cycle, Distance::L2)
            .turns(Turns::new(1, 2))
            .optimizers(adam))
    }
}
