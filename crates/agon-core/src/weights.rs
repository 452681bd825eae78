//! The parameters of a network as one vector: sums, multiples, copies.
//!
//! A vector over parameters is a [`GradientsParams`], keyed by parameter; only what is trained takes part,
//! buffers (running statistics) do not, unless a function says so.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use burn::tensor::GradientCheckpointingStrategy;

use crate::{Error, Result};

/// Draws the initial value of every parameter that is still waiting for its first use.
pub fn initialize(network: &impl Module) {
    struct Touch;
    impl ModuleVisitor for Touch {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let _ = param.base();
        }
    }
    network.visit(&mut Touch);
}

/// A true copy: other networks share running statistics when cloned, this one does not.
pub fn copy<M: Module>(network: &M) -> M {
    struct Strategy(Option<GradientCheckpointingStrategy>);
    impl ModuleVisitor for Strategy {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 = self.0.or(param.base().gradient_checkpointing_strategy());
        }
    }
    impl ModuleMapper for Strategy {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            match self.0 {
                // `valid` forgets the strategy, and tensors of different strategies do not mix.
                Some(strategy) => param.map(|value| {
                    let trained = value.is_require_grad();
                    let value = Tensor::from_inner(value.inner()).with_gradient_checkpointing_strategy(strategy);
                    value.set_require_grad(trained)
                }),
                None => param,
            }
        }
    }
    let mut strategy = Strategy(None);
    network.visit(&mut strategy);
    network.valid().train().map(&mut strategy)
}

/// Whether the network's parameters are part of an autodiff graph already.
pub(crate) fn is_on_autodiff(network: &impl Module) -> bool {
    struct Autodiff(bool);
    impl ModuleVisitor for Autodiff {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 |= param.base().is_autodiff();
        }
    }
    let mut visitor = Autodiff(false);
    network.visit(&mut visitor);
    visitor.0
}

/// How many numbers are trained.
pub fn count(network: &impl Module) -> usize {
    struct Count(usize);
    impl ModuleVisitor for Count {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.0 += param.lazy_shape().num_elements();
            }
        }
    }
    let mut count = Count(0);
    network.visit(&mut count);
    count.0
}

/// The values of all trained parameters.
pub fn values(network: &impl Module) -> GradientsParams {
    collect(network, |param| param.is_require_grad())
}

/// The values of all trained parameters by their paths in the network (`layers.0.weight`), read from the
/// device one after the other.
///
/// # Errors
/// [`Error::Device`] if they cannot be read.
pub fn named(network: &impl Module) -> Result<Vec<(String, Vec<f32>)>> {
    struct Named {
        path: Vec<String>,
        found: Result<Vec<(String, Vec<f32>)>>,
    }
    impl ModuleVisitor for Named {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !param.is_require_grad() {
                return;
            }
            let Ok(found) = &mut self.found else {
                return;
            };
            match param.base().inner().try_into_vec_as::<f32>() {
                Ok(values) => found.push((self.path.join("."), values)),
                Err(error) => self.found = Err(Error::device(error)),
            }
        }
    }
    let mut visitor = Named {
        path: Vec::new(),
        found: Ok(Vec::new()),
    };
    network.visit(&mut visitor);
    visitor.found
}

/// The values of everything that is recorded but not trained: running statistics, frozen parameters.
pub fn buffers(network: &impl Module) -> GradientsParams {
    // `valid` brings pending updates of running statistics into their buffers.
    let _ = network.valid();
    collect(network, |param| !param.is_require_grad())
}

/// The values of everything that is recorded, trained or not.
pub(crate) fn recorded(network: &impl Module) -> GradientsParams {
    let _ = network.valid();
    collect(network, |_| true)
}

