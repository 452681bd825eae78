//! CycleGAN: unpaired translation of pictures, held together by cycle consistency.

use agon_core::{Adam, Discriminator, Error, Game, Optimizer, Result, Schedule, Translator};
use agon_losses::LeastSquares;
use burn::config::Config;
use burn::module::ModuleDisplay;
use burn::prelude::Device;

use crate::{
    Both, Distance, PatchDiscriminator, PatchDiscriminatorConfig, ResnetTranslator, ResnetTranslatorConfig, TwoWay,
};

/// Configuration of a [`CycleGan`].
#[derive(Config, Debug)]
pub struct CycleGanConfig {
    /// Channels of the pictures of domain A and of domain B.
    pub channels: [usize; 2],
    /// Channels of the first layer of maps and judges.
    #[config(default = 64)]
    pub width: usize,
    /// Residual blocks of the maps.
    #[config(default = 9)]
    pub blocks: usize,
    /// Halvings of the judges: 3 for patches of 70 pixels.
    #[config(default = 3)]
    pub halvings: usize,
    /// How much reconstructions count.
    #[config(default = 10.0)]
    pub cycle: f64,
    /// How much it counts that a map leaves alone what is of its target domain already. Half of `cycle` where the paper
    /// uses it (paintings to photos), which keeps colours; both domains must have as many channels.
    #[config(default = 0.0)]
    pub identity: f64,
    /// Translations of earlier rounds that the judges may be shown.
    #[config(default = 50)]
    pub pool: usize,
    /// The learning rate.
    #[config(default = 2e-4)]
    pub learning_rate: f64,
    /// Rounds at the full learning rate, and rounds in which it then falls to zero (100 epochs each in the paper).
    /// Without it the rate stays.
    pub decay: Option<[u64; 2]>,
}

/// Maps of residual blocks, judges of patches, a loss of least squares, and a cycle.
///
/// ```text
/// E (J_B(G(a)) - 1)^2 + E (J_A(F(b)) - 1)^2 + 10 (E |F(G(a)) - a|_1 + E |G(F(b)) - b|_1)
/// ```
///
/// The game is [`TwoWay`], with the figure in words; this is its setting of 2017.
///
/// # Example
/// ```no_run
/// # use agon_core::{Batches, Budget, Error, Trainer};
/// # use burn::prelude::*;
/// use agon_models::CycleGanConfig;
///
/// # fn example(day_and_night: impl Batches<Batch = (Tensor<4>, Tensor<4>)>, day: Tensor<4>) -> Result<(), Error> {
/// let device = Device::default().autodiff();
/// let game = CycleGanConfig::new([3, 3]).with_identity(5.0).try_init(&device)?;
/// let mut trainer = Trainer::new(game);
/// trainer.run(day_and_night, Budget::steps(10_000))?;
/// let night = trainer.game().maps().b.forward(day);
/// # Ok(())
/// # }
/// ```
///
/// # References
/// Zhu, Park, Isola and Efros 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks",
/// arXiv:1703.10593. The paper's squares have no 1/2, and the authors' code halves the judges' loss only.
/// [`LeastSquares`] halves both sides, so the maps' is doubled. The identity term, which is off here, is on in the
/// authors' code (half of the cycle's weight). Their residual maps, as these, forget what a picture has in common all
/// over ([`ResnetTranslator`](crate::ResnetTranslator)).
pub type CycleGan = TwoWay<ResnetTranslator, PatchDiscriminator>;

impl CycleGanConfig {
    /// The game with fresh networks.
    ///
    /// # Errors
    /// Where the networks' configurations cannot work, or channels differ and there is an identity term.
    pub fn try_init(&self, device: &Device) -> Result<CycleGan> {
        let [a, b] = self.channels;
        same_channels(self.channels, self.identity)?;
        let map = |channels| {
            ResnetTranslatorConfig::new(channels)
                .with_width(self.width)
                .with_blocks(self.blocks)
                .try_init(device)
        };
        let judge = |channels| {
            PatchDiscriminatorConfig::new(channels)
                .with_width(self.width)
                .with_halvings(self.halvings)
                .try_init(device)
        };
        let maps = Both::try_of([[b, a], [a, b]], map)?;
        let judges = Both::try_of([a, b], judge)?;
        Ok(self.of(maps, judges))
    }

    /// The game of this configuration with other networks: U-Nets, say. Of the networks it knows nothing: `channels`,
    /// `width`, `blocks` and `halvings` are not looked at.
    pub fn of<T, D>(&self, maps: Both<T>, judges: Both<D>) -> TwoWay<T, D>
    where
        T: Translator + ModuleDisplay,
        D: Discriminator<Input = T::Sample> + ModuleDisplay,
    {
        let schedule = match self.decay {
            Some([after, over]) => Schedule::Linear { after, over, end: 0.0 },
            None => Schedule::Constant,
        };
        let adam = Optimizer::from(Adam::new(self.learning_rate).betas(0.5, 0.999)).schedule(schedule);
        TwoWay::new(maps, judges)
            .loss(LeastSquares::binary(), UNHALVED)
            .cycle(self.cycle, Distance::L1)
            .identity(self.identity)
            .pool(self.pool)
            .optimizers(adam)
    }
}

/// The weight of the maps' squares, of which [`LeastSquares`] has half.
const UNHALVED: f64 = 2.0;

/// An error for an identity term between pictures that cannot be compared.
fn same_channels([a, b]: [usize; 2], identity: f64) -> Result<()> {
    let what = "channels of pictures with an identity term";
    let got = format!("{a} and {b}");
    Error::unless(identity == 0.0 || a == b, what, "the same number in both domains", got)
}
