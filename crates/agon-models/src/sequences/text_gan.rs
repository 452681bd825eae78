//! TextGAN: sentences whose features are distributed as those of real ones.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Discriminator, Error, Feed, Game, Generator, Memory, MovingAverage, Optimizer,
    Player, Result, Round, Sample, Sampling, Schedule, Scored,
};
use agon_losses::{MaximumMeanDiscrepancy, NonSaturating, gaussian_divergence};
use burn::config::Config;
use burn::prelude::Tensor;
use burn::tensor::activation::log_sigmoid;

use super::exchange::exchanged;
use super::onset::Onset;
use super::{SoftGenerator, TextGanDiscriminator, agree};
use crate::gaussian_encoder::draw;

/// Sequences are made so that their features are distributed as those of real ones.
///
/// ```text
/// beforehand:     min  - log p(real | z) + divergence KL(q(z | real) | N(0, I)) / length + L_GAN(real, exchanged),
///                                                                                                z ~ q(z | real)
/// generator:      min  MMD^2(f(real), f(fake))
/// discriminator:  min  L_GAN(real, fake) + recovery |z - z^(fake)|^2 / n - matching MMD^2(f(real), f(fake))
/// ```
///
/// Likelihoods are per token. `f`: features; `z^`: the code of `n` numbers recovered from them, which is the mean of `q`;
/// MMD by a mixture of Gaussian kernels; `L_GAN(a, b)`: the cross entropy of a discriminator that tells `a` from `b`. The
/// choice of tokens is soft, see [`SoftGenerator`]. The paper's figure, in words: noise goes into an LSTM, its
/// sentence and a real one into a convolutional network; its features are matched, and the noise is recovered from
/// them.
///
/// Beforehand both networks learn together: the LSTM says the sentences whose codes it is given, the other network
/// finds these codes and tells sentences from the same ones with two words exchanged.
///
/// # Example
/// ```
/// use agon_models::{SoftGeneratorConfig, TextGan, TextGanConfig, TextGanDiscriminatorConfig};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let textgan = TextGan::new(
///     SoftGeneratorConfig::text_gan(6, 12).init(&device),
///     TextGanDiscriminatorConfig::new(6, 12).init(&device),
///     TextGanConfig::new().with_pretraining(400),
/// );
/// ```
///
/// # References
/// Zhang et al. 2017, "Adversarial feature matching for text generation", arXiv:1706.03850. The paper trains the LSTM
/// beforehand as an autoencoder; here codes are Gaussians, near the noise that they come from later, for otherwise the
/// LSTM does not know what to make of it. In the authors' code the noise goes into every step of the LSTM, here into
/// its first state. The paper's widths of kernels are relative to its features; here they are powers of two.
#[derive(Debug)]
pub struct TextGan {
    generator: Player<SoftGenerator>,
    discriminator: Player<TextGanDiscriminator>,
    distance: MaximumMeanDiscrepancy,
    plan: TextGanConfig,
    contest: Onset,
}

/// How a game of [`TextGan`] goes.
#[derive(Config, Debug)]
pub struct TextGanConfig {
    /// Rounds of training beforehand, one batch each.
    #[config(default = 800)]
    pub pretraining: u64,
    /// Weight of the divergence of codes from noise beforehand.
    #[config(default = 0.1)]
    pub divergence: f64,
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
    /// These networks, by this plan. Both learn by Adam, whose rate falls from 6e-3 to 3e-4 beforehand.
    pub fn new(generator: SoftGenerator, discriminator: TextGanDiscriminator, plan: TextGanConfig) -> Self {
        let slower = Schedule::Linear {
            after: 0,
            over: plan.pretraining,
            end: 0.05,
        };
        let optimizer = Optimizer::from(Adam::new(6e-3).betas(0.5, 0.999)).schedule(slower);
        Self {
            generator: Player::generator(generator, optimizer.clone()),
            discriminator: Player::discriminator(discriminator, optimizer),
            distance: MaximumMeanDiscrepancy::gaussian([0.25, 0.5, 1.0, 2.0, 4.0, 8.0]),
            plan,
            contest: Onset::default(),
        }
    }

    /// Keeps a moving average of the generator's weights, which samples and loaded generators use.
    pub fn average(mut self, decay: f64) -> Self {
        self.generator.set_average(MovingAverage::new(decay));
        self
    }

