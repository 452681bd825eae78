//! SeqGAN: the policy gradient carries what the discriminator says of whole sentences to each of their tokens.

mod plan;

use agon_core::{
    Adam, AnyPlayer, Error, Feed, Game, Generator, Memory, Optimizer, Player, Result, Round, Sampling, random, weights,
};
use agon_nn::LstmPolicy;
use burn::optim::GradientsParams;
use burn::prelude::{Int, Tensor};

use super::onset::Onset;
use super::{LstmGenerator, Realness, Reward, TextDiscriminator, agree};
use plan::Part;
pub use plan::SeqGanConfig;

/// A policy that draws token by token, and a discriminator that pays for whole sentences.
///
/// ```text
/// Q(y_1 .. y_t) = mean of D(Y) over completions Y of y_1 .. y_t by the lagging policy;    D(Y) itself at the end
/// generator:      min  - sum over t of Q(y_1 .. y_t) log p(y_t | y_1 .. y_(t - 1)),    y drawn by itself
/// discriminator:  max  mean of log D(real) + mean of log (1 - D(generated))
/// ```
///
/// Tokens have no gradient to hand on, so the generator learns by the policy gradient. Rounds go in three parts:
/// maximum likelihood; the discriminator alone; the contest. The authors' figure, in words: on the left data and
/// generated sentences go into the discriminator; on the right a sentence grows token by token, each next token is
/// the action, and from each of them several completions are drawn to the end, whose mean reward goes back to the
/// token.
///
/// Other [`Reward`]s make it [`MaliGan`](super::MaliGan) or [`RankGan`](super::RankGan).
///
/// # Example
/// ```
/// use agon_models::{LstmGeneratorConfig, SeqGan, SeqGanConfig, TextDiscriminatorConfig};
/// use agon_nn::LstmPolicyConfig;
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let game = SeqGan::new(
///     LstmGeneratorConfig::new(LstmPolicyConfig::new(5000), 20).init(&device),
///     TextDiscriminatorConfig::reduced(5000, 20).init(&device),
///     SeqGanConfig::new(),
/// );
/// ```
///
/// # References
/// Yu, Zhang, Wang and Yu 2017, "SeqGAN: sequence generative adversarial nets with policy gradient", arXiv:1609.05473.
/// As the authors' code: rewards without a baseline and without discount, the loss a sum over batch and time, Adam with
/// 0.01 and gradients clipped to a norm of 5, the lagging policy's word vectors copied. There, real and generated
/// sequences come in shuffled batches of 64; here, each batch is paired with one of the other kind, so that an update
/// sees twice as many. The lagging policy is that of the paper; in the authors' code the graph that completes sentences
/// is built once, of the generator's own weights, and never lags (by reading it).
#[derive(Debug)]
pub struct SeqGan {
    generator: Player<LstmGenerator>,
    discriminator: Player<TextDiscriminator>,
    rollout: Player<LstmGenerator>,
    reward: Box<dyn Reward>,
    plan: SeqGanConfig,
    contest: Onset,
}

impl SeqGan {
    /// These networks, by this plan.
    pub fn new(generator: LstmGenerator, discriminator: TextDiscriminator, plan: SeqGanConfig) -> Self {
        let optimizer = Optimizer::from(Adam::new(0.01)).clip_norm(5.0);
        Self {
            rollout: Player::new("rollout", generator.clone(), optimizer.clone()),
            generator: Player::generator(generator, optimizer),
            discriminator: Player::discriminator(discriminator, Adam::new(1e-4)),
            reward: Box::new(Realness::new()),
            plan,
            contest: Onset::default(),
        }
    }

    /// Pays by another rule.
    pub fn reward(mut self, reward: impl Reward) -> Self {
        self.reward = Box::new(reward);
        self
    }

    /// The generator learns by this rule, in both of its parts.
    pub fn generator_optimizer(mut self, optimizer: impl Into<Optimizer>) -> Self {
        self.generator.set_optimizer(optimizer);
        self
    }

    /// The discriminator learns by this rule.
    pub fn discriminator_optimizer(mut self, optimizer: impl Into<Optimizer>) -> Self {
        self.discriminator.set_optimizer(optimizer);
        self
    }

    /// The policy that is trained.
    pub fn generator(&self) -> &LstmGenerator {
        self.generator.network()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &TextDiscriminator {
        self.discriminator.network()
    }

    /// The policy that completes sentences, which lags behind.
    pub fn rollout(&self) -> &LstmGenerator {
        self.rollout.network()
    }

    fn check(&self) -> Result<()> {
        agree(self.generator().sentences(), self.discriminator().sentences())?;
        self.reward.check()?;
        self.plan.check()
    }

    /// Real sequences, of the length that the generator makes; those of the first batch are read, for tokens that
    /// nobody knows.
    fn real(&self, data: &mut Feed<'_, Tensor<2, Int>>) -> Result<Tensor<2, Int>> {
        let real = data.next_batch()?;
        let [vocabulary, length] = self.generator().sentences();
        let found = real.dims();
        if found[0] == 0 || found[1] != length {
            return Err(Error::config(
                "sequences",
                format!("of {length} tokens"),
                format!("{found:?}"),
            ));
        }
        if data.taken() == 1 {
            Error::unless_below("a token", real.clone(), vocabulary)?;
        }
        Ok(real)
    }

    /// A step of maximum likelihood.
    fn imitate(&mut self, data: &mut Feed<'_, Tensor<2, Int>>, round: &mut Round) -> Result<()> {
        let real = self.real(data)?;
        let [batch, length] = real.dims();
        let weights = Tensor::full([batch, length], 1.0 / (batch * length) as f64, &real.device().inner());
        let loss = self.generator().policy().weighted_nll(real, weights);
        round.measure("loss/likelihood", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    /// A step of the policy gradient.
    fn speak(&mut self, data: &mut Feed<'_, Tensor<2, Int>>, round: &mut Round) -> Result<()> {
        let real = self.real(data)?.inner();
        let sequences = self.draw(real.dims()[0], round);
        let worth = self.worth(&sequences, &real, round);
        round.measure("reward", &worth.clone().mean());
        let weights = self.reward.weights(worth);
        let loss = self.generator().policy().weighted_nll(sequences, weights);
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    /// What each token was worth: by what it can lead to, `[batch, length]`.
    fn worth(&self, sequences: &Tensor<2, Int>, real: &Tensor<2, Int>, round: &mut Round) -> Tensor<2> {
        let ([batch, length], rollouts) = (sequences.dims(), self.plan.rollouts);
        let draws = LstmPolicy::draws([batch, length], rollouts);
        let uniforms = random::uniform([draws], 0.0, 1.0, round.random(), &sequences.device());
        let policy = self.rollout.network().policy();
        let completions = policy.complete(sequences, rollouts, uniforms);
        let judge = self.discriminator();
        let of_beginnings = self.reward.worth(judge, &completions, real);
        let of_beginnings = of_beginnings
            .reshape([length - 1, rollouts, batch])
            .mean_dim(1)
            .squeeze_dim::<2>(1);
        let of_whole = self.reward.worth(judge, sequences, real).unsqueeze();
        Tensor::cat(vec![of_beginnings, of_whole], 0).transpose()
    }

    /// New samples, which the discriminator sees several times.
    fn judge(&mut self, data: &mut Feed<'_, Tensor<2, Int>>, round: &mut Round) -> Result<()> {
        let mut fakes: Vec<Tensor<2, Int>> = Vec::with_capacity(self.plan.negatives);
        for turn in 0..self.plan.epochs * self.plan.negatives {
            let real = self.real(data)?;
            let fake = match fakes.get(turn % self.plan.negatives) {
                Some(fake) => fake.clone(),
                None => self.draw(real.dims()[0], round),
            };
            if fakes.len() < self.plan.negatives {
                fakes.push(fake.clone());
            }
            let judge = self.discriminator();
            let judgement = self.reward.judgement(judge, real, fake);
            round.measure("loss/discriminator", &judgement);
            let loss = judgement + judge.decay() * self.plan.decay;
            self.discriminator.update(round, &loss);
        }
        Ok(())
    }

    fn draw(&self, n: usize, round: &mut Round) -> Tensor<2, Int> {
        let codes = round.draw(&*self.generator().prior(), n);
        self.generator().generate(codes)
    }

    /// The completing policy keeps so much of itself, but for the word vectors, which are the generator's.
    fn follow(&mut self, keep: f64) {
        let leader = self.generator.latest();
        let embedding = leader.policy().embedding();
        let mut vectors = GradientsParams::new();
        vectors.register(embedding.id, embedding.val().inner());
        let values = weights::values(leader);
        self.rollout
            .replace(|policy| weights::replaced(weights::drawn_towards(policy, &values, 1.0 - keep), &vectors));
    }
}

impl Game for SeqGan {
    type Batch = Tensor<2, Int>;

    fn play(&mut self, data: &mut Feed<'_, Tensor<2, Int>>, round: &mut Round) -> Result<()> {
        self.check()?;
        let part = self.plan.part(round.step());
        if self.contest.comes(part == Part::Contest, round) {
            // The policy gradient is a sum, the likelihood was a mean: their moments do not mix.
            self.generator.begin_anew();
            self.follow(0.0);
        }
        match part {
            Part::Likelihood => return self.imitate(data, round),
            Part::Discriminator => return self.judge(data, round),
            Part::Contest => {}
        }
        for _ in 0..self.plan.generator_steps {
            self.speak(data, round)?;
        }
        self.follow(self.plan.lag);
        (0..self.plan.discriminator_steps).try_for_each(|_| self.judge(data, round))
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.generator, &mut self.rollout]
    }

    /// Generator and discriminator learn by this rule.
    fn optimizers(self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator_optimizer(optimizer.clone())
            .discriminator_optimizer(optimizer)
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        self.contest.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.contest.recall(memory, self.rollout.steps() > 0);
    }
}

impl Sampling for SeqGan {
    type Sample = Tensor<2, Int>;

    fn sample(&self, n: usize, seed: u64) -> Tensor<2, Int> {
        self.generator().sample(n, seed)
    }
}

#[cfg(test)]
mod tests {
    use agon_core::{Budget, Repeat, Trainer};
    use agon_nn::LstmPolicyConfig;
    use burn::prelude::Device;

    use super::*;
    use crate::{LstmGeneratorConfig, MaliGan, RankGan, TextDiscriminatorConfig};

    fn game(plan: SeqGanConfig) -> SeqGan {
        let device = Device::default().autodiff();
        let policy = LstmPolicyConfig::new(6).with_hidden(8).with_embedding(8);
        SeqGan::new(
            LstmGeneratorConfig::new(policy, 5).init(&device),
            TextDiscriminatorConfig::new(6, 5)
                .with_filters(vec![(2, 8)])
                .init(&device),
            plan,
        )
    }

    fn plan() -> SeqGanConfig {
        SeqGanConfig::new()
            .with_likelihood_rounds(2)
            .with_discriminator_rounds(1)
            .with_negatives(2)
            .with_rollouts(3)
    }

    /// Even tokens only.
    fn even() -> Repeat<Tensor<2, Int>> {
        let tokens = Tensor::<1, Int>::arange(0..40, &Device::default()).remainder_scalar(3) * 2;
        Repeat(tokens.reshape([8, 5]))
    }

    #[test]
    fn the_policy_that_completes_lags_behind() {
        let values = |player: &Player<LstmGenerator>, path: &str| {
            let all = weights::named(player.network()).unwrap();
            all.into_iter().find(|(name, _)| name.ends_with(path)).unwrap().1
        };
        let mut trainer = Trainer::new(game(plan().with_lag(0.9))).seed(7);
        trainer.run(even(), Budget::steps(4)).unwrap();
        let before = values(&trainer.game().rollout, "recurrent");
        trainer.run(even(), Budget::steps(5)).unwrap();
        let game = trainer.game();
        assert_eq!(values(&game.generator, "embedding"), values(&game.rollout, "embedding"));
        let (leader, now) = (values(&game.generator, "recurrent"), values(&game.rollout, "recurrent"));
        assert_ne!(leader, now);
        for ((now, before), leader) in now.iter().zip(before).zip(leader) {
            assert!(
                (now - (0.9 * before + 0.1 * leader)).abs() < 1e-6,
                "{now} {before} {leader}"
            );
        }
    }

    #[test]
    fn a_contest_begins_whenever_it_comes() {
        let mut trainer = Trainer::new(game(plan())).seed(7);
        trainer.run(even(), Budget::steps(2)).unwrap();
        // Goes on by a plan whose contest would have begun before.
        let mut shorter = trainer.into_game();
        shorter.plan = shorter.plan.with_likelihood_rounds(0).with_discriminator_rounds(0);
        assert_eq!(shorter.memory().get("begun"), Some(&[0.0][..]));
        let mut trainer = Trainer::new(shorter).seed(7);
        trainer.run(even(), Budget::steps(1)).unwrap();
        let game = trainer.game();
        assert_eq!(game.memory().get("begun"), Some(&[1.0][..]));
        // It took what it completes by from the generator, and has followed it once since.
        assert_eq!((game.rollout.steps(), game.generator.steps()), (2, 3));
        // Played from the beginning, it begins again; a state without the entry has begun if somebody followed.
        let mut again = trainer.into_game();
        again.recall(&Memory::new());
        assert_eq!(again.memory().get("begun"), Some(&[1.0][..]));
        again.plan = again.plan.with_likelihood_rounds(1);
        let mut trainer = Trainer::new(again).seed(7);
        trainer.run(even(), Budget::steps(1)).unwrap();
        assert_eq!(trainer.game().memory().get("begun"), Some(&[0.0][..]));
    }

    /// Pays for token 3.
    #[derive(Debug)]
    struct Threes;

    impl Reward for Threes {
        fn worth(&self, _: &TextDiscriminator, sequences: &Tensor<2, Int>, _: &Tensor<2, Int>) -> Tensor<1> {
            sequences
                .clone()
                .inner()
                .equal_elem(3)
                .float()
                .mean_dim(1)
                .squeeze_dim(1)
        }

        fn weights(&self, worth: Tensor<2>) -> Tensor<2> {
            crate::sequences::reward::above_mean(worth)
        }
    }

    #[test]
    fn the_policy_gradient_finds_what_pays() {
        let plan = plan()
            .with_likelihood_rounds(0)
            .with_discriminator_rounds(0)
            .with_discriminator_steps(0);
        let plan = plan.with_generator_steps(5);
        let mut trainer = Trainer::new(game(plan).reward(Threes)).seed(7);
        trainer.run(even(), Budget::steps(30)).unwrap();
        let share: f32 = trainer.game().sample(200, 1).equal_elem(3).float().mean().into_scalar();
        assert!(share > 0.9, "{share}");
    }

    #[test]
    fn plans_and_data_that_cannot_work_are_errors() {
        let error = |game: SeqGan| {
            let outcome = Trainer::new(game).run(even(), Budget::steps(1));
            outcome.unwrap_err().to_string()
        };
        assert!(error(game(plan().with_rollouts(0))).contains("at least one of each"));
        assert!(error(game(plan().with_generator_steps(0))).contains("0 steps of the generator"));
        assert!(error(game(plan().with_lag(1.5))).contains("the lag of SeqGAN"));
        assert!(error(game(plan().with_decay(f64::INFINITY))).contains("the decay"));
        assert!(error(game(plan()).reward(RankGan::new().with_gamma(0.0))).contains("the sharpness of RankGAN"));
        assert!(error(game(plan()).reward(MaliGan::new().with_baseline(f64::NAN))).contains("the baseline of MaliGAN"));
        let unknown = Tensor::<2, Int>::from_data([[0, 1, 2, 3, 6]], &Device::default());
        let error_of_data = Trainer::new(game(plan()))
            .run(Repeat(unknown), Budget::steps(1))
            .unwrap_err();
        assert!(error_of_data.to_string().contains("one of 0 to 5"), "{error_of_data}");
        let longer = LstmGeneratorConfig::new(LstmPolicyConfig::new(6), 9).init(&Device::default().autodiff());
        let judge = TextDiscriminatorConfig::new(6, 9)
            .with_filters(vec![(2, 8)])
            .init(&Device::default().autodiff());
        assert!(error(SeqGan::new(longer, judge, plan())).contains("of 9 tokens"));
    }
}
