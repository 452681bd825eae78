//! A judge's turn and the turn of those who are judged, with any adversarial loss.

use agon_core::{AdversarialLoss, Discriminator, Round, Sample, Scored};
use burn::prelude::Tensor;

/// A judge's loss, and the scores that led to it.
pub(crate) struct Judgement {
    pub loss: Tensor<1>,
    pub real: Tensor<2>,
    fake: Tensor<2>,
}

impl Judgement {
    /// The judge's side of the contest.
    pub fn of<D: Discriminator>(contest: &dyn AdversarialLoss, judge: &D, real: &D::Input, fake: &D::Input) -> Self {
        let scores = |samples: &D::Input| judge.discriminate(samples.clone()).scores();
        let rows = (real.rows().detach(), fake.rows().detach());
        Self::of_scores(contest, [scores(real), scores(fake)], rows)
    }

    /// The same, where somebody has the scores and the rows of the samples already.
    pub fn of_scores(
        contest: &dyn AdversarialLoss,
        [real, fake]: [Tensor<2>; 2],
        rows: (Tensor<2>, Tensor<2>),
    ) -> Self {
        let loss = match contest.needs_samples() {
            true => contest.discriminator_at(real.clone(), fake.clone(), rows),
            false => contest.discriminator(real.clone(), fake.clone()),
        };
        let (real, fake) = (real.inner(), fake.inner());
        Self { loss, real, fake }
    }

    /// Notes how the judge told samples apart.
    pub fn measure(&self, contest: &dyn AdversarialLoss, round: &mut Round) {
        if let Some(sign) = contest.sign_of_real() {
            round.measure_scores(&self.real, &self.fake, sign);
        }
    }

    /// Lets a loss with a state follow, once the judge has learned, unless it was a look ahead.
    pub fn advance(self, contest: &mut dyn AdversarialLoss, round: &Round) {
        if !round.is_silent() {
            contest.advance(self.real, self.fake);
        }
    }
}

/// What those who made `fake` minimise; the judge should be frozen.
pub(crate) fn fooled<D: Discriminator>(
    contest: &dyn AdversarialLoss,
    judge: &D,
    fake: &D::Input,
    real: &D::Input,
) -> Tensor<1> {
    let scores = |samples: &D::Input| judge.discriminate(samples.clone()).scores();
    let real = contest.generator_needs_real().then(|| scores(real));
    contest.generator(scores(fake), real)
}
