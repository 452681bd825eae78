use std::collections::BTreeMap;

use agon_core::{Constraint, Error, Result};
use burn::module::{Module, Param, Reparameterization, Reparameterizer};
use burn::prelude::Tensor;

use super::matrix::output_axes_without_tables;
use crate::math::least;

/// All weights learn equally fast, however many inputs their layer has.
///
/// ```text
/// W = c w,    c = gain / sqrt(fan in),    w of mean square one at first
/// ```
///
/// `W`: the weight that a layer uses; `w`: the one that the optimizer keeps; fan in: the inputs of one output,
/// `in * kernel`. He's initialization makes the weights of wide layers small once; here the factor stays in the network.
/// Adam's steps do not depend on the size of a gradient, so they move each `w`, all of one size, by the same share of it.
/// It works on the linear, convolutional and other weights of rank two or more of any module, whose type stays as it was.
/// Embedding tables stay as they are: what is looked up has no inputs to count.
///
/// The network's own first weights are kept but for their size. A rate that was right without it is mostly too low
/// with it: the paper takes 1e-3.
///
/// # Example
/// ```
/// use agon_core::Constraint;
/// use agon_losses::EqualizedRate;
/// use burn::nn::LinearConfig;
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let layer = EqualizedRate::new().prepare(LinearConfig::new(50, 8).init(&device));
/// let square: f32 = layer.weight.val().square().mean().into_scalar();
/// assert!((square - 2.0 / 50.0).abs() < 1e-5);
/// ```
///
/// # References
/// Karras, Aila, Laine and Lehtinen 2018, "Progressive growing of GANs for improved quality, stability, and variation",
/// arXiv:1710.10196, section 4.1. There `w` is drawn from `N(0, 1)`, and the last layers have a gain of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualizedRate {
    gain: f64,
}

impl EqualizedRate {
    /// With He's gain, the square root of 2.
    pub const fn new() -> Self {
        Self {
            gain: std::f64::consts::SQRT_2,
        }
    }

    /// With another gain.
    pub const fn gain(mut self, gain: f64) -> Self {
        self.gain = gain;
        self
    }
}

impl Default for EqualizedRate {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Module> Constraint<M> for EqualizedRate {
    fn check(&self) -> Result<()> {
        Error::unless_above_zero("gain of EqualizedRate", self.gain)
    }

    fn prepare(&self, network: M) -> M {
        let axes = output_axes_without_tables(&network);
        network.apply_reparameterization(Attach { gain: self.gain, axes })
    }
}

/// What [`EqualizedRate`] attaches to a weight: its factor.
#[derive(Module, Debug)]
pub struct Equalized {
    #[module(skip)]
    factor: f64,
}

impl Reparameterization for Equalized {
    const NAME: &'static str = "equalized_rate";

    fn apply<const D: usize>(&self, base: Tensor<D>) -> Tensor<D> {
        base * self.factor
    }
}

struct Attach {
    gain: f64,
    axes: BTreeMap<String, usize>,
}

impl Reparameterizer for Attach {
    type Reparam = Equalized;

    fn reparameterize<const D: usize>(
        &mut self,
        path: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<Equalized>) {
        let Some(&output_axis) = self.axes.get(path) else {
            return (param, None);
        };
        let shape = param.lazy_shape();
        let inputs = shape.num_elements() / shape[output_axis].max(1);
        let factor = self.gain / (inputs.max(1) as f64).sqrt();
        (param.map(of_size_one), Some(Equalized { factor }))
    }
}

/// The same leaf with a mean square of one; zeros stay zeros.
fn of_size_one<const D: usize>(weight: Tensor<D>) -> Tensor<D> {
    let strategy = weight.gradient_checkpointing_strategy();
    let plain = weight.inner();
    let size = plain.clone().square().mean().sqrt().clamp_min(least(&plain));
    let one = Tensor::from_inner(plain / size.unsqueeze());
    match strategy {
        Some(strategy) => one.with_gradient_checkpointing_strategy(strategy).require_grad(),
        None => one.require_grad(),
    }
}

#[cfg(test)]
mod tests {
    use agon_nn::LstmPolicyConfig;
    use burn::module::Module;
    use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2dConfig};
    use burn::nn::{EmbeddingConfig, Initializer, LinearConfig};
    use burn::optim::{AdamConfig, GradientsParams};
    use burn::prelude::Device;

