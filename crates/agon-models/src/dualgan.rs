//! DualGAN: unpaired translation with Wasserstein critics.

use agon_core::{Error, Game, Result, RmsProp, Turns};
use agon_losses::{GradientPenalty, Wasserstein, WeightClip};
use burn::config::Config;
use burn::prelude::Device;

use crate::{
    Both, Distance, PatchDiscriminator, PatchDiscriminatorConfig, TwoWay, UNetTranslator, UNetTranslatorConfig,
};

/// Configuration of a [`DualGan`].
#[derive(Config, Debug)]
pub struct DualGanConfig {
    /// Channels of the pictures of domain A and of domain B.
    pub channels: [usize; 2],
    /// Channels of the first layer of maps and critics.
    #[config(default = 64)]
    pub width: usize,
    /// Halvings of the maps.
    #[config(default = 8)]
    pub depth: usize,
    /// Dropout of the maps, their only noise.
    #[config(default = 0.5)]
    pub dropout: f64,
    /// Halvings of the critics: 3 for patches of 70 pixels.
    #[config(default = 3)]
    pub halvings: usize,
    /// How much reconstructions count (100 to 1000 in the paper).
    #[config(default = 500.0)]
    pub cycle: f64,
    /// The bound of the critics' weights, if there is one.
    #[config(default = "Some(0.01)")]
    pub clip: Option<f64>,
    /// The weight of a two-sided gradient penalty on the critics instead (10 in the authors' code). With neither they are
    /// without bound, which suits other losses than this one.
    #[config(default = "None")]
    pub penalty: Option<f64>,
    /// Critics' turns in a round (2 to 4 in the paper).
    #[config(default = 3)]
    pub critic_turns: usize,
    /// The learning rate.
    #[config(default = 5e-5)]
    pub learning_rate: f64,
}

/// Maps that are U-Nets, Wasserstein critics of patches, and a cycle that counts heavily.
///
/// ```text
/// -E J_B(G(a)) - E J_A(F(b)) + 500 (E |F(G(a)) - a|_1 + E |G(F(b)) - b|_1)
/// ```
///
/// The game is [`TwoWay`], with the figure in words, and the loss of WGAN.
///
/// # Example
/// ```
/// use agon_models::DualGanConfig;
/// use burn::prelude::Device;
///
/// let config = DualGanConfig::new([3, 1]).with_width(8).with_depth(4);
/// let dualgan = config.try_init(&Device::default().autodiff())?;
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Yi, Zhang, Tan and Gong 2017, "DualGAN: Unsupervised dual learning for image-to-image translation",
/// arXiv:1704.02510. The noise there is dropout alone, as here. What the paper calls batch norm takes moments of each
/// picture in the authors' code: instance norm, with a learned scale and centre which [`UNetTranslator`] and
/// [`PatchDiscriminator`] have not. The code's defaults are others than the paper's: a gradient penalty instead of
/// clipped weights, critics of the whole picture with one turn, no dropout.
pub type DualGan = TwoWay<UNetTranslator, PatchDiscriminator>;

impl DualGanConfig {
    /// The game with fresh networks.
    ///
    /// # Errors
    /// Where the networks' configurations cannot work, or critics are to be both clipped and penalized.
    pub fn try_init(&self, device: &Device) -> Result<DualGan> {
        if let (Some(clip), Some(penalty)) = (self.clip, self.penalty) {
            let got = format!("a clip of {clip} and a penalty of {penalty}");
            return Err(Error::config("the critics of DualGAN", "a clip or a penalty", got));
        }
        let [a, b] = self.channels;
        let map = |channels| {
            UNetTranslatorConfig::new(channels)
                .with_width(self.width)
                .with_depth(self.depth)
                .with_dropout(self.dropout)
                .try_init(device)
        };
        let critic = |channels| {
            PatchDiscriminatorConfig::new(channels)
                .with_width(self.width)
                .with_halvings(self.halvings)
                .try_init(device)
        };
        let maps = Both::try_of([[b, a], [a, b]], map)?;
        let critics = Both::try_of([a, b], critic)?;
        let mut game = TwoWay::new(maps, critics)
            .loss(Wasserstein, 1.0)
            .cycle(self.cycle, Distance::L1)
            .turns(Turns::critic(self.critic_turns));
        if let Some(bound) = self.clip {
            game = game.constraint(WeightClip(bound));
        }
        if let Some(weight) = self.penalty {
            game = game.penalty(GradientPenalty::two_sided(weight));
        }
        Ok(game.optimizers(RmsProp::new(self.learning_rate)))
    }
}
