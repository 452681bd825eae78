use std::borrow::Cow;

use burn::prelude::{Device, Tensor};

use crate::random::{self, DeviceGenerator, Random};
use crate::{Diversity, Measurements, Prior, Sample, Wish, Wishes};

/// The context of one round of a game: its number, its randomness, and where its figures go.
///
/// Everything random comes from `(seed, step)`, so a round is the same whether the run came to it or was
/// resumed there.
#[derive(Debug)]
pub struct Round {
    step: u64,
    device: Device,
    random: Random,
    measurements: Measurements,
    wishes: Wishes,
    silent: bool,
    /// What figures are called before their own names.
    scope: String,
    _generator: DeviceGenerator,
}

impl Round {
    /// Round number `step` (the first is 1) of the run with this seed.
    pub fn new(step: u64, seed: u64, device: Device) -> Self {
        let seed = random::mix(seed, step);
        let generator = random::begin_round(&device, seed);
        Self {
            step,
            device,
            random: random::stream(seed, 0),
            measurements: Measurements::default(),
            wishes: Wishes::none(),
            silent: false,
            scope: String::new(),
            _generator: generator,
        }
    }

    /// With these wishes for figures.
    pub fn wishing(mut self, wishes: Wishes) -> Self {
        self.wishes = wishes;
        self
    }

    /// The number of the round, from 1.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The device of the run, with autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The round's randomness.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// Draws `n` codes.
    pub fn draw<C: 'static>(&mut self, prior: &dyn Prior<Code = C>, n: usize) -> C {
        prior.draw(n, &mut self.random, &self.device)
    }

    /// Notes a figure. Nothing is read from the device until somebody looks.
    pub fn measure(&mut self, name: impl Into<Cow<'static, str>>, value: &Tensor<1>) {
        if !self.silent {
            let name = self.scoped(name.into());
            self.measurements.add(name, value.clone());
        }
    }

    /// Notes a figure which is known already.
    pub fn measure_known(&mut self, name: impl Into<Cow<'static, str>>, value: f64) {
        if !self.silent {
            let name = self.scoped(name.into());
            self.measurements.add_known(name, value);
        }
    }

    /// Whether somebody would like to have this measured.
    pub fn wants(&self, wish: Wish) -> bool {
        !self.silent && self.wishes.wants(wish, self.step)
    }

    /// Notes how the discriminator judges, if [somebody wants it](Wish::Scores). `sign` is
    /// [that of real samples](crate::AdversarialLoss::sign_of_real).
    ///
    /// # Shapes
    /// Both `[batch, scores]`.
    pub fn measure_scores(&mut self, real: &Tensor<2>, fake: &Tensor<2>, sign: f64) {
        if !self.wants(Wish::Scores) {
            return;
        }
        let of_member = |scores: &Tensor<2>| scores.clone().inner().mean_dim(1);
        let (real, fake) = (of_member(real), of_member(fake));
        let (real_mean, fake_mean) = (real.clone().mean(), fake.clone().mean());
        let middle = (real_mean.clone() + fake_mean.clone()).mul_scalar(0.5).unsqueeze();
        // The mean sign of distances to the middle: ties count half.
        let above = (real - middle.clone()).sign().mean() - (fake - middle).sign().mean();
        self.measure("score/real", &real_mean);
        self.measure("score/fake", &fake_mean);
        self.measure("score/separation", &above.mul_scalar(0.25 * sign).add_scalar(0.5));
    }

    /// Notes how much the members of both batches differ among themselves, if [somebody wants it](Wish::Spreads) and it
    /// can be said: of two and more, of one shape.
    pub fn measure_spreads<S: Sample>(&mut self, real: &S, fake: &S) {
        if !self.wants(Wish::Spreads)
            || real.size() < 2
            || fake.size() < 2
            || real.member_shape() != fake.member_shape()
        {
            return;
        }
        for (name, figure) in Diversity::of(real.rows(), fake.rows()).figures() {
            self.measure(name, figure);
        }
    }

    /// Plays a part of a game whose figures are called `scope/..`, so that those of equal parts stay apart. What players
    /// measure of themselves bears their own names, and keeps them.
    pub fn within<T>(&mut self, scope: &str, play: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.len();
        self.scope.push_str(scope);
        self.scope.push('/');
        let result = play(self);
        self.scope.truncate(outer);
        result
    }

    /// Plays a part whose figures have names of their own, whatever it is a part of.
    pub(crate) fn outside<T>(&mut self, play: impl FnOnce(&mut Self) -> T) -> T {
        let scope = std::mem::take(&mut self.scope);
        let result = play(self);
        self.scope = scope;
        result
    }

    fn scoped(&self, name: Cow<'static, str>) -> Cow<'static, str> {
        match self.scope.is_empty() {
            true => name,
            false => format!("{}{name}", self.scope).into(),
        }
    }

    /// Plays without noting figures: for steps that are taken only to look ahead.
    pub(crate) fn silently<T>(&mut self, play: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.silent, true);
        let result = play(self);
        self.silent = before;
        result
    }

    /// Whether this is only a look ahead, which has to leave no trace.
    ///
    /// [`Extragradient`](crate::Extragradient) plays a round twice, and only the second counts. Players take their
    /// first steps back, and figures are not noted; a game which keeps more than that between rounds (a counter, a running
    /// mean, a pool of samples) leaves it as it is when this is so.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// The figures noted so far.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    pub(crate) fn into_measurements(self) -> Measurements {
        self.measurements
    }
}
