//! pix2pix: translation of pictures, learned from pairs.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Augment, Constraint, Contest, Discriminator, Error, Feed, Game, Memory,
    MovingAverage, Penalty, Player, Result, Round, Translator,
};
use agon_losses::{NonSaturating, l1};
use burn::config::Config;
use burn::prelude::{Device, Tensor};

use crate::{PatchDiscriminator, PatchDiscriminatorConfig, UNetTranslator, UNetTranslatorConfig};

/// Configuration of a [`Pix2Pix`] game with the networks of the paper.
#[derive(Config, Debug)]
pub struct Pix2PixConfig {
    /// Channels of the pictures of domain A and of domain B.
    pub channels: [usize; 2],
    /// Channels of the first layer of both networks.
    #[config(default = 64)]
    pub width: usize,
    /// Halvings of the map.
    #[config(default = 8)]
    pub depth: usize,
    /// Dropout of the map, its only noise.
    #[config(default = 0.5)]
    pub dropout: f64,
    /// Halvings of the judge: 3 for patches of 70 pixels.
    #[config(default = 3)]
    pub halvings: usize,
    /// How much the distance to the truth counts.
    #[config(default = 100.0)]
    pub distance: f64,
    /// The learning rate.
    #[config(default = 2e-4)]
    pub learning_rate: f64,
}

impl Pix2PixConfig {
    /// The game with fresh networks.
    ///
    /// # Errors
    /// Where the networks' configurations cannot work.
    pub fn try_init(&self, device: &Device) -> Result<Pix2Pix<UNetTranslator, PatchDiscriminator>> {
        let map = UNetTranslatorConfig::new(self.channels)
            .with_width(self.width)
            .with_depth(self.depth)
            .with_dropout(self.dropout)
            .try_init(device)?;
        let judge = PatchDiscriminatorConfig::new(self.channels.iter().sum())
            .with_width(self.width)
            .with_halvings(self.halvings)
            .try_init(device)?;
        Ok(Pix2Pix::new(map, judge)
            .distance(self.distance)
            .optimizers(Adam::new(self.learning_rate).betas(0.5, 0.999)))
    }
}

/// A map that must be near the truth, and with its original look like a true pair.
///
/// ```text
/// map:    -E log J(a, G(a)) + 100 E |G(a) - b|_1
/// judge:  -1/2 E log J(a, b) - 1/2 E log(1 - J(a, G(a)))
/// ```
///
/// `(a, b)`: a pair; `G`: the map; `J`: the probability, patch by patch, that a pair is a true one. The distance alone
/// would give the blurred mean of all that is possible; the judge asks for one of them. In the figure: `a` goes into
/// the map and, beside the map's answer or the true `b`, into the judge.
///
/// # Example
/// ```
/// use agon_models::Pix2PixConfig;
/// use burn::prelude::Device;
///
/// let config = Pix2PixConfig::new([1, 3]).with_width(8).with_depth(4);
/// let pix2pix = config.try_init(&Device::default().autodiff())?.distance(10.0).average(0.999);
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Isola, Zhu, Zhou and Efros 2017, "Image-to-image translation with conditional adversarial networks",
/// arXiv:1611.07004. The authors' first code (Lua) drops out in three layers of the U-Net, their second (PyTorch) not
/// in the innermost; their norms have a learned scale and centre, [`UNetTranslator`]'s have none.
#[derive(Debug)]
pub struct Pix2Pix<T: Translator, D: Discriminator> {
    map: Player<T>,
    judge: Player<D>,
    contest: Contest<D>,
    distance: f64,
}

impl<T, D> Pix2Pix<T, D>
where
    T: Translator<Sample = Tensor<4>>,
    D: Discriminator<Input = Tensor<4>>,
{
    /// This map and this judge, who sees original and translation as channels of one picture.
    pub fn new(map: T, judge: D) -> Self {
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            map: Player::translator(map, adam()).named("map"),
            judge: Player::discriminator(judge, adam()).named("judge"),
            contest: Contest::new(NonSaturating),
            distance: 100.0,
        }
    }

    /// What the contest is about.
    pub fn loss(mut self, loss: impl AdversarialLoss) -> Self {
        self.contest.set_loss(loss);
        self
    }

    /// Adds a term to the judge's loss, which is halved with it; any number of them.
    pub fn penalty(mut self, penalty: impl Penalty<D>) -> Self {
        self.contest.add_penalty(penalty);
        self
    }

    /// Changes pairs before they are judged, in both players' turns; any number of changes, one after the other.
    pub fn augment(mut self, augmentation: impl Augment<Tensor<4>>) -> Self {
        self.contest.add_augmentation(augmentation);
        self
    }

    /// How much the distance to the truth counts.
    pub fn distance(mut self, weight: f64) -> Self {
        self.distance = weight;
        self
    }

    /// Demands something of the judge's weights; any number of them.
    pub fn constraint(mut self, constraint: impl Constraint<D>) -> Self {
        self.judge.constrain(constraint);
        self
    }

    /// Keeps a moving average of the map's weights.
    pub fn average(mut self, decay: f64) -> Self {
        self.map.set_average(MovingAverage::new(decay));
        self
    }

    /// The judge of pairs.
    pub fn judge(&self) -> &D {
        self.judge.network()
    }

    /// The map as one would use it: without gradients, averaged if an average is kept.
    pub fn map(&self) -> T {
        self.map.best().valid()
    }
}

impl<T, D> Game for Pix2Pix<T, D>
where
    T: Translator<Sample = Tensor<4>>,
    D: Discriminator<Input = Tensor<4>>,
{
    type Batch = (Tensor<4>, Tensor<4>);

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        Error::unless_at_least_zero("the distance of pix2pix", self.distance)?;
        self.contest.check()?;
        let (a, b) = data.next_batch()?;
        let fake = self.map.network().translate(a.clone());
        round.measure_spreads(&b, &fake);
        let beside_a = |picture: &Tensor<4>| Tensor::cat(vec![a.clone(), picture.clone()], 1);
        let (true_pair, made_pair) = (beside_a(&b), beside_a(&fake));

        let cut = made_pair.clone().detach();
        let judgement = self.contest.judge(self.judge.network(), &true_pair, &cut, round);
        round.measure("loss/discriminator", &(judgement.bare.clone() * 0.5));
        self.judge.update(round, &(judgement.loss.clone() * 0.5));
        self.contest.advance(judgement, round)?;

        let judge = self.judge.frozen();
        let fooled = self.contest.fool(&judge, &made_pair, Some(&true_pair), round);
        let distance = l1(fake, b);
        round.measure("loss/distance", &distance);
        self.map.update(round, &(fooled + distance * self.distance));
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.judge, &mut self.map]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        self.contest.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.contest.recall(memory);
    }
}
