use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Discriminator, Error, Feed, Game, Generator, Optimizer, Player, Result, Round,
    Sample, Sampling, Scored,
};
use agon_losses::{MaximumMeanDiscrepancy, NonSaturating};
use burn::config::Config;
use burn::prelude::Tensor;

use super::{SoftGenerator, TextGanDiscriminator};

/// Sequences are made so that their features are distributed as those of real ones.
///
/// ```text
/// generator:      min  MMD^2(f(real), f(fake))
/// discriminator:  min  L_GAN + recovery |z - z^(fake)|^2 - matching MMD^2(f(real), f(fake))
/// ```
///
/// `f`: features, `z^`: the code recovered from them, MMD by a mixture of Gaussian kernels. The choice of tokens is
/// soft, see [`SoftGenerator`]. The paper's figure, in words: noise goes into an LSTM, its sentence and a real one
/// into a convolutional network; its features are matched, and the noise is recovered from them.
///
/// # References
/// Zhang et al. 2017, "Adversarial feature matching for text generation", arXiv:1706.03850. There both networks are
/// trained beforehand (the LSTM as an autoencoder, the other against sentences with two words exchanged); here not.
/// The paper's widths of kernels are relative to its features; here they are powers of two.
#[derive(Debug)]
pub struct TextGan {
    generator: Player<SoftGenerator>,
    discriminator: Player<TextGanDiscriminator>,
    distance: MaximumMeanDiscrepancy,
    plan: TextGanConfig,
}

/// How a game of [`TextGan`] goes.
#[derive(Config, Debug)]
pub struct TextGanConfig {
    /// Updates of the generator for one of the discriminator.
    #[config(default = 5)]
    pub generator_steps: usize,
    /// Weight of the recovered code.
    #[config(default = 0.1)]
    pub recovery: f64,
    /// Weight of the discrepancy for the discriminator.
    #[config(default = 1.0)]
    pub matching: f64,
}

impl TextGan {
    /// These networks, by this plan.
    pub fn new(generator: SoftGenerator, discriminator: TextGanDiscriminator, plan: TextGanConfig) -> Self {
        let configs = (generator.config(), discriminator.config());
        let adam = || Adam::new(1e-3).betas(0.5, 0.999);
        Self {
            generator: Player::new("generator", generator, adam()).with_config(configs.0),
            discriminator: Player::new("discriminator", discriminator, adam()).with_config(configs.1),
            distance: MaximumMeanDiscrepancy::gaussian([0.25, 0.5, 1.0, 2.0, 4.0, 8.0]),
            plan,
        }
    }

    /// Both players learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.discriminator.set_optimizer(optimizer);
        self
    }

    /// The generator.
    pub fn generator(&self) -> &SoftGenerator {
        self.generator.network()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &TextGanDiscriminator {
        self.discriminator.network()
    }

    fn check(&self) -> Result<()> {
        let latent = [self.generator().latent(), self.discriminator().latent()];
        if latent[0] != latent[1] {
            let expected = format!("{} numbers, as the generator's", latent[0]);
            return Err(Error::config("codes of TextGAN's discriminator", expected, latent[1]));
        }
        match self.plan.generator_steps {
            0 => Err(Error::config("steps of TextGAN's generator", "at least 1", 0)),
            _ => Ok(()),
        }
    }
}

impl Game for TextGan {
    type Batch = Tensor<3>;

    fn play(&mut self, data: &mut Feed<'_, Tensor<3>>, round: &mut Round) -> Result<()> {
        self.check()?;
        let prior = self.generator().prior();
        let real = data.next_batch()?;
        let codes = round.draw(&*prior, real.size());
        let fake = self.generator.frozen().generate(codes.clone()).detach();
        let judge = self.discriminator.network();
        let (of_real, of_fake) = (judge.discriminate(real.clone()), judge.discriminate(fake));
        let contest = NonSaturating.discriminator(of_real.scores(), of_fake.scores());
        let codes = codes.narrow(1, 0, self.generator().latent());
        let lost = (codes - of_fake.codes).square().mean();
        let apart = self.distance.generator(of_fake.features, Some(of_real.features));
        let loss = contest + lost * self.plan.recovery - apart * self.plan.matching;
        round.measure("loss/discriminator", &loss);
        self.discriminator.update(round, &loss);

        let judge = self.discriminator.frozen();
        for _ in 0..self.plan.generator_steps {
            let real = judge.discriminate(data.next_batch()?).features;
            let codes = round.draw(&*prior, real.dims()[0]);
            let fake = judge.discriminate(self.generator().generate(codes)).features;
            let apart = self.distance.generator(fake, Some(real));
            round.measure("loss/generator", &apart);
            self.generator.update(round, &apart);
        }
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Sampling for TextGan {
    type Sample = Tensor<3>;

    fn sample(&self, n: usize, seed: u64) -> Tensor<3> {
        self.generator().sample(n, seed)
    }
}
