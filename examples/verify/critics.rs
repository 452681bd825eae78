//! The critics of the reference penalties, of whatever sizes the file has.

use agon_core::{Discriminator, Slope};
use agon_nn::{Activation, Dual, Linearized};
use burn::module::{Module, Param, ParamId};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::prelude::Tensor;

use super::golden::{Array, Golden, Result, Setting};

/// A parameter by its name in the file.
#[derive(Debug)]
pub struct Named {
    pub name: String,
    pub id: ParamId,
    /// The file has it transposed.
    pub transposed: bool,
    /// How many axes it has here.
    pub rank: usize,
}

/// A critic that can be built from the file and compared with it.
pub trait Reference: Discriminator + Sized {
    /// From the parameters under this name.
    fn build(golden: &Golden, critic: &str, setting: &Setting) -> Result<Self>;
    /// Its input in the file.
    fn input(array: &Array, setting: &Setting) -> Result<Self::Input>;
    /// Its parameters.
    fn named(&self) -> Vec<Named>;
}

/// Layers of `tanh`, the last linear.
#[derive(Module, Debug)]
pub struct Mlp {
    pub layers: Vec<Linear>,
    #[module(skip)]
    pub names: Vec<String>,
}

/// Convolutions of stride 2 and padding 1 with leaky slopes of 0.2, then one linear layer.
#[derive(Module, Debug)]
pub struct Conv {
    pub layers: Vec<Conv2d>,
    pub last: Linear,
    #[module(skip)]
    pub names: Vec<String>,
}

impl Mlp {
    fn through(&self, x: Dual<2>) -> Dual<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(x, |x, (i, layer)| {
            let x = x.linear(layer);
            if i < last { x.activation(Activation::Tanh) } else { x }
        })
    }
}

impl Discriminator for Mlp {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(input, |x, (i, layer)| {
            let x = layer.forward(x);
            if i < last { x.tanh() } else { x }
        })
    }

    fn derivative(&self, at: &Tensor<2>, along: &Tensor<2>) -> Tensor<2> {
        self.through(Dual::new(at.clone(), along.clone())).tangent
    }
}

impl Discriminator for Conv {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Tensor<4>) -> Tensor<2> {
        let leaky = Activation::LeakyRelu(0.2);
        let features = self
            .layers
            .iter()
            .fold(input, |x, layer| leaky.forward(layer.forward(x)));
        self.last.forward(features.flatten(1, 3))
    }

    fn slope(&self, at: &Tensor<4>) -> Slope<Tensor<4>> {
        let start = Linearized::new(at.clone());
        let leaky = Activation::LeakyRelu(0.2);
        let features = self
            .layers
            .iter()
            .fold(start, |x, layer| x.conv2d(layer).activation(leaky));
        let [batch, channels, height, width] = features.value().dims();
        let (gradient, along) = features
            .reshape([batch, channels * height * width])
            .linear(&self.last)
            .slope();
        Slope::new(gradient, along)
    }
}

impl Reference for Mlp {
    fn build(golden: &Golden, critic: &str, setting: &Setting) -> Result<Self> {
        let names = layer_names(golden, critic, "linear");
        let layers = names
            .iter()
            .map(|name| linear(golden, critic, name, setting))
            .collect::<Result<_>>()?;
        Ok(Self { layers, names })
    }

    fn input(array: &Array, setting: &Setting) -> Result<Tensor<2>> {
        setting.tensor(array)
    }

    fn named(&self) -> Vec<Named> {
        self.layers
            .iter()
            .zip(&self.names)
            .flat_map(|(layer, name)| named_linear(layer, name))
            .collect()
    }
}

impl Reference for Conv {
    fn build(golden: &Golden, critic: &str, setting: &Setting) -> Result<Self> {
        let mut names = layer_names(golden, critic, "conv");
        let layers = names
            .iter()
            .map(|name| conv(golden, critic, name, setting))
            .collect::<Result<_>>()?;
        let linears = layer_names(golden, critic, "linear");
        let [last] = &*linears else {
            return Err(format!(
                "expected one linear layer after the convolutions, got {linears:?}"
            ));
        };
        names.push(last.clone());
        Ok(Self {
            layers,
            last: linear(golden, critic, last, setting)?,
            names,
        })
    }

    fn input(array: &Array, setting: &Setting) -> Result<Tensor<4>> {
        setting.tensor(array)
    }

    fn named(&self) -> Vec<Named> {
        let of_convolution = |(layer, name): (&Conv2d, &String)| {
            let weight = named(&layer.weight, format!("{name}.weight"), false);
            let bias = layer
                .bias
                .as_ref()
                .map(|bias| named(bias, format!("{name}.bias"), false));
            [weight].into_iter().chain(bias)
        };
        let last = self
            .names
            .last()
            .map(|name| named_linear(&self.last, name))
            .into_iter()
            .flatten();
        self.layers
            .iter()
            .zip(&self.names)
            .flat_map(of_convolution)
            .chain(last)
            .collect()
    }
}

/// `conv1, conv2, ..` or `linear`: the layers of this kind, in order.
pub fn layer_names(golden: &Golden, critic: &str, kind: &str) -> Vec<String> {
    let prefix = format!("{critic}.param.{kind}");
    let number = |name: &String| name.strip_prefix(&prefix)?.strip_suffix(".weight").map(str::to_owned);
    let mut numbers: Vec<String> = golden.tensors.keys().filter_map(number).collect();
    numbers.sort_by_key(|number| number.parse::<u32>().unwrap_or(0));
    numbers.iter().map(|number| format!("{kind}{number}")).collect()
}

fn parameter<const D: usize>(golden: &Golden, name: &str, setting: &Setting) -> Result<Param<Tensor<D>>> {
    Ok(Param::from_tensor(setting.tensor(golden.tensor(name)?)?))
}

fn linear(golden: &Golden, critic: &str, name: &str, setting: &Setting) -> Result<Linear> {
    let weight: Tensor<2> = setting.tensor(golden.tensor(&format!("{critic}.param.{name}.weight"))?)?;
    let [outputs, inputs] = weight.dims();
    let mut layer = LinearConfig::new(inputs, outputs).init(&setting.device);
    layer.weight = Param::from_tensor(weight.transpose().detach());
    layer.bias = Some(parameter(golden, &format!("{critic}.param.{name}.bias"), setting)?);
    Ok(layer)
}

fn conv(golden: &Golden, critic: &str, name: &str, setting: &Setting) -> Result<Conv2d> {
    let weight: Param<Tensor<4>> = parameter(golden, &format!("{critic}.param.{name}.weight"), setting)?;
    let [outputs, inputs, height, width] = weight.dims();
    let mut layer = Conv2dConfig::new([inputs, outputs], [height, width])
        .with_stride([2, 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init(&setting.device);
    layer.weight = weight;
    layer.bias = Some(parameter(golden, &format!("{critic}.param.{name}.bias"), setting)?);
    Ok(layer)
}

fn named<const D: usize>(param: &Param<Tensor<D>>, name: String, transposed: bool) -> Named {
    Named {
        name,
        id: param.id,
        transposed,
        rank: D,
    }
}

fn named_linear(layer: &Linear, name: &str) -> Vec<Named> {
    let weight = named(&layer.weight, format!("{name}.weight"), true);
    let bias = layer
        .bias
        .as_ref()
        .map(|bias| named(bias, format!("{name}.bias"), false));
    [weight].into_iter().chain(bias).collect()
}
