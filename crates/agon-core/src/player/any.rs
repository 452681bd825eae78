use burn::module::Module;
use burn::prelude::Device;

use super::{Anchor, Place, Player};
use crate::checkpoint::{Entry, Reader, Writer};
use crate::derivative::Buffers;
use crate::digest::digest;
use crate::{Error, Optimizer, Result, random, weights};

/// What the trainer, checkpoints and min-max methods do with a player, whatever its network.
pub trait AnyPlayer: Send {
    /// What checkpoints and measurements call it.
    fn name(&self) -> &str;

    /// The device its network lives on.
    fn device(&self) -> Device;

    /// Draws initial weights from the seed, applies reparameterizations, checks the settings. Weights that
    /// have values keep them; the second call does nothing.
    fn initialize(&mut self, seed: u64) -> Result<()>;

    /// Learns by another optimizer.
    fn set_optimizer(&mut self, optimizer: Optimizer);

    /// Steps taken so far.
    fn steps(&self) -> u64;

    /// How many updates make a step.
    fn updates_per_step(&self) -> u64;

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// What its learning rate is multiplied by; 1 unless it was told otherwise.
    fn pace(&self) -> f64;

    /// Multiplies its learning rate, and that of the rounds to come, by this factor instead. Checkpoints keep it.
    fn set_pace(&mut self, pace: f64);

    /// Multiplies its learning rate by this factor besides, for the rounds to come. Checkpoints do not keep it: it follows
    /// from the round.
    fn set_pacing(&mut self, factor: f64);

    /// What it is and how it learns, as manifests say it.
    fn entry(&self) -> Entry;

    /// How many numbers its network learns.
    fn parameters(&self) -> usize;

    /// A SHA-256 of all values of its network, averaged if it keeps an average; this reads from the device. Equal
    /// networks have equal digests.
    fn digest(&self) -> Result<String>;

    /// Whether all that its network records (weights, running statistics) are finite numbers; this reads from the device.
    fn is_finite(&self) -> Result<bool>;

    /// How it learns, in words for people.
    fn learns_by(&self) -> String;

    /// The values of its trained weights by their paths in the network; this reads from the device.
    fn weights(&self) -> Result<Vec<(String, Vec<f32>)>>;

    /// Writes all that is needed to go on, and the network as one would use it.
    fn save(&self, writer: &mut Writer) -> Result<Entry>;

    /// Reads what [`save`](Self::save) wrote. The player stays as it is until what comes back is called, which cannot
    /// fail: either all players of a game change or none does.
    fn load<'a>(&'a mut self, reader: &Reader) -> Result<Box<dyn FnOnce() + 'a>>;

    /// From here on steps are a look ahead, and show once they have [`come_back`](Self::come_back).
    fn leave(&mut self);

    /// The next step starts from where [`leave`](Self::leave) was called, along a gradient at the place ahead, and shows
    /// once they [`settle`](Self::settle). Answers how often it has learned since.
    fn come_back(&mut self) -> u64;

    /// Ends a look ahead, whatever came of it: who has taken a step since is there, who has not where
    /// [`leave`](Self::leave) was called.
    fn settle(&mut self);

    /// Marks the slow weights of lookahead, if there is no mark yet.
    fn mark(&mut self);

    /// Goes back to `slow + rate * (fast - slow)` and marks that.
    fn pull_back(&mut self, rate: f64);
}

