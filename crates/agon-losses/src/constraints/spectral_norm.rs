use std::collections::BTreeMap;

use agon_core::{Constraint, Error, Result, random};
use burn::module::{Flag, Module, Param, Reparameterization, Reparameterizer, RunningState};
use burn::prelude::Tensor;

use super::matrix::{matrix, output_axes};

/// Power iterations before the first round, so that training begins with the norms known.
const HEAD_START: usize = 15;

/// What is no longer than this has no direction.
const VANISHING: f64 = 1e-12;

/// Every weight matrix is divided by its largest singular value, which makes each layer 1-Lipschitz.
///
/// ```text
/// W / sigma,    sigma = u^T W v,    v = W^T u / |W^T u|,    u = W v / |W v|
/// ```
///
/// `W`: a weight as a matrix with one row per output (`[out, in * kernel]`); `u`, `v`: its leading singular
/// vectors, followed by power iteration, one step per training pass; `u` is kept, also in checkpoints. The
/// gradient flows through `sigma` with `u` and `v` held constant. It works on the linear, convolutional and
/// other weights of rank two or more of any module, whose type stays as it was.
///
/// A frozen network, as the generator's turn sees it, iterates without keeping the outcome; without autodiff
/// the stored vector is used as it is. A matrix of zeros, as conditional batch norm begins with, stays as it is until
/// its first step, and is a matrix like any other after it.
///
/// # Example
/// ```
/// use agon_core::Constraint;
/// use agon_losses::SpectralNorm;
/// use burn::nn::LinearConfig;
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let layer = SpectralNorm::new().prepare(LinearConfig::new(8, 1).init(&device));
/// let length: f32 = layer.weight.val().square().sum().sqrt().into_scalar();
/// assert!((length - 1.0).abs() < 1e-5);
/// ```
///
/// # References
/// Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957. A
/// convolution's own norm differs from that of its reshaped kernel; like the paper, this takes the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpectralNorm {
    iterations: usize,
}

impl SpectralNorm {
    /// One power iteration per training pass.
    pub const fn new() -> Self {
        Self { iterations: 1 }
    }

    /// So many power iterations per training pass.
    pub const fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }
}

impl Default for SpectralNorm {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Module> Constraint<M> for SpectralNorm {
    fn check(&self) -> Result<()> {
        let expected = "at least one in a training pass";
        Error::unless(
            self.iterations > 0,
            "power iterations of SpectralNorm",
            expected,
            self.iterations,
        )
    }

    fn prepare(&self, network: M) -> M {
        let axes = output_axes(&network);
        network.apply_reparameterization(Attach {
            iterations: self.iterations,
            axes,
        })
    }
}

/// What [`SpectralNorm`] attaches to a weight: the singular vector on the output side.
#[derive(Module, Debug)]
pub struct SpectralNormalized {
    u: RunningState<Tensor<1>>,
    training: Param<Flag>,
    #[module(skip)]
    iterations: usize,
    #[module(skip)]
    output_axis: usize,
}

impl Reparameterization for SpectralNormalized {
    const NAME: &'static str = "spectral_norm";

    fn apply<const D: usize>(&self, base: Tensor<D>) -> Tensor<D> {
        let weight = matrix(base.clone(), self.output_axis);
        let fixed = weight.clone().detach();
        let trains = self.training.is_enabled() && base.is_autodiff();
        let iterations = if trains { self.iterations } else { 0 };
        let u = beside(self.u.value_sync(), &fixed).unsqueeze_dim::<2>(1);
        let (u, v) = leading(&fixed, u, iterations);
        if trains && base.is_require_grad() {
            self.u.update(u.clone().flatten(0, 1));
        }
        let sigma = (weight.matmul(v) * u).sum();
        let nothing = sigma.clone().lower_equal_elem(VANISHING);
        base / sigma.mask_fill(nothing, 1.0).unsqueeze()
    }
}

/// The leading singular vectors by power iteration from `u`.
fn leading(weight: &Tensor<2>, u: Tensor<2>, iterations: usize) -> (Tensor<2>, Tensor<2>) {
    let right = |u: Tensor<2>| unit(weight.clone().transpose().matmul(u));
    let v = right(u.clone());
    (0..iterations).fold((u, v), |(before, v), turn| {
        let u = weight.clone().matmul(v.clone());
        // Zero would stay zero for ever, whatever becomes of the weight.
        let nothing = length(&u).lower_equal_elem(VANISHING).unsqueeze::<2>().expand(u.dims());
        let u = unit(u).mask_where(nothing, before);
        // The last left vector goes with the right one it came from.
        let v = if turn + 1 < iterations { right(u.clone()) } else { v };
        (u, v)
    })
}

fn unit(vector: Tensor<2>) -> Tensor<2> {
    let length = length(&vector).clamp_min(VANISHING);
    vector / length.unsqueeze()
}

fn length(vector: &Tensor<2>) -> Tensor<1> {
    vector.clone().square().sum().sqrt()
}

/// The state on the same kind of device as the weight, tracked by nothing.
fn beside(state: Tensor<1>, weight: &Tensor<2>) -> Tensor<1> {
    let plain = state.without_autodiff();
    match weight.gradient_checkpointing_strategy() {
        Some(strategy) => Tensor::from_inner(plain).with_gradient_checkpointing_strategy(strategy),
        None => plain,
    }
}

struct Attach {
    iterations: usize,
    axes: BTreeMap<String, usize>,
}

impl Reparameterizer for Attach {
    type Reparam = SpectralNormalized;

