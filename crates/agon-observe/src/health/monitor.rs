use std::collections::BTreeMap;

use agon_core::{Error, Game, Level, Moment, Observer, Result, Sample, Signal, Wishes};
use burn::prelude::Tensor;

use super::detector::Verdict;
use super::remedy::{Remedy, SlowDown};
use super::samples::{FeaturesOf, NoSamples, SampleFeatures, projected};
use super::state::State;
use super::symptom::{Limit, Symptom, Trouble};
use super::treatment::{Case, SOURCE, treat};
use super::vitals;

/// Samples seen by random projections.
type Projections<T> = FeaturesOf<T, fn(&T) -> Tensor<2>>;

/// Watches whether training goes well, and does something about it when it does not.
///
/// Every ten rounds it looks at figures that a game measures on wish ([`Wish`](agon_core::Wish)): how much generated samples
/// spread beside real ones and how many are twins, how well the discriminator tells both apart, how large
/// gradients and weights are. A figure is smoothed over some five looks; when it stays beyond its limit for all
/// of the patience, that is an alarm: a [`Note`](agon_core::Note) for the other observers, and the remedies you
/// picked. It is over when the figure is back behind a second limit. [`Symptom`] says what the limits are and why.
///
/// NaN and infinity are found by the trainer's [`Guard`](agon_core::Guard), as always, and end the run unless
/// [`Trouble::NotFinite`] is to be treated by going back.
///
/// What a game does not measure is not looked at: [`Gan`](agon_core::Gan) measures all of it, a game of your own
/// by [`Round::measure_scores`](agon_core::Round::measure_scores) and
/// [`Round::measure_spreads`](agon_core::Round::measure_spreads), and its players' gradients and weights measure
/// themselves.
///
/// Everything it knows is in the checkpoints, so that a run that was resumed sees and does the same as one that
/// never was.
///
/// # Errors
/// [`Error::Unhealthy`] when going back has been tried as often as it may, or there is no checkpoint to go
/// back to.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Trainer};
/// use agon_core::Checkpoints;
/// use agon_observe::{Health, Remedy, SlowDown, Trouble};
///
/// # fn example(game: impl Game + 'static) {
/// let health = Health::new()
///     .on(Trouble::Collapse, [Remedy::RollBack, SlowDown::by(0.5).into()])
///     .on(Trouble::NotFinite, [Remedy::RollBack, SlowDown::by(0.1).into()])
///     .on(Trouble::DiscriminatorWins, SlowDown::by(0.5).only("discriminator"))
///     .on(Trouble::Divergence, Remedy::Stop);
/// Trainer::new(game)
///     .observe(health)
///     .observe(Checkpoints::every(500).keep(5).to("out/checkpoints"));
/// # }
/// ```
#[derive(Debug)]
pub struct Health<S = NoSamples> {
    every: u64,
    patience: u64,
    grace: u64,
    limits: BTreeMap<Symptom, Limit>,
    remedies: BTreeMap<Trouble, Vec<Remedy>>,
    most_roll_backs: u64,
    samples: S,
    samples_every: u64,
    state: State,
    /// Whether it was said that there is nothing to see.
    blind: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// Looks every 10 rounds, with a patience of 300, and warns.
    pub fn new() -> Self {
        Self {
            every: 10,
            patience: 300,
            grace: 300,
            limits: Symptom::ALL.map(|symptom| (symptom, symptom.limit())).into(),
            remedies: BTreeMap::new(),
            most_roll_backs: 3,
            samples: NoSamples,
            samples_every: 20,
            state: State::default(),
            blind: false,
        }
    }

    /// Also draws samples, as many as `real` has and as one would use the generator (averaged, if an average is
    /// kept, and without the statistics of a batch), every 20 rounds, and compares them with the real ones by random
    /// projections. Batch norm keeps the batches of a collapsed generator apart, but not such samples.
    ///
    /// What it sees is noted as `samples/spread`, `samples/crowding` and `samples/duplicates`, for observers that come
    /// after it.
    pub fn beside<T: Sample>(self, real: &T) -> Health<Projections<T>> {
        self.beside_features(real, projected)
    }

