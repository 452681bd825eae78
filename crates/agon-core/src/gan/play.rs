use burn::prelude::Tensor;

use super::{Fakes, Gan};
use crate::{Discriminator, Feed, Generator, Result, Round, Sample};

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
        round.measure_spreads(&real, &for_discriminator);
        let turn = self
            .contest
            .begin(&self.discriminator, (&real, &for_discriminator), round);
        let loss = self.generator_loss(&fake, &real, round);
        let gradients = self.generator.gradients(&loss);
        self.contest.end(&mut self.discriminator, turn, round)?;
        self.generator.apply(round, gradients);
        Ok(())
    }

    fn discriminator_turn(&mut self, table: &mut Table<G::Output>, shares: bool, round: &mut Round) -> Result<()> {
        let fake = if shares && self.turns.generator > 0 {
            let fake = self.generate(table.real.size(), round);
            table.fake.insert(fake).detached()
        } else {
            self.generate_untracked(table.real.size(), round)
        };
        round.measure_spreads(&table.real, &fake);
        self.contest
            .turn(&mut self.discriminator, (&table.real, &fake), round)?;
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

    /// The generator's loss, differentiable through `fake`; the discriminator learns nothing from it.
    pub(super) fn generator_loss(&mut self, fake: &G::Output, real: &G::Output, round: &mut Round) -> Tensor<1> {
        if let Some(unroll) = self.unroll {
            let [fake, real] = [fake, real].map(|samples| self.contest.seen(samples, round));
            let inner = unroll.inner(self.discriminator.optimizer());
            let player = &self.discriminator;
            let discriminator = (player.network(), |network| player.enforced(network));
            let foreseen = unroll.foresee(inner, self.contest.loss(), discriminator, (&real, &fake));
            round.measure("loss/generator", &foreseen.value);
            return foreseen.surrogate;
        }
        self.contest.fool(&self.discriminator.frozen(), fake, Some(real), round)
    }
}
