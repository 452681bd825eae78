use std::any::type_name;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::prelude::{Device, Tensor};
use burn::store::ModuleRecord;
use serde_json::Value;

use crate::checkpoint::{Entry, Reader, Writer};
use crate::{Constraint, Error, MovingAverage, Optimizer, Result, Round, random, weights};

/// One network with everything it needs to learn: optimizer, constraints, moving average.
///
/// [`update`](Self::update) is the only place where a loss is differentiated for weights and a step is taken.
pub struct Player<M: Module> {
    name: &'static str,
    // Absent only while the optimizer has it.
    network: Option<M>,
    config: Option<Value>,
    optimizer: Optimizer,
    constraints: Vec<Box<dyn Constraint<M>>>,
    average: Option<MovingAverage<M>>,
    pending: Option<GradientsParams>,
    pending_updates: u64,
    steps: u64,
    ready: bool,
    anchor: Anchor<M>,
    slow: Option<GradientsParams>,
}

/// Where the next step starts from.
enum Anchor<M> {
    /// From where the network is.
    Here,
    /// Steps are a look ahead; they do not count.
    Leaving(M),
    /// The next step starts from the place that was left.
    Returning(M),
}

impl<M: Module + 'static> Player<M> {
    /// A network and how it learns. The name is what checkpoints and measurements call it.
    pub fn new(name: &'static str, network: M, optimizer: impl Into<Optimizer>) -> Self {
        Self {
            name,
            network: Some(network),
            config: None,
            optimizer: optimizer.into(),
            constraints: Vec::new(),
            average: None,
            pending: None,
            pending_updates: 0,
            steps: 0,
            ready: false,
            anchor: Anchor::Here,
            slow: None,
        }
    }

    /// Keeps the network's configuration in checkpoints, so that it can be loaded without being built first.
    pub fn with_config(mut self, config: Option<Value>) -> Self {
        self.config = config;
        self
    }

    /// Learns by another optimizer.
    pub fn set_optimizer(&mut self, optimizer: impl Into<Optimizer>) {
        self.optimizer = optimizer.into();
    }

    /// Demands something of the weights.
    pub fn constrain(&mut self, constraint: impl Constraint<M>) {
        self.constraints.push(Box::new(constraint));
    }

    /// Keeps a moving average of the weights.
    pub fn set_average(&mut self, average: MovingAverage<M>) {
        self.average = Some(average);
    }

    /// The network as it is now.
    ///
    /// # Panics
    /// If an optimizer panicked in the middle of a step and took the network with it.
    pub fn network(&self) -> &M {
        match &self.network {
            Some(network) => network,
            None => panic!("the network of `{}` was lost in a step that panicked", self.name),
        }
    }

    /// The network with constant weights: what is played against it differentiates through it at a third of
    /// the cost, and it learns nothing. Batch norm stays in training mode and keeps updating its statistics.
    pub fn frozen(&self) -> M {
        self.network().clone().no_grad()
    }

    /// The averaged network if one is kept, else the network itself.
    pub fn best(&self) -> &M {
        self.average
            .as_ref()
            .and_then(MovingAverage::network)
            .unwrap_or_else(|| self.network())
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Differentiates the loss and takes a step.
    pub fn update(&mut self, round: &mut Round, loss: &Tensor<1>) {
        let gradients = self.gradients(loss);
        self.apply(round, gradients);
    }

    /// The gradients of the loss for this player's weights.
    pub fn gradients(&self, loss: &Tensor<1>) -> GradientsParams {
        GradientsParams::from_grads(loss.backward(), self.network())
    }

    /// Takes a step along gradients from [`gradients`](Self::gradients): for players who move together.
    pub fn apply(&mut self, _round: &mut Round, gradients: GradientsParams) {
        let Some(gradients) = self.accumulated(gradients) else {
            return;
        };
        let (start, looking_ahead) = match std::mem::replace(&mut self.anchor, Anchor::Here) {
            Anchor::Here => (self.network.take(), false),
            Anchor::Returning(start) => (Some(start), false),
            Anchor::Leaving(start) => {
                self.anchor = Anchor::Leaving(start);
                (self.network.take(), true)
            }
        };
        let Some(mut network) = start else {
            return;
        };
        network = self.optimizer.step(network, gradients, self.steps);
        for constraint in &self.constraints {
            network = constraint.enforce(network);
        }
        if !looking_ahead {
            self.steps += 1;
            if let Some(average) = &mut self.average {
                average.follow(&network, self.steps);
            }
        }
        self.network = Some(network);
    }

    /// The mean of the gradients once enough have come.
    fn accumulated(&mut self, gradients: GradientsParams) -> Option<GradientsParams> {
        let needed = self.optimizer.accumulate;
        if needed == 1 {
            return Some(gradients);
        }
        let sum = match self.pending.take() {
            Some(pending) => weights::sum(self.network(), &pending, &gradients, 1.0),
            None => gradients,
        };
        self.pending_updates += 1;
        if self.pending_updates < needed {
            self.pending = Some(sum);
            return None;
        }
        self.pending_updates = 0;
        Some(weights::scaled(self.network(), &sum, 1.0 / needed as f64))
    }

    fn record(&self, network: M) -> Result<Vec<u8>> {
        let failed = |error| Error::other(format!("the weights of `{}`: {error}", self.name));
        let bytes = network.into_record().into_bytes().map_err(failed)?;
        Ok(bytes.to_vec())
    }

    /// A vector over the weights, in the shape of the network.
    fn record_vector(&self, vector: &GradientsParams) -> Result<Vec<u8>> {
        self.record(weights::replaced(weights::copy(self.network()), vector))
    }

    fn read_network(&self, into: M, reader: &Reader, file: &str) -> Result<M> {
        let bytes = reader.bytes(&self.file(file))?;
        let path = reader.path().join(self.file(file));
        let record = ModuleRecord::from_bytes(burn::tensor::Bytes::from_bytes_vec(bytes))
            .map_err(|error| Error::checkpoint(&path, "weights", error))?;
        into.try_load_record(record)
            .map_err(|error| Error::checkpoint(&path, format!("weights of `{}`", type_name::<M>()), error))
    }

    fn read_vector(&self, reader: &Reader, file: &str) -> Result<Option<GradientsParams>> {
        if !reader.has(&self.file(file)) {
            return Ok(None);
        }
        let network = self.read_network(weights::copy(self.network()), reader, file)?;
        Ok(Some(weights::values(&network)))
    }

    fn file(&self, what: &str) -> String {
        format!("{}.{what}.bpk", self.name)
    }
}