    /// The same by any features, `[batch, features]`: those of a classifier, say.
    pub fn beside_features<T: Sample, F>(self, real: &T, features: F) -> Health<FeaturesOf<T, F>>
    where
        F: FnMut(&T) -> Tensor<2>,
    {
        Health {
            every: self.every,
            patience: self.patience,
            grace: self.grace,
            limits: self.limits,
            remedies: self.remedies,
            most_roll_backs: self.most_roll_backs,
            samples: FeaturesOf::new(real, features),
            samples_every: self.samples_every,
            state: self.state,
            blind: self.blind,
        }
    }
}

impl<S> Health<S> {
    /// Looks every so many rounds.
    pub fn every(mut self, rounds: u64) -> Self {
        self.every = rounds;
        self
    }

    /// How long a figure must stay beyond its limit. Too short, and every swing of the contest is an alarm.
    pub fn patience(mut self, rounds: u64) -> Self {
        self.patience = rounds;
        self
    }

    /// How many rounds at the beginning are not judged: an untrained generator makes the same everywhere, and
    /// any discriminator sees through it. 300 unless said otherwise.
    pub fn grace(mut self, rounds: u64) -> Self {
        self.grace = rounds;
        self
    }

    /// Draws samples every so many rounds, if there are real ones to compare them with.
    pub fn samples_every(mut self, rounds: u64) -> Self {
        self.samples_every = rounds;
        self
    }

    /// From where on a figure is a sign of trouble, and from where on it no longer is. `ill < well` where small
    /// figures are bad, `ill > well` where large ones are.
    pub fn limit(mut self, symptom: Symptom, ill: f64, well: f64) -> Self {
        self.limits.insert(symptom, Limit { ill, well });
        self
    }

    /// Does not look at this figure.
    pub fn without(mut self, symptom: Symptom) -> Self {
        self.limits.remove(&symptom);
        self
    }

    /// What is done about a trouble, besides warning. If it lasts, it is done again, each time after all of the
    /// patience.
    pub fn on(mut self, trouble: Trouble, remedies: impl Into<Vec<Remedy>>) -> Self {
        self.remedies.insert(trouble, remedies.into());
        self
    }

    /// How often the run may go back to a checkpoint before it is given up; 3 times unless said otherwise.
    pub fn at_most(mut self, roll_backs: u64) -> Self {
        self.most_roll_backs = roll_backs;
        self
    }

    fn remedies(&self, trouble: Trouble) -> &[Remedy] {
        self.remedies.get(&trouble).map(Vec::as_slice).unwrap_or_default()
    }

    fn check(&self) -> Result<()> {
        for (what, rounds) in [("looks", self.every), ("samples", self.samples_every)] {
            if rounds == 0 {
                return Err(Error::config(
                    format!("the rounds between two {what} of `Health`"),
                    "at least 1",
                    0,
                ));
            }
        }
        for (symptom, limit) in &self.limits {
            if !(limit.ill.is_finite() && limit.well.is_finite()) || limit.ill == limit.well {
                let got = format!("{} and {}", limit.ill, limit.well);
                return Err(Error::config(
                    format!("the limits of {symptom:?}"),
                    "two different numbers",
                    got,
                ));
            }
        }
        self.remedies.values().flatten().try_for_each(|remedy| match remedy {
            Remedy::SlowDown(how) => check_slow_down(how),
            _ => Ok(()),
        })
    }
}

fn check_slow_down(how: &SlowDown) -> Result<()> {
    if !(how.factor > 0.0 && how.factor < 1.0) {
        return Err(Error::config(
            "the factor of `SlowDown`",
            "a number between 0 and 1",
            how.factor,
        ));
    }
    if !(0.0..=1.0).contains(&how.floor) {
        return Err(Error::config(
            "the floor of `SlowDown`",
            "a number from 0 to 1",
            how.floor,
        ));
    }
    Ok(())
}

