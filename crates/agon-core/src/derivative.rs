//! Derivatives of a discriminator's scores with respect to what it judges.
//!
//! burn differentiates once. A penalty on `g = dD/dx` is nevertheless an ordinary loss: with `v = dP/dg`
//! held constant, the gradient of `P` for the weights is the gradient of the derivative of `D` along `v`.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::prelude::Tensor;

use crate::{Discriminator, Sample, Scored, random, weights};

/// The gradient of the summed scores with respect to the rows of `at`: `[batch, features]`, a constant.
///
/// The weights get no gradient from it, and the network's buffers are as before.
pub fn input_gradient<D: Discriminator>(discriminator: &D, at: &D::Input) -> Tensor<2> {
    let frozen = discriminator.clone().no_grad();
    let rows = at.rows().detach().require_grad();
    let scores = Replay::of(discriminator).run(|| frozen.discriminate(at.with_rows(rows.clone())).scores());
    let mut gradients = scores.sum().backward();
    rows.grad_remove(&mut gradients)
        .unwrap_or_else(|| rows.inner().zeros_like())
}

/// `(D(at + e along) - D(at - e along)) / 2e`, differentiable for the weights: `[batch, scores]`.
///
/// The step `e` moves the batch by a thousandth of its own size in f32 (a ten-millionth in f64). Both
/// passes see the same dropout masks and the same running statistics and power iterations, which are put
/// back afterwards.
pub fn central_difference<D: Discriminator>(discriminator: &D, at: &D::Input, along: &D::Input) -> Tensor<2> {
    let rows = at.rows().detach();
    let along = along.rows().detach();
    let step = step_size(&rows, &along);
    let shift = along * step.clone().unsqueeze();
    let replay = Replay::of(discriminator);
    let above = at.with_rows(rows.clone() + shift.clone());
    let below = at.with_rows(rows - shift);
    let above = replay.run(|| discriminator.discriminate(above).scores());
    let below = replay.run(|| discriminator.discriminate(below).scores());
    (above - below) / (step * 2.0).unsqueeze()
}

/// `e` such that `e * along` is small beside `at`, root mean square against root mean square, on the device.
fn step_size(at: &Tensor<2>, along: &Tensor<2>) -> Tensor<1> {
    let size = at.clone().inner().square().mean().sqrt().clamp_min(1e-2);
    let length = along.clone().inner().square().mean().sqrt().clamp_min(1e-20);
    (size / length).mul_scalar(relative_step(at))
}

/// Repeats passes through a network as if each were the first: buffers and the backend's random numbers
/// start the same way every time, and the buffers end as they began.
struct Replay<'a, D> {
    network: &'a D,
    buffers: Option<GradientsParams>,
}

impl<'a, D: Discriminator> Replay<'a, D> {
    fn of(network: &'a D) -> Self {
        let buffers = has_buffers(network).then(|| weights::buffers(network));
        Self { network, buffers }
    }

    fn run<T>(&self, pass: impl FnOnce() -> T) -> T {
        let Some(buffers) = &self.buffers else {
            return pass();
        };
        let device = self.network.devices().into_iter().next().unwrap_or_default();
        let result = random::replayed(&device, pass);
        restore(self.network, buffers);
        result
    }
}

/// Puts the buffers back. Clones share them, so mapping a clone is enough.
fn restore<M: Module>(network: &M, buffers: &GradientsParams) {
    let _ = network.valid();
    let _ = weights::replaced(network.clone(), buffers);
}

/// Whether the network holds anything that a pass through it changes.
fn has_buffers(network: &impl Module) -> bool {
    struct Buffers(bool);
    impl ModuleVisitor for Buffers {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 |= !param.is_require_grad();
        }
        fn visit_flag(&mut self, _flag: &Param<burn::module::Flag>) {
            self.0 = true;
        }
    }
    let mut visitor = Buffers(false);
    network.visit(&mut visitor);
    visitor.0
}

/// The step of a central difference over weights along `direction`: it moves them by a thousandth of their
/// own norm in f32 (a ten-millionth in f64). On the device; `None` if the direction is empty.
pub(crate) fn weight_step(network: &impl Module, direction: &GradientsParams) -> Option<Tensor<1>> {
    let length = weights::squared_norm(network, direction)?.sqrt();
    let size = weights::squared_norm(network, &weights::values(network))?.sqrt();
    let relative = relative_step(&length);
    Some((size.clamp_min(1e-2) / length.clamp_min(1e-20)).mul_scalar(relative))
}

/// What is small beside 1, and yet leaves a difference some of its digits.
pub(crate) fn relative_step<const D: usize>(like: &Tensor<D>) -> f64 {
    if like.dtype() == burn::tensor::DType::F64 {
        1e-7
    } else {
        1e-3
    }
}