    /// The generator with its averaged weights if there are any.
    pub fn generator(&self) -> &SoftGenerator {
        self.generator.best()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &TextGanDiscriminator {
        self.discriminator.network()
    }

    fn check(&self) -> Result<()> {
        agree(self.generator().sentences(), self.discriminator().sentences())?;
        let latent = [self.generator().latent(), self.discriminator().latent()];
        if latent[0] != latent[1] {
            let expected = format!("{} numbers, as the generator's", latent[0]);
            return Err(Error::config("codes of TextGAN's discriminator", expected, latent[1]));
        }
        let TextGanConfig {
            divergence,
            recovery,
            matching,
            ..
        } = self.plan;
        for (what, weight) in [
            ("divergence", divergence),
            ("recovery", recovery),
            ("matching", matching),
        ] {
            Error::unless_at_least_zero(format!("{what} of TextGAN"), weight)?;
        }
        match self.plan.generator_steps {
            0 => Err(Error::config("steps of TextGAN's generator", "at least 1", 0)),
            _ => Ok(()),
        }
    }

    /// Real sequences, as long and of as many tokens as the generator's.
    fn real(&self, data: &mut Feed<'_, Tensor<3>>) -> Result<Tensor<3>> {
        let real = data.next_batch()?;
        let [vocabulary, length] = self.generator().sentences();
        match real.dims() {
            [batch, found, tokens] if batch > 1 && [tokens, found] == [vocabulary, length] => Ok(real),
            found => {
                let expected = format!("two or more in a batch, one-hot, of {length} places and {vocabulary} tokens");
                Err(Error::config("sequences", expected, format!("{found:?}")))
            }
        }
    }

    /// Training beforehand: each sentence from its own code, and beside one that is nearly the same.
    fn prepare(&mut self, data: &mut Feed<'_, Tensor<3>>, round: &mut Round) -> Result<()> {
        let real = self.real(data)?;
        let (wrong, changed) = exchanged(&real, round.random());
        let judge = self.discriminator.network();
        let (of_real, of_wrong) = (judge.discriminate(real.clone()), judge.discriminate(wrong));
        let told = log_sigmoid(of_real.scores.clone()).mean()
            + (log_sigmoid(-of_wrong.scores) * changed.clone()).sum() / changed.sum().clamp_min(1.0);
        let found = (of_real.codes, of_real.doubts);
        let codes = draw(found.clone(), round);
        let length = real.dims()[1] as f64;
        let said = self.generator.network().nll(codes, real);
        let apart = gaussian_divergence(found.0, found.1) / length;
        round.measure("loss/likelihood", &said);
        round.measure("divergence", &apart);
        let loss = said + apart * self.plan.divergence - told;
        self.generator.update_with(&mut self.discriminator, round, &loss);
        Ok(())
    }

    /// A step of the discriminator.
    fn judge(&mut self, data: &mut Feed<'_, Tensor<3>>, round: &mut Round) -> Result<()> {
        let real = self.real(data)?;
        let codes = round.draw(&*self.generator().prior(), real.size());
        let fake = self.generator.frozen().generate(codes.clone()).detach();
        round.measure_spreads(&real, &fake);
        let judge = self.discriminator.network();
        let (of_real, of_fake) = (judge.discriminate(real), judge.discriminate(fake));
        let (real_scores, fake_scores) = (of_real.scores(), of_fake.scores());
        round.measure_scores(&real_scores, &fake_scores, 1.0);
        let contest = NonSaturating.discriminator(real_scores, fake_scores);
        let codes = codes.narrow(1, 0, self.generator().latent());
        let lost = (codes - of_fake.codes).square().mean();
        let apart = self.distance.generator(of_fake.features, Some(of_real.features));
        let loss = contest + lost * self.plan.recovery - apart * self.plan.matching;
        round.measure("loss/discriminator", &loss);
        self.discriminator.update(round, &loss);
        Ok(())
    }

    /// A step of the generator.
    fn speak(&mut self, data: &mut Feed<'_, Tensor<3>>, round: &mut Round) -> Result<()> {
        let judge = self.discriminator.frozen();
        let real = judge.discriminate(self.real(data)?).features;
        let codes = round.draw(&*self.generator().prior(), real.dims()[0]);
        let fake = judge.discriminate(self.generator.network().generate(codes)).features;
        let apart = self.distance.generator(fake, Some(real));
        round.measure("loss/generator", &apart);
        self.generator.update(round, &apart);
        Ok(())
    }
}

impl Game for TextGan {
    type Batch = Tensor<3>;

    fn play(&mut self, data: &mut Feed<'_, Tensor<3>>, round: &mut Round) -> Result<()> {
        self.check()?;
        let contest = round.step() > self.plan.pretraining;
        if self.contest.comes(contest, round) {
            // Likelihoods and discrepancies have gradients of other sizes: their moments do not mix.
            self.generator.begin_anew();
            self.discriminator.begin_anew();
        }
        if !contest {
            return self.prepare(data, round);
        }
        self.judge(data, round)?;
        (0..self.plan.generator_steps).try_for_each(|_| self.speak(data, round))
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        self.contest.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        // Beforehand it learns once in a round.
        self.contest
            .recall(memory, self.generator.steps() > self.plan.pretraining);
    }
}

impl Sampling for TextGan {
    type Sample = Tensor<3>;

    fn sample(&self, n: usize, seed: u64) -> Tensor<3> {
        self.generator().sample(n, seed)
    }
}

#[cfg(test)]
mod tests {
    use agon_core::{Budget, Repeat, Trainer};
    use burn::prelude::{Device, Int};

    use super::*;
    use crate::{SoftGeneratorConfig, TextGanDiscriminatorConfig};

    #[test]
    fn training_beforehand_teaches_whole_sentences() {
        let device = Device::default().autodiff();
        // aaaa, abbb, bbbb and bbba.
        let tokens = Tensor::<2, Int>::from_data([[0, 0, 0, 0], [0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0]], &device);
        let sentences: Vec<Vec<i64>> = rows(tokens.clone());
        let game = TextGan::new(
            SoftGeneratorConfig::text_gan(2, 4)
                .with_latent(4)
                .with_hidden(8)
                .init(&device),
            TextGanDiscriminatorConfig::new(2, 4)
                .with_latent(4)
                .with_filters(vec![(2, 8), (4, 8)])
                .init(&device),
            TextGanConfig::new().with_pretraining(400),
        );
        let data = Repeat(tokens.repeat_dim(0, 8).one_hot::<3>(2).float());
        let mut trainer = Trainer::new(game).seed(7);
        trainer.run(data, Budget::steps(400)).unwrap();
        let said = rows(trainer.game().generator().tokens(200, 1));
        let right = said.iter().filter(|sentence| sentences.contains(sentence)).count();
        assert!(right > 170, "{right} of 200");
        assert!(
            sentences.iter().all(|sentence| said.contains(sentence)),
            "one is never said"
        );
    }

    fn rows(tokens: Tensor<2, Int>) -> Vec<Vec<i64>> {
        let all: Vec<i64> = tokens.try_into_vec_as().unwrap();
        all.chunks(4).map(<[i64]>::to_vec).collect()
    }
}