impl<S> Health<S> {
    fn vitals<G: Game>(&mut self, moment: &mut Moment<'_, G>) -> Result<Vec<vitals::Vital>>
    where
        S: SampleFeatures<G>,
    {
        let mut all = Vec::new();
        if moment.step.is_multiple_of(self.every) {
            all = self.state.baselines.vitals(moment.step, moment.figures)?;
        }
        if moment.step.is_multiple_of(self.samples_every)
            && let Some(diversity) = self.samples.diversity(moment.game)?
        {
            let seen = vitals::of_samples(&diversity)?;
            for (symptom, _, value) in &seen {
                if let Some(name) = symptom.of_samples() {
                    moment.figures.add_known(name, *value);
                }
            }
            all.extend(seen);
        }
        Ok(all)
    }

    /// Looks at all figures; answers the troubles that want to be treated.
    fn look<G: Game>(&mut self, moment: &mut Moment<'_, G>) -> Result<Vec<Case>>
    where
        S: SampleFeatures<G>,
    {
        let mut cases: Vec<Case> = Vec::new();
        let vitals = self.vitals(moment)?;
        if moment.step <= self.grace {
            return Ok(cases);
        }
        if vitals.is_empty() && !std::mem::replace(&mut self.blind, true) {
            moment.note(
                Level::Warning,
                SOURCE,
                "the game measures nothing that could be looked at",
            );
        }
        for (symptom, player, value) in vitals {
            let Some(limit) = self.limits.get(&symptom) else {
                continue;
            };
            let trouble = symptom.trouble();
            let detector = self.state.detector(symptom, &player);
            let verdict = detector.look(moment.step, value, *limit, self.patience);
            let says = symptom.says(detector.value(), &player);
            match verdict {
                Verdict::Quiet => {}
                Verdict::Suspicious => moment.note(Level::Warning, SOURCE, says),
                Verdict::Recovered if self.state.is_ill(trouble) => {}
                Verdict::Recovered => moment.note(Level::Info, SOURCE, format!("well again: {says}")),
                Verdict::Ill { since } if !cases.iter().any(|case| case.trouble == trouble) => {
                    // Smoothed figures are some looks late.
                    let since = since.saturating_sub(10 * self.every);
                    cases.push(Case { trouble, since, says });
                }
                Verdict::Ill { .. } => {}
            }
        }
        let now = moment.step;
        cases.retain(|case| self.state.is_due(case.trouble, now, self.patience));
        Ok(cases)
    }

    /// Does what is to be done about a case; answers whether the game went back to a checkpoint.
    fn treat<G: Game>(&mut self, moment: &mut Moment<'_, G>, case: &Case) -> Result<(Signal, bool)> {
        self.state.treated(case.trouble, moment.step);
        self.state.roll_backs.most = self.most_roll_backs;
        self.state.roll_backs.patience = self.patience;
        let remedies = self.remedies(case.trouble).to_vec();
        let (signal, went_back) = treat(moment, case, &remedies, &mut self.state.roll_backs)?;
        if went_back {
            self.state.forget_figures();
        }
        Ok((signal, went_back))
    }
}

impl<G: Game, S: SampleFeatures<G>> Observer<G> for Health<S> {
    fn wishes(&self) -> Wishes {
        let wishes = self.limits.keys().map(|symptom| symptom.wishes());
        wishes.fold(Wishes::none(), Wishes::and).every(self.every)
    }

    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.check()?;
        self.state = moment.remembered(SOURCE).map(State::recall).unwrap_or_default();
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        if !moment.step.is_multiple_of(self.every) && !moment.step.is_multiple_of(self.samples_every) {
            return Ok(Signal::Continue);
        }
        let mut signal = Signal::Continue;
        for case in self.look(moment)? {
            let (wanted, went_back) = self.treat(moment, &case)?;
            if signal == Signal::Continue {
                signal = wanted;
            }
            if went_back {
                break;
            }
        }
        moment.remember(SOURCE, self.state.memory());
        Ok(signal)
    }

    fn mend(&mut self, moment: &mut Moment<'_, G>, error: &Error) -> Result<bool> {
        let Error::NotFinite { round, name, value } = error else {
            return Ok(false);
        };
        let case = Case {
            trouble: Trouble::NotFinite,
            since: *round,
            says: format!("`{name}` is {value} since round {round}"),
        };
        let (_, went_back) = self.treat(moment, &case)?;
        moment.remember(SOURCE, self.state.memory());
        Ok(went_back)
    }
}
