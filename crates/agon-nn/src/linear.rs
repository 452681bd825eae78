use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn as theirs;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

use crate::init::uniform;
use crate::linearized::Affine;

/// Configuration of a [`Linear`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct LinearConfig {
    /// Numbers in the input.
    pub d_input: usize,
    /// Numbers in the output.
    pub d_output: usize,
    /// Whether to add a bias.
    #[config(default = true)]
    pub bias: bool,
    /// Where weights and biases are drawn from.
    #[config(default = "uniform()")]
    pub initializer: Initializer,
}

/// A linear map, by this project's kernels on the CPU and by burn's elsewhere.
///
/// Its record is that of burn's `Linear`: either loads the other's weights.
///
/// # Shapes
/// `[.., d_input]` to `[.., d_output]`.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[d_input, d_output]`
    pub weight: Param<Tensor<2>>,
    /// `[d_output]`
    pub bias: Option<Param<Tensor<1>>>,
}

impl LinearConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> Linear {
        let layer = theirs::LinearConfig::new(self.d_input, self.d_output)
            .with_bias(self.bias)
            .with_initializer(self.initializer.clone());
        layer.init(device).into()
    }
}

impl Linear {
    /// Applies the layer.
    ///
    /// # Panics
    /// If the last axis of `x` has another length than `d_input`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        ops::linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Without its bias: what is linear about it. It looks at the weights once, however often it is applied.
    pub(crate) fn linear_part(&self) -> impl Fn(Tensor<2>) -> Tensor<2> {
        let weight = self.weight.val();
        move |x| ops::linear(x, weight.clone(), None)
    }
}

impl Affine<2> for Linear {
    fn parameters(&self) -> (Tensor<2>, Option<Tensor<1>>) {
        (self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    fn apply(&self, x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
        ops::linear(x, weight, bias)
    }

    fn transposed(&self, y: Tensor<2>, weight: Tensor<2>, _: [usize; 2]) -> Tensor<2> {
        ops::linear(y, weight.transpose(), None)
    }
}

impl From<theirs::Linear> for Linear {
    fn from(layer: theirs::Linear) -> Self {
        Self {
            weight: layer.weight,
            bias: layer.bias,
        }
    }
}

impl From<&theirs::Linear> for Linear {
    fn from(layer: &theirs::Linear) -> Self {
        layer.clone().into()
    }
}

impl From<&Self> for Linear {
    fn from(layer: &Self) -> Self {
        layer.clone()
    }
}