fn collect(network: &impl Module, wanted: fn(&dyn Trained) -> bool) -> GradientsParams {
    struct Values {
        values: GradientsParams,
        wanted: fn(&dyn Trained) -> bool,
    }
    impl ModuleVisitor for Values {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if (self.wanted)(param) {
                self.values.register(param.id, param.base().inner());
            }
        }
    }
    let mut visitor = Values {
        values: GradientsParams::new(),
        wanted,
    };
    network.visit(&mut visitor);
    visitor.values
}

trait Trained {
    fn is_require_grad(&self) -> bool;
}

impl<const D: usize> Trained for Param<Tensor<D>> {
    fn is_require_grad(&self) -> bool {
        (**self).is_require_grad()
    }
}

/// `network + scale * direction`. Parameters that the direction lacks stay.
pub fn shifted<M: Module>(network: M, direction: &GradientsParams, scale: f64) -> M {
    struct Shift<'a> {
        direction: &'a GradientsParams,
        scale: f64,
    }
    impl Change for Shift<'_> {
        fn change<const D: usize>(&mut self, id: ParamId, value: Tensor<D>) -> Tensor<D> {
            match self.direction.get::<D>(id) {
                Some(step) => value + step.mul_scalar(self.scale),
                None => value,
            }
        }
    }
    map_trained(network, Shift { direction, scale })
}

/// `network + rate * (target - network)`.
pub fn drawn_towards<M: Module>(network: M, target: &GradientsParams, rate: f64) -> M {
    struct Draw<'a> {
        target: &'a GradientsParams,
        rate: f64,
    }
    impl Change for Draw<'_> {
        fn change<const D: usize>(&mut self, id: ParamId, value: Tensor<D>) -> Tensor<D> {
            match self.target.get::<D>(id) {
                Some(target) => value.clone() + (target - value).mul_scalar(self.rate),
                None => value,
            }
        }
    }
    map_trained(network, Draw { target, rate })
}

/// The network with these values in place of its own, buffers included where there are values for them.
pub fn replaced<M: Module>(network: M, values: &GradientsParams) -> M {
    struct Replace<'a>(&'a GradientsParams);
    impl ModuleMapper for Replace<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            match self.0.get::<D>(param.id) {
                Some(value) => param.map(|old| like(old, value)),
                None => param,
            }
        }
    }
    network.map(&mut Replace(values))
}

/// The parameters that a vector has entries for.
pub(crate) fn ids(network: &impl Module, vector: &GradientsParams) -> Vec<u64> {
    struct Ids<'a> {
        vector: &'a GradientsParams,
        ids: Vec<u64>,
    }
    impl ModuleVisitor for Ids<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if self.vector.get::<D>(param.id).is_some() {
                self.ids.push(param.id.val());
            }
        }
    }
    let mut visitor = Ids {
        vector,
        ids: Vec::new(),
    };
    network.visit(&mut visitor);
    visitor.ids
}

/// The entries of a vector for these parameters.
pub(crate) fn only(network: &impl Module, vector: &GradientsParams, ids: &[u64]) -> GradientsParams {
    struct Only<'a> {
        vector: &'a GradientsParams,
        ids: &'a [u64],
        out: GradientsParams,
    }
    impl ModuleVisitor for Only<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(value) = self
                .vector
                .get::<D>(param.id)
                .filter(|_| self.ids.contains(&param.id.val()))
            {
                self.out.register(param.id, value);
            }
        }
    }
    let mut visitor = Only {
        vector,
        ids,
        out: GradientsParams::new(),
    };
    network.visit(&mut visitor);
    visitor.out
}

/// `a + scale * b`, over the parameters of `network`; what one of them lacks counts as zero.
pub fn sum(network: &impl Module, a: &GradientsParams, b: &GradientsParams, scale: f64) -> GradientsParams {
    struct Sum<'a> {
        a: &'a GradientsParams,
        b: &'a GradientsParams,
        scale: f64,
        out: GradientsParams,
    }
    impl ModuleVisitor for Sum<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let b = self.b.get::<D>(param.id).map(|b| b.mul_scalar(self.scale));
            let sum = match (self.a.get::<D>(param.id), b) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
            if let Some(sum) = sum {
                self.out.register(param.id, sum);
            }
        }
    }
    let mut visitor = Sum {
        a,
        b,
        scale,
        out: GradientsParams::new(),
    };
    network.visit(&mut visitor);
    visitor.out
}