    fn reparameterize<const D: usize>(
        &mut self,
        path: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<SpectralNormalized>) {
        let Some(&output_axis) = self.axes.get(path) else {
            return (param, None);
        };
        let weight = matrix(param.base().detach(), output_axis);
        let purpose = path.bytes().fold(0, |hash, byte| random::mix(hash, u64::from(byte)));
        let start = random::normal([weight.dims()[0], 1], &mut random::stream(purpose, 0), &weight.device());
        let (u, _) = leading(&weight, unit(start.cast(weight.dtype())), HEAD_START);
        let state = SpectralNormalized {
            u: RunningState::new(u.flatten(0, 1)),
            training: Param::from_bool(true),
            iterations: self.iterations,
            output_axis,
        };
        (param, Some(state))
    }
}

#[cfg(test)]
mod tests {
    use agon_core::Constraint;
    use agon_core::random::{self, Random};
    use burn::module::{Module, ModuleMapper, Param};
    use burn::nn::conv::{Conv2dConfig, ConvTranspose2dConfig};
    use burn::nn::{Initializer, Linear, LinearConfig};
    use burn::optim::{GradientsParams, SgdConfig};
    use burn::prelude::{Device, Tensor};

    use super::{SpectralNorm, SpectralNormalized, leading, matrix, unit};
    use crate::testing::{close, value, values};

    fn device() -> Device {
        Device::default().autodiff()
    }

    /// The same weights in every run, whatever other tests draw meanwhile from the backend's generator.
    fn fixed<M: Module>(layer: M) -> M {
        struct Fixed(Random);
        impl ModuleMapper for Fixed {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|old| random::normal(old.dims(), &mut self.0, &old.device()).require_grad())
            }
        }
        layer.map(&mut Fixed(random::stream(1, 0)))
    }

    /// The largest singular value, by many power iterations.
    fn sigma(weight: Tensor<2>) -> f64 {
        let weight = weight.detach();
        let start = unit(Tensor::ones([weight.dims()[0], 1], &weight.device()));
        let (u, v) = leading(&weight, start, 500);
        value((weight.matmul(v) * u).sum())
    }

    #[test]
    fn weights_of_all_layouts_get_norm_one() {
        let tight = SpectralNorm::new().iterations(200);
        let linear = tight.prepare(fixed(LinearConfig::new(7, 5).init(&device())));
        let conv = tight.prepare(fixed(Conv2dConfig::new([3, 4], [3, 3]).init(&device())));
        let back = tight.prepare(fixed(ConvTranspose2dConfig::new([3, 4], [3, 3]).init(&device())));
        close(&[sigma(linear.weight.val())], &[1.0], 1e-5);
        close(&[sigma(matrix(conv.weight.val(), 0))], &[1.0], 1e-5);
        close(&[sigma(matrix(back.weight.val(), 1))], &[1.0], 1e-5);
        assert_eq!(matrix(back.weight.val(), 1).dims()[0], 4);
    }

    #[test]
    fn one_iteration_per_pass_follows_training() {
        let mut layer = SpectralNorm::new().prepare(fixed(LinearConfig::new(6, 4).init(&device())));
        let mut optimizer = SgdConfig::new().init();
        let x = Tensor::<2>::ones([8, 6], &device());
        for _ in 0..30 {
            let gradients = (layer.forward(x.clone()) - 1.0).square().mean().backward();
            let gradients = GradientsParams::from_grads(gradients, &layer);
            layer = optimizer.step(0.05, layer, gradients);
        }
        close(&[sigma(layer.weight.val())], &[1.0], 1e-2);
        assert!(layer.weight.base().is_require_grad());
    }

    #[test]
    fn only_a_training_pass_moves_the_vector() {
        let layer: Linear = SpectralNorm::new().prepare(fixed(LinearConfig::new(6, 4).init(&device())));
        let vector = |layer: &Linear| {
            let state = layer.weight.reparameterization::<SpectralNormalized>().unwrap();
            values(state.u.value_sync())
        };
        let before = vector(&layer);
        let x = Tensor::<2>::ones([2, 6], &device());
        let _ = layer.clone().no_grad().forward(x.clone());
        let _ = layer.valid().forward(x.clone().inner());
        assert_eq!(vector(&layer), before);
        let _ = layer.forward(x);
        assert_ne!(vector(&layer), before);
    }

    #[test]
    fn weights_of_zero_stay_finite_and_learn() {
        let zeros = LinearConfig::new(6, 4).with_initializer(Initializer::Zeros);
        let mut layer = SpectralNorm::new().prepare(zeros.init(&device()));
        let mut optimizer = SgdConfig::new().init();
        let x = Tensor::<2>::ones([2, 6], &device());
        for _ in 0..5 {
            let loss = (layer.forward(x.clone()) - 1.0).square().mean();
            assert!(value(loss.clone()).is_finite());
            let gradients = GradientsParams::from_grads(loss.backward(), &layer);
            layer = optimizer.step(0.05, layer, gradients);
        }
        close(&[sigma(layer.weight.val())], &[1.0], 1e-2);
        assert!(values(layer.weight.base()).iter().all(|weight| weight.is_finite()));
    }

    #[test]
    fn the_gradient_flows_through_the_norm() {
        // W / |W| of a single row is a unit vector: its derivative along W itself vanishes.
        let layer = SpectralNorm::new().prepare(fixed(LinearConfig::new(5, 1).with_bias(false).init(&device())));
        let x = Tensor::<2>::from_data([[1.0, -2.0, 0.5, 3.0, 1.5]], &device());
        let gradients = layer.forward(x).sum().backward();
        let gradient = layer.weight.base().grad(&gradients).unwrap();
        let along = value((gradient * layer.weight.base().inner()).sum());
        assert!(along.abs() < 1e-6, "{along}");
    }
}