    use super::*;
    use crate::testing::{close, value, values};

    fn device() -> Device {
        Device::default().autodiff()
    }

    fn square<const D: usize>(weight: Tensor<D>) -> f64 {
        value(weight.square().mean())
    }

    #[test]
    fn weights_of_all_layouts_count_their_inputs() {
        let equalized = EqualizedRate::new().gain(3.0);
        let linear = equalized.prepare(LinearConfig::new(7, 5).init(&device()));
        let conv = equalized.prepare(Conv2dConfig::new([3, 4], [3, 2]).init(&device()));
        let back = equalized.prepare(ConvTranspose2dConfig::new([3, 4], [3, 2]).init(&device()));
        let inputs = [7.0, 3.0 * 6.0, 3.0 * 6.0];
        let found = [
            square(linear.weight.val()),
            square(conv.weight.val()),
            square(back.weight.val()),
        ];
        close(&found, &inputs.map(|inputs| 9.0 / inputs), 1e-5);
        close(
            &[square(linear.weight.base()), square(conv.weight.base())],
            &[1.0, 1.0],
            1e-5,
        );
        assert!(linear.bias.unwrap().reparameterization::<Equalized>().is_none());
    }

    #[test]
    fn a_language_model_counts_its_hidden_state_and_not_its_tokens() {
        let policy = LstmPolicyConfig::new(50)
            .with_hidden(6)
            .with_embedding(4)
            .init(&device());
        let before = values(policy.embedding().val());
        let policy = EqualizedRate::new().gain(3.0).prepare(policy);
        assert_eq!(values(policy.embedding().val()), before);
        close(&[square(policy.output().weight())], &[9.0 / 6.0], 1e-4);

        let table = EqualizedRate::new().prepare(EmbeddingConfig::new(50, 4).init(&device()));
        assert!(table.weight.reparameterization::<Equalized>().is_none());
    }

    #[test]
    fn a_name_that_speaks_of_a_layer_does_not_make_one() {
        #[derive(Module, Debug)]
        struct BeforeConvTranspose {
            conv: Conv2d,
        }
        let conv = Conv2dConfig::new([3, 4], [3, 2]).init(&device());
        let equalized = EqualizedRate::new().gain(3.0).prepare(BeforeConvTranspose { conv });
        close(&[square(equalized.conv.weight.val())], &[9.0 / 18.0], 1e-5);
    }

    #[test]
    fn first_weights_keep_their_directions() {
        let plain = LinearConfig::new(6, 4).init(&device());
        let before = values(plain.weight.val());
        let after = values(EqualizedRate::new().prepare(plain).weight.val());
        let ratio = after[0] / before[0];
        close(&after, &before.iter().map(|w| w * ratio).collect::<Vec<_>>(), 1e-5);
    }

    #[test]
    fn a_step_of_adam_is_the_same_share_of_every_weight() {
        let share = |inputs: usize| {
            let config = LinearConfig::new(inputs, 3)
                .with_initializer(Initializer::Ones)
                .with_bias(false);
            let layer = EqualizedRate::new().prepare(config.init(&device()));
            let before = value(layer.weight.val().sum());
            let loss = layer.forward(Tensor::<2>::ones([2, inputs], &device())).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &layer);
            let layer = AdamConfig::new().with_epsilon(1e-8).init().step(0.01, layer, gradients);
            assert!(layer.weight.base().is_require_grad());
            value(layer.weight.val().sum()) / before
        };
        close(&[share(4), share(400)], &[0.99, 0.99], 1e-5);
    }

    #[test]
    fn weights_of_zero_stay_finite() {
        let config = LinearConfig::new(6, 4).with_initializer(Initializer::Zeros);
        let layer = EqualizedRate::new().prepare(config.init(&device()));
        assert_eq!(values(layer.weight.val()), [0.0; 24]);
    }

    #[test]
    fn it_is_folded_into_the_weights_on_wish() {
        let layer = EqualizedRate::new().prepare(LinearConfig::new(6, 4).init(&device()));
        let folded = layer.valid().materialize();
        close(&values(folded.weight.base()), &values(layer.weight.val()), 1e-6);
    }
}