/// What the trainer, checkpoints and min-max methods do with a player, whatever its network.
pub trait AnyPlayer: Send {
    /// What checkpoints and measurements call it.
    fn name(&self) -> &'static str;

    /// The device its network lives on.
    fn device(&self) -> Device;

    /// Draws initial weights from the seed, applies reparameterizations, checks the settings. Weights that
    /// have values keep them; the second call does nothing.
    fn initialize(&mut self, seed: u64) -> Result<()>;

    /// Steps taken so far.
    fn steps(&self) -> u64;

    /// How many updates make a step.
    fn updates_per_step(&self) -> u64;

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Whether all its weights are finite numbers; this reads from the device.
    fn is_finite(&self) -> Result<bool>;

    /// Writes all that is needed to go on, and the network as one would use it.
    fn save(&self, writer: &mut Writer) -> Result<Entry>;

    /// Takes back what [`save`](Self::save) wrote.
    fn load(&mut self, reader: &Reader) -> Result<()>;

    /// From here on steps are a look ahead.
    fn leave(&mut self);

    /// The next step starts from where [`leave`](Self::leave) was called.
    fn come_back(&mut self);

    /// Marks the slow weights of lookahead, if there is no mark yet.
    fn mark(&mut self);

    /// Goes back to `slow + rate * (fast - slow)` and marks that.
    fn pull_back(&mut self, rate: f64);
}