impl<M: Module + 'static> AnyPlayer for Player<M> {
    fn name(&self) -> &str {
        &self.name
    }

    fn device(&self) -> Device {
        self.network().devices().into_iter().next().unwrap_or_default()
    }

    fn initialize(&mut self, seed: u64) -> Result<()> {
        if let Some((what, expected, got)) = self.optimizer.problem() {
            return Err(Error::config(format!("{what} of `{}`", self.name), expected, got));
        }
        if let Some(average) = &self.average
            && !(0.0..1.0).contains(&average.decay())
        {
            let what = format!("decay of the moving average of `{}`", self.name);
            return Err(Error::config(what, "a number in [0, 1)", average.decay()));
        }
        for constraint in &self.constraints {
            constraint.check()?;
        }
        let Some(mut network) = self.network.take_if(|_| !self.ready) else {
            return Ok(());
        };
        let device = network.devices().into_iter().next().unwrap_or_default();
        random::with_seeded_device(&device, seed, || weights::initialize(&network));
        // Plain networks become trainable; those on an autodiff device stay as they are.
        if !weights::is_on_autodiff(&network) {
            network = network.train();
        }
        for constraint in &self.constraints {
            network = constraint.prepare(network);
        }
        self.network = Some(network);
        self.ready = true;
        Ok(())
    }

    fn set_optimizer(&mut self, optimizer: Optimizer) {
        self.optimizer = optimizer;
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn updates_per_step(&self) -> u64 {
        self.optimizer.accumulate
    }

    fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate(self.steps) * self.pace * self.pacing
    }

    fn pace(&self) -> f64 {
        self.pace
    }

    fn set_pace(&mut self, pace: f64) {
        self.pace = pace;
    }

    fn set_pacing(&mut self, factor: f64) {
        self.pacing = factor;
    }

    fn entry(&self) -> Entry {
        self.describe()
    }

    fn parameters(&self) -> usize {
        weights::count(self.network())
    }

    fn digest(&self) -> Result<String> {
        digest(self.best())
    }

    fn is_finite(&self) -> Result<bool> {
        let network = self.network();
        let Some(square) = weights::squared_norm(network, &weights::recorded(network)) else {
            return Ok(true);
        };
        let value: f64 = square.try_into_scalar().map_err(Error::device)?;
        Ok(value.is_finite())
    }

    fn learns_by(&self) -> String {
        let average = match &self.average {
            Some(average) => format!("; a moving average keeps {} of itself", average.decay()),
            None => String::new(),
        };
        let pace = if self.pace == 1.0 {
            String::new()
        } else {
            format!(", times {}", self.pace)
        };
        format!("{}{pace}{average}", self.optimizer)
    }

    fn weights(&self) -> Result<Vec<(String, Vec<f32>)>> {
        weights::named(self.network())
    }

    fn save(&self, writer: &mut Writer) -> Result<Entry> {
        self.write_to(writer)
    }

    fn load<'a>(&'a mut self, reader: &Reader) -> Result<Box<dyn FnOnce() + 'a>> {
        self.read_from(reader)
    }

    fn leave(&mut self) {
        self.settle();
        let network = self.network();
        self.anchor = Anchor::Leaving(Place {
            network: network.clone(),
            buffers: Buffers::of(network),
            ahead: None,
            updates: 0,
        });
    }

    fn come_back(&mut self) -> u64 {
        match std::mem::replace(&mut self.anchor, Anchor::Here) {
            Anchor::Leaving(place) => {
                place.buffers.put_back();
                self.network = place.ahead.or(self.network.take());
                self.anchor = Anchor::Returning(place.network);
                place.updates
            }
            other => {
                self.anchor = other;
                0
            }
        }
    }

    fn settle(&mut self) {
        self.come_back();
        if let Anchor::Returning(place) | Anchor::Arrived(place) = std::mem::replace(&mut self.anchor, Anchor::Here) {
            self.network = Some(place);
        }
    }

    fn mark(&mut self) {
        if self.slow.is_none() {
            let network = match &self.anchor {
                Anchor::Returning(place) | Anchor::Arrived(place) => place,
                _ => self.network(),
            };
            self.slow = Some(weights::values(network));
        }
    }

    fn pull_back(&mut self, rate: f64) {
        let Some(slow) = self.slow.take() else {
            return;
        };
        self.settle();
        if let Some(network) = self.network.take() {
            let network = weights::drawn_towards(network, &slow, 1.0 - rate);
            self.slow = Some(weights::values(&network));
            self.network = Some(network);
        }
    }
}
