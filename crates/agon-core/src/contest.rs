use std::fmt;

use burn::optim::GradientsParams;
use burn::prelude::Tensor;

use crate::{
    AdversarialLoss, Augment, Augmentations, Bout, Discriminator, Memory, Penalty, Player, Result, Round, Said, Sample,
    Scored, Term,
};

/// What a discriminator and those it judges play for: an adversarial loss, and whatever is added to it.
///
/// ```text
/// judge:  L_D(D(T(real)), D(T(fake))) + terms + the penalties that are due
/// fool:   L_G(D(T(fake))) + terms
/// ```
///
/// `T`: the augmentations. [`Gan`](crate::Gan) has one, and a game of one's own that has one takes every loss, penalty,
/// term and augmentation.
///
/// # Example
/// A critic's turn and a generator's, with any penalty:
/// ```
/// use agon_core::{Contest, Discriminator, Generator, Player, Result, Round, Sample};
///
/// fn turns<G: Generator, D: Discriminator<Input = G::Output>>(
///     (generator, critic): (&mut Player<G>, &mut Player<D>),
///     contest: &mut Contest<D>,
///     real: &G::Output,
///     round: &mut Round,
/// ) -> Result<()> {
///     contest.check()?;
///     let codes = round.draw(&*generator.network().prior(), real.size());
///     let fake = generator.network().generate(codes);
///     contest.turn(critic, (real, &fake.detached()), round)?;
///     let loss = contest.fool(&critic.frozen(), &fake, Some(real), round);
///     generator.update(round, &loss);
///     Ok(())
/// }
/// ```
pub struct Contest<D: Discriminator> {
    pub(crate) loss: Box<dyn AdversarialLoss>,
    pub(crate) penalties: Vec<Box<dyn Penalty<D>>>,
    pub(crate) terms: Vec<Box<dyn Term<D>>>,
    pub(crate) augmentations: Augmentations<D::Input>,
    /// Turns of the discriminator so far; decides which penalties are due.
    judged: u64,
}

/// A discriminator's turn: its update is next, and then [`Contest::advance`].
#[must_use]
#[derive(Debug)]
pub struct Judgement {
    /// What the discriminator minimises.
    pub loss: Tensor<1>,
    /// The adversarial loss alone, without terms and penalties.
    pub bare: Tensor<1>,
    /// The scores of real samples, without a gradient.
    pub real: Tensor<2>,
    /// The scores of generated samples, without a gradient.
    pub fake: Tensor<2>,
}

/// A discriminator's turn that has begun: [`Contest::end`] ends it.
#[must_use]
pub struct Turn {
    gradients: GradientsParams,
    judgement: Judgement,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("judgement", &self.judgement)
            .finish_non_exhaustive()
    }
}

impl<D: Discriminator> Contest<D> {
    /// About this, and nothing more.
    pub fn new(loss: impl AdversarialLoss) -> Self {
        Self {
            loss: Box::new(loss),
            penalties: Vec::new(),
            terms: Vec::new(),
            augmentations: Augmentations::default(),
            judged: 0,
        }
    }

    /// Makes it about something else.
    pub fn set_loss(&mut self, loss: impl AdversarialLoss) {
        self.loss = Box::new(loss);
    }

    /// Adds a term to the discriminator's loss.
    pub fn add_penalty(&mut self, penalty: impl Penalty<D>) {
        self.penalties.push(Box::new(penalty));
    }

    /// Adds a term to both sides' losses.
    pub fn add_term(&mut self, term: impl Term<D>) {
        self.terms.push(Box::new(term));
    }

    /// Changes all samples before they are judged, on both sides, behind the changes there are.
    pub fn add_augmentation(&mut self, augmentation: impl Augment<D::Input>) {
        self.augmentations.push(augmentation);
    }

    /// What it is about.
    pub fn loss(&self) -> &dyn AdversarialLoss {
        &*self.loss
    }

    /// An error for settings that cannot work; games ask before every round.
    pub fn check(&self) -> Result<()> {
        self.loss.check()?;
        self.penalties.iter().try_for_each(|penalty| penalty.check())?;
        self.terms.iter().try_for_each(|term| term.check())?;
        self.augmentations.check()
    }

    /// Samples as the discriminator sees them; [`judge`](Self::judge) and [`fool`](Self::fool) ask for themselves.
    pub fn seen(&self, samples: &D::Input, round: &mut Round) -> D::Input {
        self.augmentations.augment(samples, round)
    }

    /// The discriminator's side. It notes `loss/discriminator`, scores, and what is added under its own name.
    pub fn judge(&mut self, discriminator: &D, real: &D::Input, fake: &D::Input, round: &mut Round) -> Judgement {
        let (real, fake) = (&self.seen(real, round), &self.seen(fake, round));
        let of_real = discriminator.discriminate(real.clone());
        let of_fake = discriminator.discriminate(fake.clone());
        let (real_scores, fake_scores) = (of_real.scores(), of_fake.scores());
        let bare = match self.loss.needs_samples() {
            true => {
                let samples = (real.rows().detach(), fake.rows().detach());
                self.loss
                    .discriminator_at(real_scores.clone(), fake_scores.clone(), samples)
            }
            false => self.loss.discriminator(real_scores.clone(), fake_scores.clone()),
        };
        round.measure("loss/discriminator", &bare);
        if let Some(sign) = self.loss.sign_of_real() {
            round.measure_scores(&real_scores, &fake_scores, sign);
        }
        let mut loss = bare.clone();
        for term in &self.terms {
            let value = term.discriminator(said(real, &of_real), said(fake, &of_fake));
            round.measure(format!("{}/discriminator", term.name()), &value);
            loss = loss + value;
        }
        let bout = Bout {
            discriminator,
            real,
            fake,
            real_scores: real_scores.clone(),
            fake_scores: fake_scores.clone(),
        };
        loss = self.penalized(loss, &bout, round);
        Judgement {
            loss,
            bare,
            real: real_scores.inner(),
            fake: fake_scores.inner(),
        }
    }

