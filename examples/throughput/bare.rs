//! The same networks of burn's own layers, trained by a step written by hand: burn without this library.

use agon::burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use agon::burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use agon::prelude::*;
use burn::module::{Module, ModuleDisplay};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{leaky_relu, relu, softplus};

/// A network of one input and one output.
pub trait Network<const I: usize, const O: usize>: Module + ModuleDisplay {
    fn forward(&self, x: Tensor<I>) -> Tensor<O>;
}

/// Two networks and their optimizers.
pub struct Pair<G, D> {
    generator: G,
    critic: D,
    optimizers: [ModuleOptimizer; 2],
}

impl<G, D> Pair<G, D> {
    pub fn new(generator: G, critic: D) -> Self {
        let adam = || AdamConfig::new().with_beta_1(0.5).with_epsilon(1e-8).init();
        Self {
            generator,
            critic,
            optimizers: [adam(), adam()],
        }
    }

    /// A turn of the critic, then one of the generator against the same fakes.
    pub fn step<const Z: usize, const X: usize>(self, codes: Tensor<Z>, real: Tensor<X>) -> Self
    where
        G: Network<Z, X>,
        D: Network<X, 2>,
    {
        let (generator, critic, [mut for_generator, mut for_critic]) = (self.generator, self.critic, self.optimizers);
        let fake = generator.forward(codes);
        let (scores, fake_scores) = (critic.forward(real), critic.forward(fake.clone().detach()));
        let loss = softplus(-scores, 1.0).mean() + softplus(fake_scores, 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &critic);
        let critic = for_critic.step(2e-4, critic, gradients);

        let loss = softplus(-critic.clone().no_grad().forward(fake), 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &generator);
        Self {
            generator: for_generator.step(2e-4, generator, gradients),
            critic,
            optimizers: [for_generator, for_critic],
        }
    }
}

/// Linear maps with ReLU between them.
#[derive(Module, Debug)]
pub struct Perceptron {
    layers: Vec<Linear>,
}

impl Perceptron {
    pub fn new(sizes: &[usize], device: &Device) -> Self {
        let layer = |pair: &[usize]| LinearConfig::new(pair[0], pair[1]).init(device);
        Self {
            layers: sizes.windows(2).map(layer).collect(),
        }
    }
}

impl Network<2, 2> for Perceptron {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = |x, (i, layer): (usize, &Linear)| layer.forward(if i == 0 { x } else { relu(x) });
        self.layers.iter().enumerate().fold(x, hidden)
    }
}

/// How many times an image of this size is halved until it is shorter than eight.
fn stages(size: usize) -> u32 {
    size.max(8).ilog2() - 2
}

/// DCGAN's generator, from codes as images of one pixel.
#[derive(Module, Debug)]
pub struct Painter {
    layers: Vec<ConvTranspose2d>,
    norms: Vec<BatchNorm>,
}

impl Painter {
    pub fn new(size: usize, width: usize, device: &Device) -> Self {
        let (stages, channels) = (stages(size), |stage: u32| width << (stage - 1));
        let first = ConvTranspose2dConfig::new([100, channels(stages)], [size >> stages; 2]);
        let doubling = (1..=stages).rev().map(|stage| {
            let out = if stage == 1 { 3 } else { channels(stage - 1) };
            ConvTranspose2dConfig::new([channels(stage), out], [4, 4])
                .with_stride([2, 2])
                .with_padding([1, 1])
        });
        let build = |layer: ConvTranspose2dConfig| layer.with_bias(false).init(device);
        Self {
            layers: std::iter::once(first).chain(doubling).map(build).collect(),
            norms: (1..=stages)
                .rev()
                .map(|stage| BatchNormConfig::new(channels(stage)).init(device))
                .collect(),
        }
    }
}

impl Network<4, 4> for Painter {
    fn forward(&self, codes: Tensor<4>) -> Tensor<4> {
        let layers = self.layers.iter().enumerate();
        let x = layers.fold(codes, |x, (i, layer)| match self.norms.get(i) {
            Some(norm) => relu(norm.forward(layer.forward(x))),
            None => layer.forward(x),
        });
        x.tanh()
    }
}

/// DCGAN's discriminator.
#[derive(Module, Debug)]
pub struct Judge {
    layers: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
}

impl Judge {
    pub fn new(size: usize, width: usize, device: &Device) -> Self {
        let (stages, channels) = (stages(size), |stage: u32| width << (stage - 1));
        let halving = (1..=stages).map(|stage| {
            let from = if stage == 1 { 3 } else { channels(stage - 1) };
            Conv2dConfig::new([from, channels(stage)], [4, 4])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        });
        let last = Conv2dConfig::new([channels(stages), 1], [size >> stages; 2]);
        let build = |layer: Conv2dConfig| layer.with_bias(false).init(device);
        Self {
            layers: halving.chain([last]).map(build).collect(),
            norms: (2..=stages)
                .map(|stage| BatchNormConfig::new(channels(stage)).init(device))
                .collect(),
        }
    }
}

impl Network<4, 2> for Judge {
    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let layers = self.layers.iter().enumerate();
        let x = layers.fold(images, |x, (i, layer)| {
            let x = layer.forward(x);
            match i.checked_sub(1).and_then(|before| self.norms.get(before)) {
                Some(norm) => leaky_relu(norm.forward(x), 0.2),
                None if i == 0 => leaky_relu(x, 0.2),
                None => x,
            }
        });
        x.flatten(1, 3)
    }
}