impl<M: Module + 'static> AnyPlayer for Player<M> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn device(&self) -> Device {
        self.network().devices().into_iter().next().unwrap_or_default()
    }

    fn initialize(&mut self, seed: u64) -> Result<()> {
        if let Some((what, got)) = self.optimizer.problem() {
            return Err(Error::config(
                format!("{what} of `{}`", self.name),
                "a finite number >= 0",
                got,
            ));
        }
        if let Some(average) = &self.average
            && !(0.0..1.0).contains(&average.decay())
        {
            let what = format!("decay of the moving average of `{}`", self.name);
            return Err(Error::config(what, "a number in [0, 1)", average.decay()));
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

    fn steps(&self) -> u64 {
        self.steps
    }

    fn updates_per_step(&self) -> u64 {
        self.optimizer.accumulate
    }

    fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate(self.steps)
    }

    fn is_finite(&self) -> Result<bool> {
        let Some(square) = weights::squared_norm(self.network(), &weights::values(self.network())) else {
            return Ok(true);
        };
        let value: f64 = square
            .try_into_scalar()
            .map_err(|error| Error::Device(format!("{error:?}")))?;
        Ok(value.is_finite())
    }

    fn save(&self, writer: &mut Writer) -> Result<Entry> {
        // Brings pending updates of running statistics into their buffers.
        let _ = self.network().valid();
        writer.put(&self.file("weights"), &self.record(self.network().clone())?)?;
        let state = self.optimizer.rule.into_bytes().map_err(Error::other)?;
        writer.put(&self.file("optimizer"), &state)?;
        if let Some(average) = self.average.as_ref().and_then(MovingAverage::network) {
            writer.put(&self.file("average"), &self.record(average.clone())?)?;
        }
        if let Some(pending) = &self.pending {
            writer.put(&self.file("pending"), &self.record_vector(pending)?)?;
        }
        if let Some(slow) = &self.slow {
            writer.put(&self.file("slow"), &self.record_vector(slow)?)?;
        }
        writer.put(&self.file("network"), &self.record(self.best().valid().materialize())?)?;
        Ok(Entry {
            name: self.name.to_owned(),
            network: short_type_name::<M>(),
            config: self.config.clone(),
            steps: self.steps,
            pending_updates: self.pending_updates,
            pending: self
                .pending
                .as_ref()
                .map(|pending| weights::ids(self.network(), pending))
                .unwrap_or_default(),
            optimizer: format!("{:?}", self.optimizer),
        })
    }

    fn load(&mut self, reader: &Reader) -> Result<()> {
        let entry = reader.entry(self.name)?;
        if entry.network != short_type_name::<M>() {
            let expected = format!("`{}` to be a `{}`", self.name, short_type_name::<M>());
            return Err(Error::checkpoint(
                reader.path(),
                expected,
                format!("a `{}`", entry.network),
            ));
        }
        let rule = format!("\"{}\"", self.optimizer.rule_name());
        if !entry.optimizer.contains(&rule) {
            let expected = format!("`{}` to learn by {rule}", self.name);
            return Err(Error::checkpoint(reader.path(), expected, &entry.optimizer));
        }
        let network = self.read_network(self.network().clone(), reader, "weights")?;
        self.network = Some(network);
        let state = reader.bytes(&self.file("optimizer"))?;
        let rule = self.optimizer.rule.clone();
        self.optimizer.rule = rule
            .from_bytes(burn::tensor::Bytes::from_bytes_vec(state))
            .map_err(|error| Error::checkpoint(reader.path().join(self.file("optimizer")), "optimizer state", error))?;
        if reader.has(&self.file("average")) {
            let average = self.read_network(weights::copy(self.network()), reader, "average")?;
            if let Some(kept) = &mut self.average {
                kept.network = Some(average);
            }
        }
        let pending = self.read_vector(reader, "pending")?;
        self.pending = pending.map(|pending| weights::only(self.network(), &pending, &entry.pending));
        self.slow = self.read_vector(reader, "slow")?;
        self.steps = entry.steps;
        self.pending_updates = entry.pending_updates;
        Ok(())
    }

    fn leave(&mut self) {
        self.anchor = Anchor::Leaving(self.network().clone());
    }

    fn come_back(&mut self) {
        self.anchor = match std::mem::replace(&mut self.anchor, Anchor::Here) {
            Anchor::Leaving(start) => Anchor::Returning(start),
            other => other,
        };
    }

    fn mark(&mut self) {
        if self.slow.is_none() {
            self.slow = Some(weights::values(self.network()));
        }
    }

    fn pull_back(&mut self, rate: f64) {
        let Some(slow) = self.slow.take() else {
            return;
        };
        if let Some(network) = self.network.take() {
            let network = weights::drawn_towards(network, &slow, 1.0 - rate);
            self.slow = Some(weights::values(&network));
            self.network = Some(network);
        }
    }
}

impl<M: Module> std::fmt::Debug for Player<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player")
            .field("name", &self.name)
            .field("optimizer", &self.optimizer)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// A type's name without its path, parameters included.
pub(crate) fn short_type_name<T>() -> String {
    let mut short = String::new();
    for part in type_name::<T>().split_inclusive(['<', '>', ',', ' ']) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}