    /// A whole turn of the discriminator: it judges, learns, and whatever has a state follows. Answers with the scores of
    /// real samples.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn turn(
        &mut self,
        discriminator: &mut Player<D>,
        (real, fake): (&D::Input, &D::Input),
        round: &mut Round,
    ) -> Result<Tensor<2>> {
        let turn = self.begin(discriminator, (real, fake), round);
        let scores = turn.judgement.real.clone();
        self.end(discriminator, turn, round)?;
        Ok(scores)
    }

    /// The same turn up to its step, which waits for [`end`](Self::end): for players who move together.
    pub fn begin(
        &mut self,
        discriminator: &Player<D>,
        (real, fake): (&D::Input, &D::Input),
        round: &mut Round,
    ) -> Turn {
        let judgement = self.judge(discriminator.network(), real, fake, round);
        let gradients = discriminator.gradients(&judgement.loss);
        Turn { gradients, judgement }
    }

    /// The discriminator takes its step, and whatever has a state follows.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn end(&mut self, discriminator: &mut Player<D>, turn: Turn, round: &mut Round) -> Result<()> {
        discriminator.apply(round, turn.gradients);
        self.advance(turn.judgement, round)
    }

    fn penalized(&mut self, mut loss: Tensor<1>, bout: &Bout<'_, D>, round: &mut Round) -> Tensor<1> {
        for penalty in &mut self.penalties {
            let interval = penalty.interval().max(1);
            if !self.judged.is_multiple_of(interval) {
                continue;
            }
            let value = penalty.penalty(bout, round.random());
            round.measure(penalty.name(), &value);
            loss = loss + value * interval as f64;
            if !round.is_silent() {
                penalty.advance(bout);
            }
        }
        self.judged += u64::from(!round.is_silent());
        loss
    }

    /// The side of those who made `fake`, differentiable through it. The discriminator should be
    /// [frozen](crate::Player::frozen); real samples are looked at if the loss
    /// [needs them](AdversarialLoss::generator_needs_real), and may be left out otherwise. It notes `loss/generator`, and
    /// terms under their own names.
    ///
    /// # Panics
    /// If the loss needs real samples and there are none.
    pub fn fool(&self, discriminator: &D, fake: &D::Input, real: Option<&D::Input>, round: &mut Round) -> Tensor<1> {
        let wanted = self.loss.generator_needs_real();
        assert!(
            real.is_some() || !wanted,
            "the generator's side of {:?}: expected real samples, got none",
            self.loss
        );
        let fake = &self.seen(fake, round);
        let real = real.filter(|_| wanted).map(|real| self.seen(real, round));
        let real_scores = real.map(|real| discriminator.discriminate(real).scores());
        let of_fake = discriminator.discriminate(fake.clone());
        let mut loss = self.loss.generator(of_fake.scores(), real_scores);
        round.measure("loss/generator", &loss);
        for term in &self.terms {
            let value = term.generator(said(fake, &of_fake));
            round.measure(format!("{}/generator", term.name()), &value);
            loss = loss + value;
        }
        loss
    }

    /// Lets augmentations and a loss with a state follow, once the discriminator has learned, unless it was a look ahead.
    ///
    /// # Errors
    /// Those of an augmentation that cannot follow.
    pub fn advance(&mut self, judgement: Judgement, round: &mut Round) -> Result<()> {
        self.augmentations.advance(&judgement.real, round)?;
        if !round.is_silent() {
            self.loss.advance(judgement.real, judgement.fake);
        }
        Ok(())
    }

    /// The state to keep in a checkpoint; a game with several contests [nests](Memory::nest) each under a name of its own.
    pub fn memory(&self) -> Memory {
        let memory = Memory::new()
            .with("judged", [self.judged as f64])
            .nest("loss", self.loss.memory());
        let penalties = self.penalties.iter().enumerate();
        let memory = penalties.fold(memory, |memory, (i, penalty)| {
            memory.nest(&format!("penalty{i}"), penalty.memory())
        });
        self.augmentations.remember(memory)
    }

    /// Takes that state back.
    pub fn recall(&mut self, memory: &Memory) {
        let judged = memory.get("judged").and_then(|judged| judged.first().copied());
        self.judged = judged.map_or(0, |judged| judged as u64);
        self.loss.recall(&memory.nested("loss"));
        for (i, penalty) in self.penalties.iter_mut().enumerate() {
            penalty.recall(&memory.nested(&format!("penalty{i}")));
        }
        self.augmentations.recall(memory);
    }
}

fn said<'a, D: Discriminator>(samples: &'a D::Input, output: &'a D::Output) -> Said<'a, D> {
    Said { samples, output }
}

/// What was set, without what changes in a run.
impl<D: Discriminator> fmt::Debug for Contest<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contest")
            .field("loss", &self.loss)
            .field("penalties", &self.penalties)
            .field("terms", &self.terms)
            .field("augmentations", &self.augmentations)
            .finish()
    }
}
