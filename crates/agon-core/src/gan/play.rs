use burn::prelude::Tensor;

use super::{Fakes, Gan};
use crate::{Bout, Discriminator, Feed, Generator, Result, Round, Said, Sample, Scored};

/// What lies on the table in one round.
pub(super) struct Table<S> {
    pub real: S,
    /// Samples with a path back to the generator, waiting for its turn.
    pub fake: Option<S>,
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Gan<G, D> {
    pub(super) fn alternate(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        let mut table = Table {
            real: data.next_batch()?,
            fake: None,
        };
        if self.turns.generator_first {
            self.generator_turns(&mut table, round);
        }
        for turn in 0..self.turns.discriminator {
            if turn > 0 {
                table.real = data.next_batch()?;
            }
            let shares = self.fakes == Fakes::Shared && turn + 1 == self.turns.discriminator;
            self.discriminator_turn(&mut table, shares && !self.turns.generator_first, round)?;
        }
        if !self.turns.generator_first {
            self.generator_turns(&mut table, round);
        }
        Ok(())
    }

    /// Both gradients at the same weights, then both steps.
    pub(super) fn move_together(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        let real = data.next_batch()?;
        let fake = self.generate(real.size(), round);
        let for_discriminator = match self.fakes {
            Fakes::Shared => fake.detached(),
            Fakes::Fresh => self.generate_untracked(real.size(), round),
        };
        let judgement = self.judge(&real, &for_discriminator, round);
        let generator_loss = self.generator_loss(&fake, &real, round);
        let discriminator_gradients = self.discriminator.gradients(&judgement.loss);
        let generator_gradients = self.generator.gradients(&generator_loss);
        self.discriminator.apply(round, discriminator_gradients);
        self.generator.apply(round, generator_gradients);
        self.advance(judgement, round)
    }

    fn discriminator_turn(&mut self, table: &mut Table<G::Output>, shares: bool, round: &mut Round) -> Result<()> {
        let fake = if shares && self.turns.generator > 0 {
            let fake = self.generate(table.real.size(), round);
            table.fake.insert(fake).detached()
        } else {
            self.generate_untracked(table.real.size(), round)
        };
        let judgement = self.judge(&table.real, &fake, round);
        self.discriminator.update(round, &judgement.loss);
        self.advance(judgement, round)
    }

    /// Lets what has a state move on, unless the step was a look ahead.
    fn advance(&mut self, judgement: Judgement, round: &mut Round) -> Result<()> {
        self.augmentations.advance(&judgement.real, round)?;
        if !round.is_silent() {
            self.loss.advance(judgement.real, judgement.fake);
        }
        Ok(())
    }

    fn generator_turns(&mut self, table: &mut Table<G::Output>, round: &mut Round) {
        for _ in 0..self.turns.generator {
            let fake = match table.fake.take() {
                Some(fake) => fake,
                None => self.generate(table.real.size(), round),
            };
            let loss = self.generator_loss(&fake, &table.real, round);
            self.generator.update(round, &loss);
        }
    }

    pub(super) fn generate(&self, n: usize, round: &mut Round) -> G::Output {
        let codes = round.draw(&*self.prior, n);
        self.generator.network().generate(codes)
    }

    pub(super) fn generate_untracked(&self, n: usize, round: &mut Round) -> G::Output {
        let codes = round.draw(&*self.prior, n);
        self.generator.frozen().generate(codes).detached()
    }

    /// The discriminator's loss: the contest and the penalties that are due.
    pub(super) fn judge(&mut self, real: &G::Output, fake: &G::Output, round: &mut Round) -> Judgement {
        round.measure_spreads(real, fake);
        let (real, fake) = (self.seen(real, round), self.seen(fake, round));
        let discriminator = self.discriminator.network();
        let (of_real, of_fake) = (
            discriminator.discriminate(real.clone()),
            discriminator.discriminate(fake.clone()),
        );
        let (real_scores, fake_scores) = (of_real.scores(), of_fake.scores());
        let mut loss = self.contest(real_scores.clone(), fake_scores.clone(), &real, &fake);
        round.measure("loss/discriminator", &loss);
        if let Some(sign) = self.loss.sign_of_real() {
            round.measure_scores(&real_scores, &fake_scores, sign);
        }
        for term in &self.terms {
            let value = term.discriminator(said(&real, &of_real), said(&fake, &of_fake));
            round.measure(format!("{}/discriminator", term.name()), &value);
            loss = loss + value;
        }
        let bout = Bout {
            discriminator,
            real: &real,
            fake: &fake,
            real_scores: real_scores.clone(),
            fake_scores: fake_scores.clone(),
        };
        for penalty in &mut self.penalties {
            let interval = penalty.interval().max(1);
            if self.judged.is_multiple_of(interval) {
                let term = penalty.penalty(&bout, round.random());
                round.measure(penalty.name(), &term);
                loss = loss + term * interval as f64;
            }
        }
        self.judged += u64::from(!round.is_silent());
        Judgement {
            loss,
            real: real_scores.inner(),
            fake: fake_scores.inner(),
        }
    }

    /// The discriminator's side of the loss, without penalties.
    fn contest(&self, real_scores: Tensor<2>, fake_scores: Tensor<2>, real: &G::Output, fake: &G::Output) -> Tensor<1> {
        if self.loss.needs_samples() {
            let samples = (real.rows().detach(), fake.rows().detach());
            self.loss.discriminator_at(real_scores, fake_scores, samples)
        } else {
            self.loss.discriminator(real_scores, fake_scores)
        }
    }

    /// The generator's loss, differentiable through `fake`; the discriminator learns nothing from it.
    pub(super) fn generator_loss(&mut self, fake: &G::Output, real: &G::Output, round: &mut Round) -> Tensor<1> {
        let fake = self.seen(fake, round);
        if let Some(unroll) = self.unroll {
            let real = self.seen(real, round);
            let inner = unroll.inner(self.discriminator.optimizer());
            let player = &self.discriminator;
            let discriminator = (player.network(), |network| player.enforced(network));
            let foreseen = unroll.foresee(inner, &*self.loss, discriminator, (&real, &fake));
            round.measure("loss/generator", &foreseen.value);
            return foreseen.surrogate;
        }
        let discriminator = self.discriminator.frozen();
        let real_scores = self.loss.generator_needs_real().then(|| {
            let real = self.seen(real, round);
            discriminator.discriminate(real).scores()
        });
        let of_fake = discriminator.discriminate(fake.clone());
        let mut loss = self.loss.generator(of_fake.scores(), real_scores);
        round.measure("loss/generator", &loss);
        for term in &self.terms {
            let value = term.generator(said(&fake, &of_fake));
            round.measure(format!("{}/generator", term.name()), &value);
            loss = loss + value;
        }
        loss
    }

    /// Samples as the discriminator sees them.
    pub(super) fn seen(&self, samples: &G::Output, round: &mut Round) -> G::Output {
        self.augmentations.augment(samples, round)
    }
}

fn said<'a, D: Discriminator>(samples: &'a D::Input, output: &'a D::Output) -> Said<'a, D> {
    Said { samples, output }
}

/// A discriminator's turn before its update.
pub(super) struct Judgement {
    pub loss: Tensor<1>,
    pub real: Tensor<2>,
    pub fake: Tensor<2>,
}
