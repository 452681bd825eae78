mod any;
mod persistence;
mod role;

use std::any::type_name;
use std::borrow::Cow;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use serde_json::Value;

use crate::derivative::Buffers;
use crate::{Constraint, MovingAverage, Optimizer, Round, Wish, weights};

pub use any::AnyPlayer;

/// One network with everything it needs to learn: optimizer, constraints, moving average.
///
/// [`update`](Self::update), or [`apply`](Self::apply) with gradients from elsewhere, is the only way in which weights
/// take a step.
pub struct Player<M: Module> {
    name: Cow<'static, str>,
    // Absent only while the optimizer has it.
    network: Option<M>,
    config: Option<Value>,
    optimizer: Optimizer,
    constraints: Vec<Box<dyn Constraint<M>>>,
    average: Option<MovingAverage<M>>,
    pending: Option<GradientsParams>,
    pending_updates: u64,
    steps: u64,
    /// What the learning rate is multiplied by.
    pace: f64,
    /// What a schedule of rounds multiplies it by besides.
    pacing: f64,
    ready: bool,
    anchor: Anchor<M>,
    slow: Option<GradientsParams>,
}

/// Where the next step starts from, and when it shows. Whoever looks ahead, and whoever steps from where it had left, stays
/// in the others' sight where it was: all gradients are taken at the same weights. What is
/// [put in place](Player::replace) of a network shows at once.
enum Anchor<M> {
    /// From where the network is, at once.
    Here,
    /// Steps are a look ahead; they do not count, and show once it has come back.
    Leaving(Place<M>),
    /// The next step starts from the place that was left.
    Returning(M),
    /// It has taken that step, which shows once it has settled.
    Arrived(M),
}

/// A look ahead.
struct Place<M> {
    /// The network before it.
    network: M,
    /// Its running statistics.
    buffers: Buffers<M>,
    /// Where it leads.
    ahead: Option<M>,
    updates: u64,
}

