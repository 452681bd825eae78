use std::borrow::Cow;

use burn::prelude::{Device, Tensor};

use crate::random::{self, Random};
use crate::{Measurements, Prior};

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
    silent: bool,
}

impl Round {
    /// Round number `step` (the first is 1) of the run with this seed.
    pub fn new(step: u64, seed: u64, device: Device) -> Self {
        let seed = random::mix(seed, step);
        random::begin_round(&device, seed);
        Self {
            step,
            device,
            random: random::stream(seed, 0),
            measurements: Measurements::default(),
            silent: false,
        }
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
            self.measurements.add(name, value.clone());
        }
    }

    /// Notes a figure which is known already.
    pub fn measure_known(&mut self, name: impl Into<Cow<'static, str>>, value: f64) {
        if !self.silent {
            self.measurements.add_known(name, value);
        }
    }

    /// Plays without noting figures: for steps that are taken only to look ahead.
    pub(crate) fn silently<T>(&mut self, play: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.silent, true);
        let result = play(self);
        self.silent = before;
        result
    }

    /// Whether this is a look ahead, which leaves no trace.
    pub(crate) fn is_silent(&self) -> bool {
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