/// `scale * a`.
pub fn scaled(network: &impl Module, a: &GradientsParams, scale: f64) -> GradientsParams {
    sum(network, &GradientsParams::new(), a, scale)
}

/// The sum of squares of all entries, as a tensor of one element: nothing is read from the device.
/// `None` when there are no entries.
pub fn squared_norm(network: &impl Module, vector: &GradientsParams) -> Option<Tensor<1>> {
    struct Norm<'a> {
        vector: &'a GradientsParams,
        sum: Option<Tensor<1>>,
    }
    impl ModuleVisitor for Norm<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(value) = self.vector.get::<D>(param.id) {
                let square = value.square().sum();
                self.sum = Some(match self.sum.take() {
                    Some(sum) => sum + square,
                    None => square,
                });
            }
        }
    }
    let mut visitor = Norm { vector, sum: None };
    network.visit(&mut visitor);
    visitor.sum
}

/// Every entry multiplied by a factor which lives on the device.
pub(crate) fn times(network: &impl Module, vector: GradientsParams, factor: &Tensor<1>) -> GradientsParams {
    struct Times<'a>(&'a Tensor<1>);
    impl Change for Times<'_> {
        fn change<const D: usize>(&mut self, _id: ParamId, value: Tensor<D>) -> Tensor<D> {
            value * self.0.clone().reshape([1; D])
        }
    }
    each(network, vector, Times(factor))
}

/// Every entry limited to `[-bound, bound]`.
pub(crate) fn clamped(network: &impl Module, vector: GradientsParams, bound: f64) -> GradientsParams {
    struct Clamp(f64);
    impl Change for Clamp {
        fn change<const D: usize>(&mut self, _id: ParamId, value: Tensor<D>) -> Tensor<D> {
            value.clamp(-self.0, self.0)
        }
    }
    each(network, vector, Clamp(bound))
}

/// A vector with the entries of each of its parameters changed by a rule.
pub(crate) fn each(network: &impl Module, vector: GradientsParams, change: impl Change) -> GradientsParams {
    struct Each<C> {
        vector: GradientsParams,
        change: C,
    }
    impl<C: Change> ModuleVisitor for Each<C> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(value) = self.vector.remove::<D>(param.id) {
                let changed = self.change.change(param.id, value);
                self.vector.register(param.id, changed);
            }
        }
    }
    let mut visitor = Each { vector, change };
    network.visit(&mut visitor);
    visitor.vector
}

/// A rule that gives each parameter a new value, off the tape.
pub(crate) trait Change {
    /// The value in place of this one.
    fn change<const D: usize>(&mut self, id: ParamId, value: Tensor<D>) -> Tensor<D>;
}

fn map_trained<M: Module>(network: M, change: impl Change) -> M {
    struct Trainable<C>(C);
    impl<C: Change> ModuleMapper for Trainable<C> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            if !param.is_require_grad() {
                return param;
            }
            let id = param.id;
            param.map(|old| {
                let value = self.0.change(id, old.clone().inner());
                like(old, value)
            })
        }
    }
    network.map(&mut Trainable(change))
}

/// `value` with the autodiff association, the checkpointing strategy and the gradient requirement of `old`.
fn like<const D: usize>(old: Tensor<D>, value: Tensor<D>) -> Tensor<D> {
    let value = value.inner();
    if !old.is_autodiff() {
        return value;
    }
    let strategy = old.gradient_checkpointing_strategy();
    let mut value = Tensor::from_inner(value);
    if let Some(strategy) = strategy {
        value = value.with_gradient_checkpointing_strategy(strategy);
    }
    value.set_require_grad(old.is_require_grad())
}
