//! Derivatives of a discriminator's scores with respect to what it judges.
//!
//! burn differentiates once. A penalty on `g = dD/dx` is nevertheless an ordinary loss: with `v = dP/dg`
//! held constant, the gradient of `P` for the weights is the gradient of the derivative of `D` along `v`.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use burn::tensor::DType;

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
/// The step `e` moves the batch by a thousandth of its own size in f32, a ten-millionth in f64, and a few hundredths in
/// half precision, where no more than a digit of the result is right. Both passes see the same random numbers, running
/// statistics and power iterations; the last two are put back afterwards.
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
    let length = along.clone().inner().square().mean().sqrt();
    let length = length.clone().clamp_min(least(&length));
    (size / length).mul_scalar(relative_step(at))
}

/// Repeats passes through a network as if each were the first: buffers and the backend's random numbers
/// start the same way every time, and the buffers end as they began.
struct Replay<M>(Buffers<M>);

impl<M: Module> Replay<M> {
    fn of(network: &M) -> Self {
        Self(Buffers::of(network))
    }

    fn run<T>(&self, pass: impl FnOnce() -> T) -> T {
        // Also if the network has no dropout that one could see: it may draw numbers of its own.
        let device = self.0.network.devices().into_iter().next().unwrap_or_default();
        let result = random::replayed(&device, pass);
        self.0.put_back();
        result
    }
}

/// The buffers of a network as they are now: running statistics, power iterations.
pub(crate) struct Buffers<M> {
    /// A clone, whose buffers are those of the network.
    network: M,
    values: Option<GradientsParams>,
}

impl<M: Module> Buffers<M> {
    pub(crate) fn of(network: &M) -> Self {
        let values = has_buffers(network).then(|| weights::buffers(network));
        let network = network.clone();
        Self { network, values }
    }

    /// Puts them back, whatever has passed through the network meanwhile.
    pub(crate) fn put_back(&self) {
        if let Some(values) = &self.values {
            // Updates that are pending would come on top.
            let _ = self.network.valid();
            let _ = weights::replaced(self.network.clone(), values);
        }
    }
}

/// Whether the network holds anything that a pass through it changes.
fn has_buffers(network: &impl Module) -> bool {
    struct Buffers(bool);
    impl ModuleVisitor for Buffers {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 |= !param.is_require_grad();
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
    let (relative, least) = (relative_step(&length), least(&length));
    Some((size.clamp_min(1e-2) / length.clamp_min(least)).mul_scalar(relative))
}

/// A length to divide by in place of one that vanishes.
fn least<const D: usize>(like: &Tensor<D>) -> f64 {
    match like.dtype() {
        DType::F16 => 1e-4,
        _ => 1e-20,
    }
}

/// What is small beside 1, and yet leaves a difference some of its digits.
pub(crate) fn relative_step<const D: usize>(like: &Tensor<D>) -> f64 {
    match like.dtype() {
        DType::F64 => 1e-7,
        // They know three digits, or two.
        DType::F16 => 2e-2,
        DType::BF16 => 5e-2,
        _ => 1e-3,
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;
    use burn::tensor::{Distribution, FloatDType};

    use super::*;

    /// `w tanh(x)`, and noise of the backend's if there is to be any: no flag and no buffer tells of it.
    #[derive(Module, Debug)]
    struct Noisy {
        weight: Param<Tensor<2>>,
        noise: f64,
    }

    impl Discriminator for Noisy {
        type Input = Tensor<2>;
        type Output = Tensor<2>;

        fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
            let noise = points.random_like(Distribution::Normal(0.0, 1.0));
            (points.tanh() + noise * self.noise).matmul(self.weight.val())
        }
    }

    fn noisy(noise: f64, dtype: FloatDType) -> (Noisy, Tensor<2>) {
        let device = Device::default().autodiff();
        let weight = Tensor::from_floats([[2.0], [-1.0]], &device).cast(dtype);
        let weight = Param::from_tensor(weight.detach().require_grad());
        let at = Tensor::from_floats([[0.5, -0.5], [1.0, 0.0]], &device).cast(dtype);
        (Noisy { weight, noise }, at)
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.inner().try_into_vec_as().unwrap_or_default()
    }

    /// The derivatives along the first axis.
    fn expected() -> [f32; 2] {
        [0.5f32, 1.0].map(|x| 2.0 * (1.0 - x.tanh().powi(2)))
    }

    #[test]
    fn both_passes_see_the_noise_of_a_network_that_does_not_tell_of_it() {
        let (network, at) = noisy(1.0, FloatDType::F32);
        let along = Tensor::from_floats([[1.0, 0.0], [1.0, 0.0]], &at.device());
        let found = values(central_difference(&network, &at, &along));
        for (found, expected) in found.iter().zip(expected()) {
            assert!((found - expected).abs() < 1e-2, "{found} {expected}");
        }
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn half_precision_has_a_digit_and_no_infinity() {
        for dtype in [FloatDType::F16, FloatDType::BF16] {
            let (network, at) = noisy(0.0, dtype);
            let along = Tensor::from_floats([[1.0, 0.0], [1.0, 0.0]], &at.device()).cast(dtype);
            let found = values(central_difference(&network, &at, &along));
            for (found, expected) in found.iter().zip(expected()) {
                assert!((found / expected - 1.0).abs() < 0.2, "{dtype:?} {found} {expected}");
            }
            let nowhere = values(central_difference(&network, &at, &along.zeros_like()));
            assert_eq!(nowhere, [0.0, 0.0], "{dtype:?}");
        }
    }
}
