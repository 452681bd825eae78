//! A judge's turn and the turn of those who are judged, with any adversarial loss.

use agon_core::{AdversarialLoss, Discriminator, Error, Result, Round, Sample, Scored};
use burn::prelude::{Device, Tensor};

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

/// An error unless codes that `who` finds have as many numbers as those that are drawn.
pub(crate) fn expect_code(who: &str, drawn: &Tensor<2>, found: &Tensor<2>) -> Result<()> {
    let (drawn, found) = (drawn.dims()[1], found.dims()[1]);
    let expected = format!("{drawn} numbers, as many as the generator's code has");
    Error::unless(drawn == found, who, expected, found)
}

/// An error unless the loss plays without a state and without real scores on the generator's side, and is the same for
/// scores `(s, t)` and `(-t, -s)`.
pub(crate) fn expect_mirror(what: &str, loss: &dyn AdversarialLoss, round: &Round) -> Result<()> {
    let fits = !loss.generator_needs_real() && !loss.needs_samples() && loss.memory().is_empty();
    let fits = fits && is_mirror(loss, &round.device().clone().inner())?;
    let expected = "one that mirrors scores s and -s, without a state, whose generator needs no real scores";
    Error::unless(fits, what, expected, format!("{loss:?}"))
}

/// Whether a discriminator's loss is the same for `(s, t)` and for `(-t, -s)`.
fn is_mirror(loss: &dyn AdversarialLoss, device: &Device) -> Result<bool> {
    // Two scores of each sample, since there are losses that want two.
    let scores = |[a, b]: [f64; 2]| Tensor::<2>::from_data([[a, b], [b, a]], device);
    let (s, t) = (scores([0.7, -1.3]), scores([2.1, 0.4]));
    let there = loss.discriminator(s.clone(), t.clone());
    let back = loss.discriminator(-t, -s);
    let apart: Vec<f64> = (there.clone() - back)
        .abs()
        .div(there.abs() + 1.0)
        .try_into_vec_as()
        .map_err(|error| Error::Device(error.to_string()))?;
    Ok(apart.iter().all(|apart| *apart < 1e-4))
}