impl<M: Module + 'static> Player<M> {
    /// A network and how it learns. The name is what checkpoints and measurements call it.
    pub fn new(name: impl Into<Cow<'static, str>>, network: M, optimizer: impl Into<Optimizer>) -> Self {
        Self {
            name: name.into(),
            network: Some(network),
            config: None,
            optimizer: optimizer.into(),
            constraints: Vec::new(),
            average: None,
            pending: None,
            pending_updates: 0,
            steps: 0,
            pace: 1.0,
            pacing: 1.0,
            ready: false,
            anchor: Anchor::Here,
            slow: None,
        }
    }

    /// Goes by another name in checkpoints and measurements.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
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

    /// Learns on by the same rule, which knows nothing more of the gradients so far: for a game whose loss becomes another.
    pub fn begin_anew(&mut self) {
        self.optimizer.forget();
        (self.pending, self.pending_updates) = (None, 0);
    }

    /// Demands something of the weights.
    pub fn constrain(&mut self, constraint: impl Constraint<M>) {
        self.constraints.push(Box::new(constraint));
    }

    /// Keeps a moving average of the weights.
    pub fn set_average(&mut self, average: MovingAverage<M>) {
        self.average = Some(average);
    }

    /// The network as it is now. While [`Extragradient`](crate::Extragradient) plays a round, steps do not show here before
    /// everybody has taken theirs.
    ///
    /// # Panics
    /// If an optimizer panicked in the middle of a step and took the network with it.
    pub fn network(&self) -> &M {
        match &self.network {
            Some(network) => network,
            None => panic!("the network of `{}` was lost in a step that panicked", self.name),
        }
    }

    /// The network as its steps have left it, also those which do not show yet: for what follows it.
    ///
    /// # Panics
    /// As [`network`](Self::network).
    pub fn latest(&self) -> &M {
        match &self.anchor {
            Anchor::Arrived(place) | Anchor::Leaving(Place { ahead: Some(place), .. }) => place,
            _ => self.network(),
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

    /// The optimizer with what it remembers, and its present learning rate.
    pub(crate) fn optimizer(&self) -> (&Optimizer, f64) {
        (&self.optimizer, self.learning_rate())
    }

    /// Differentiates the loss and takes a step.
    pub fn update(&mut self, round: &mut Round, loss: &Tensor<1>) {
        let gradients = self.gradients(loss);
        self.apply(round, gradients);
    }

    /// Differentiates a loss that this player shares with another, once, and both take a step.
    pub fn update_with<N: Module + 'static>(&mut self, other: &mut Player<N>, round: &mut Round, loss: &Tensor<1>) {
        let mut gradients = loss.backward();
        let own = GradientsParams::from_module(&mut gradients, self.network());
        let others = GradientsParams::from_module(&mut gradients, other.network());
        self.apply(round, own);
        other.apply(round, others);
    }

    /// The gradients of the loss for this player's weights.
    pub fn gradients(&self, loss: &Tensor<1>) -> GradientsParams {
        GradientsParams::from_grads(loss.backward(), self.network())
    }

    /// Takes a step along gradients from [`gradients`](Self::gradients): for players who move together.
    pub fn apply(&mut self, round: &mut Round, gradients: GradientsParams) {
        let Some(gradients) = self.accumulated(gradients) else {
            return;
        };
        let Some(start) = self.start() else {
            return;
        };
        let network = round.outside(|round| self.step(start, gradients, round));
        let network = self.enforced(network);
        self.arrive(network);
    }

    /// Puts another network in place of its own, which counts as a step: for a network that follows others
    /// instead of learning, such as a target or a policy that lags behind ([`latest`](Self::latest) says where to). When the
    /// players only look ahead, this is taken back as their steps are. [`Lookahead`](crate::Lookahead) leaves such a network
    /// alone.
    ///
    /// The change must keep the identities of the parameters, as the functions of [`weights`] do.
    pub fn replace(&mut self, change: impl FnOnce(M) -> M) {
        // Who follows others has no slow weights of its own.
        self.slow = None;
        match std::mem::replace(&mut self.anchor, Anchor::Here) {
            leaving @ Anchor::Leaving(_) => {
                self.network = self.network.take().map(change);
                self.anchor = leaving;
            }
            Anchor::Here => {
                self.network = self.network.take().map(change);
                self.steps += 1;
            }
            Anchor::Returning(start) | Anchor::Arrived(start) => {
                self.network = Some(change(start));
                self.steps += 1;
            }
        }
    }

    /// The network that the next step starts from.
    fn start(&mut self) -> Option<M> {
        match std::mem::replace(&mut self.anchor, Anchor::Here) {
            Anchor::Here => self.network.take(),
            Anchor::Returning(start) | Anchor::Arrived(start) => {
                self.anchor = Anchor::Arrived(start.clone());
                Some(start)
            }
            leaving => {
                self.anchor = leaving;
                self.network.clone()
            }
        }
    }

    /// This is where a step has led.
    fn arrive(&mut self, network: M) {
        if let Anchor::Leaving(place) = &mut self.anchor {
            place.updates += 1;
            place.ahead = Some(network);
            return;
        }
        self.steps += 1;
        if let Some(average) = &mut self.average {
            average.follow(&network, self.steps);
        }
        match &mut self.anchor {
            Anchor::Arrived(place) => *place = network,
            _ => self.network = Some(network),
        }
    }

    /// The network as all constraints want it.
    pub(crate) fn enforced(&self, network: M) -> M {
        let constraints = self.constraints.iter();
        constraints.fold(network, |network, constraint| constraint.enforce(network))
    }

    /// One step of the optimizer, and the figures of it that somebody wants.
    fn step(&mut self, network: M, gradients: GradientsParams, round: &mut Round) -> M {
        let (_, rate) = self.optimizer();
        let wanted = round.wants(Wish::Gradients);
        let (network, norm) = self.optimizer.step(network, gradients, rate, wanted);
        if let Some(norm) = norm {
            round.measure(format!("gradient/{}", self.name), &norm);
        }
        if round.wants(Wish::Weights)
            && let Some(square) = weights::squared_norm(&network, &weights::values(&network))
        {
            round.measure(format!("weight/{}", self.name), &square.sqrt());
        }
        if round.wants(Wish::Rates) {
            round.measure_known(format!("rate/{}", self.name), rate);
        }
        network
    }

    /// The mean of the gradients once enough have come. How many are enough may have changed since the first of them.
    fn accumulated(&mut self, gradients: GradientsParams) -> Option<GradientsParams> {
        let needed = self.optimizer.accumulate;
        if needed == 1 && self.pending.is_none() {
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
        let come = std::mem::take(&mut self.pending_updates);
        Some(weights::scaled(self.network(), &sum, 1.0 / come as f64))
    }
}

impl<M: Module> std::fmt::Debug for Player<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player")
            .field("name", &self.name)
            .field("optimizer", &self.optimizer)
            .field("constraints", &self.constraints)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

/// A type's name without its path, parameters included.
pub(crate) fn short_type_name<T: ?Sized>() -> String {
    let mut short = String::new();
    for part in type_name::<T>().split_inclusive(['<', '>', ',', ' ']) {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::prelude::Device;

    use super::*;
    use crate::Sgd;
    use burn::nn::{BatchNorm, BatchNormConfig};

    #[derive(Module, Debug)]
    struct Number {
        value: Param<Tensor<1>>,
    }

    fn player(optimizer: impl Into<Optimizer>) -> Player<Number> {
        let value = Tensor::from_floats([0.0], &Device::default().autodiff());
        let value = Param::from_tensor(value);
        Player::new("number", Number { value }, optimizer)
    }

    fn value(player: &Player<Number>) -> f32 {
        player.network().value.val().into_scalar()
    }

    fn round() -> Round {
        Round::new(1, 0, Device::default().autodiff())
    }

    /// An update along a gradient of this size.
    fn update(player: &mut Player<Number>, gradient: f64) {
        let loss = player.network().value.val() * gradient;
        player.update(&mut round(), &loss);
    }

    #[test]
    fn a_network_that_follows_others_comes_back_from_a_look_ahead() {
        let mut player = player(Sgd::new(1.0));
        let further = |network: Number| Number {
            value: network
                .value
                .map(|value| Tensor::from_inner(value.inner() + 1.0).require_grad()),
        };
        player.leave();
        player.replace(further);
        assert_eq!((value(&player), player.steps()), (1.0, 0));
        // It has followed, not learned: that may happen any number of times.
        assert_eq!(player.come_back(), 0);
        player.replace(further);
        player.settle();
        assert_eq!((value(&player), player.steps()), (1.0, 1));
        player.replace(further);
        assert_eq!((value(&player), player.steps()), (2.0, 2));
    }

    #[test]
    fn who_takes_no_step_after_a_look_ahead_is_where_it_was() {
        let mut player = player(Sgd::new(1.0));
        for come_back in [true, false] {
            player.leave();
            update(&mut player, 1.0);
            update(&mut player, 2.0);
            assert_eq!(value(&player), 0.0);
            let latest: f32 = player.latest().value.val().into_scalar();
            assert_eq!(latest, -2.0);
            if come_back {
                assert_eq!((player.come_back(), value(&player)), (2, -2.0));
            }
            player.settle();
            assert_eq!((value(&player), player.steps()), (0.0, 0));
        }
    }

    #[test]
    fn slow_weights_know_nothing_of_a_look_ahead() {
        let looked_ahead = || {
            let mut player = player(Sgd::new(1.0));
            player.leave();
            update(&mut player, 1.0);
            player.come_back();
            player
        };
        // The step itself shows once it has settled.
        let mut steps = looked_ahead();
        update(&mut steps, 2.0);
        let latest: f32 = steps.latest().value.val().into_scalar();
        assert_eq!((value(&steps), latest), (-1.0, -2.0));
        steps.settle();
        assert_eq!(value(&steps), -2.0);
        // Marked inside an extragradient step, and half the way back from where that went.
        let mut steps = looked_ahead();
        steps.mark();
        update(&mut steps, 2.0);
        steps.pull_back(0.5);
        steps.settle();
        assert_eq!(value(&steps), -1.0);
        // Who takes no step has no way to go back.
        let mut rests = looked_ahead();
        rests.mark();
        rests.pull_back(0.5);
        rests.settle();
        assert_eq!(value(&rests), 0.0);
    }

    #[test]
    fn who_follows_others_has_no_slow_weights() {
        let mut player = player(Sgd::new(1.0));
        player.mark();
        let far = |network: Number| Number {
            value: network
                .value
                .map(|value| Tensor::from_inner(value.inner() + 8.0).require_grad()),
        };
        player.replace(far);
        player.pull_back(0.5);
        assert_eq!(value(&player), 8.0);
    }

    #[test]
    fn who_begins_anew_knows_no_gradients() {
        let steps = |anew: bool| {
            let mut player = player(Optimizer::from(crate::Adam::new(1.0)).accumulate(2));
            (0..3).for_each(|_| update(&mut player, 4.0));
            if anew {
                player.begin_anew();
            }
            let before = value(&player);
            (0..2).for_each(|_| update(&mut player, -1.0));
            value(&player) - before
        };
        // Adam's first step is as long as its rate, whatever the gradient.
        assert!((steps(true) - 1.0).abs() < 1e-4, "{}", steps(true));
        assert!(steps(false) < 0.0);
    }

    #[test]
    fn a_look_ahead_does_not_move_running_statistics() {
        let device = Device::default().autodiff();
        let mut player = Player::new("norm", BatchNormConfig::new(1).init(&device), Sgd::new(1.0));
        let mean = |player: &Player<BatchNorm>| -> f32 { player.network().valid().running_mean.value().into_scalar() };
        let turn = |player: &mut Player<BatchNorm>| {
            let output = player.network().forward(Tensor::<2>::full([2, 1], 3.0, &device));
            player.update(&mut round(), &output.mean());
        };
        turn(&mut player);
        let before = mean(&player);
        assert!(before > 0.0);
        player.leave();
        turn(&mut player);
        assert!(mean(&player) > before);
        assert_eq!(player.come_back(), 1);
        assert_eq!(mean(&player), before);
        turn(&mut player);
        player.settle();
        let once = mean(&player);
        assert!(once > before);
        // As much as in a round without a look ahead.
        let mut plain = Player::new("plain", BatchNormConfig::new(1).init(&device), Sgd::new(1.0));
        turn(&mut plain);
        turn(&mut plain);
        assert_eq!(mean(&plain), once);
    }

    #[test]
    fn running_statistics_must_be_finite_too() {
        let device = Device::default().autodiff();
        let finite = |norm: BatchNorm| Player::new("norm", norm, Sgd::new(1.0)).is_finite().unwrap();
        let mut norm = BatchNormConfig::new(2).init(&device);
        assert!(finite(norm.clone()));
        norm.running_var = burn::module::RunningState::new(Tensor::from_floats([1.0, f32::INFINITY], &device));
        assert!(!finite(norm));
    }

    #[test]
    fn the_mean_is_of_the_gradients_that_came() {
        let every = |updates| Optimizer::from(Sgd::new(1.0)).accumulate(updates);
        for (later, then) in [(4, &[1.0][..]), (1, &[]), (2, &[])] {
            let mut player = player(every(4));
            [1.0, 2.0]
                .into_iter()
                .for_each(|gradient| update(&mut player, gradient));
            player.set_optimizer(every(later));
            then.iter().for_each(|gradient| update(&mut player, *gradient));
            assert_eq!((value(&player), player.steps()), (0.0, 0));
            update(&mut player, 6.0);
            let mean = (3.0 + then.iter().sum::<f64>() + 6.0) / (3 + then.len()) as f64;
            assert_eq!((value(&player), player.steps()), (-mean as f32, 1), "{later}");
        }
    }
}
