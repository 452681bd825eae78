use std::collections::VecDeque;

use burn::module::{Module, ParamId};
use burn::optim::GradientsParams;
use burn::prelude::Tensor;

use crate::weights::Change;
use crate::{Optimizer, derivative, weights};

/// The rule of foreseen steps, with what it remembers.
#[derive(Clone)]
pub(super) enum Inner {
    /// Down the gradient, at this rate.
    Plain(f64),
    /// An optimizer from the state in which it is, at this rate.
    Own(Box<Optimizer>, f64),
}

impl Inner {
    /// The network a step further on.
    pub fn step<M: Module>(&mut self, network: M, gradients: &GradientsParams) -> M {
        match self {
            Self::Plain(rate) => weights::shifted(network, gradients, -*rate),
            Self::Own(optimizer, rate) => {
                let gradients = weights::scaled(&network, gradients, 1.0);
                optimizer.step(network, gradients, *rate, false).0
            }
        }
    }

    /// `sum_j <lambda_j, d step_j / d g_0>` over the first step, from the state that the rule is in, and those which
    /// follow it, since optimizers remember gradients; `gradients` are `g_0, g_1, ..`.
    pub fn pull_back<M: Module>(
        &self,
        network: &M,
        gradients: &[GradientsParams],
        lambdas: &VecDeque<GradientsParams>,
    ) -> GradientsParams {
        match self {
            Self::Plain(rate) => lambdas
                .front()
                .map_or_else(GradientsParams::new, |lambda| weights::scaled(network, lambda, -*rate)),
            Self::Own(..) => self.probed(network, gradients, lambdas),
        }
    }

    /// By central differences of the rule itself, which is taken to treat every entry apart: all are moved at
    /// once, by a small part of what is usual in their tensor.
    fn probed<M: Module>(
        &self,
        network: &M,
        gradients: &[GradientsParams],
        lambdas: &VecDeque<GradientsParams>,
    ) -> GradientsParams {
        let Some(first) = gradients.first() else {
            return GradientsParams::new();
        };
        // From zero a step is not rounded to the digits of the weights.
        let still = weights::shifted(network.clone(), &weights::values(network), -1.0);
        let step =
            |inner: &mut Self, gradients: &GradientsParams| weights::values(&inner.step(still.clone(), gradients));
        let (mut above, mut below) = (self.clone(), self.clone());
        let mut change = GradientsParams::new();
        for (j, (gradients, lambda)) in gradients.iter().zip(lambdas).enumerate() {
            let along = |inner: &mut Self, side: f64| match j {
                0 => step(inner, &moved(network, gradients, side)),
                _ => step(inner, gradients),
            };
            let (up, down) = (along(&mut above, 1.0), along(&mut below, -1.0));
            let difference = weights::sum(network, &up, &down, -1.0);
            change = weights::sum(network, &change, &product(network, difference, lambda), 1.0);
        }
        per_move(network, change, first)
    }
}

/// How far the entries of a gradient are moved.
fn reach<const D: usize>(gradient: Tensor<D>) -> Tensor<D> {
    let relative = 10.0 * derivative::relative_step(&gradient);
    let usual = gradient.square().mean().sqrt().clamp_min(1e-12);
    usual.mul_scalar(relative).reshape([1; D])
}

/// The gradients with every entry moved to one side.
fn moved(network: &impl Module, gradients: &GradientsParams, side: f64) -> GradientsParams {
    struct Move(f64);
    impl Change for Move {
        fn change<const D: usize>(&mut self, _id: ParamId, gradient: Tensor<D>) -> Tensor<D> {
            gradient.clone() + reach(gradient).mul_scalar(self.0)
        }
    }
    weights::each(network, weights::scaled(network, gradients, 1.0), Move(side))
}

/// A change divided by what the gradients were moved by, from one side to the other.
fn per_move(network: &impl Module, change: GradientsParams, gradients: &GradientsParams) -> GradientsParams {
    struct PerMove<'a>(&'a GradientsParams);
    impl Change for PerMove<'_> {
        fn change<const D: usize>(&mut self, id: ParamId, value: Tensor<D>) -> Tensor<D> {
            match self.0.get::<D>(id) {
                Some(gradient) => value / reach(gradient).mul_scalar(2.0),
                None => value.zeros_like(),
            }
        }
    }
    weights::each(network, change, PerMove(gradients))
}

/// Entry by entry; what the second lacks counts as zero.
fn product(network: &impl Module, a: GradientsParams, b: &GradientsParams) -> GradientsParams {
    struct Product<'a>(&'a GradientsParams);
    impl Change for Product<'_> {
        fn change<const D: usize>(&mut self, id: ParamId, value: Tensor<D>) -> Tensor<D> {
            match self.0.get::<D>(id) {
                Some(other) => value * other,
                None => value.zeros_like(),
            }
        }
    }
    weights::each(network, a, Product(b))
}
