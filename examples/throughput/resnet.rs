//! A small residual pair: 3x3 convolutions of one width, spectral norm in the discriminator.

use agon::burn::module::Module;
use agon::burn::nn::PaddingConfig2d;
use agon::nn::{
    Activation, BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, Linear, LinearConfig, average_pool, upsample,
};
use agon::prelude::*;

fn conv(from: usize, to: usize, kernel: usize, device: &Device) -> Conv2d {
    let pad = kernel / 2;
    Conv2dConfig::new([from, to], [kernel; 2])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .init(device)
}

#[derive(Module, Debug)]
struct Up {
    norms: [BatchNorm; 2],
    convs: [Conv2d; 2],
}

impl Up {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = upsample(self.norms[0].forward_then(x.clone(), Activation::Relu), 2);
        let y = self.norms[1].forward_then(self.convs[0].forward(y), Activation::Relu);
        self.convs[1].forward(y) + upsample(x, 2)
    }
}

/// From codes to 32x32 pixels by three residual blocks.
#[derive(Module, Debug)]
pub struct ResidualGenerator {
    first: Linear,
    blocks: Vec<Up>,
    norm: BatchNorm,
    last: Conv2d,
    latent: usize,
    width: usize,
}

impl ResidualGenerator {
    pub fn new(latent: usize, width: usize, device: &Device) -> Self {
        let norm = || BatchNormConfig::new(width).init(device);
        let block = |_| Up {
            norms: [norm(), norm()],
            convs: [conv(width, width, 3, device), conv(width, width, 3, device)],
        };
        Self {
            first: LinearConfig::new(latent, width * 16).init(device),
            blocks: (0..3).map(block).collect(),
            norm: norm(),
            last: conv(width, 3, 3, device),
            latent,
            width,
        }
    }
}

impl Generator for ResidualGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<4>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<4> {
        let batch = codes.dims()[0];
        let x = self.first.forward(codes).reshape([batch, self.width, 4, 4]);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        let x = self.norm.forward_then(x, Activation::Relu);
        Activation::Tanh.forward(self.last.forward(x))
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(prior::Normal::new(self.latent))
    }
}

#[derive(Module, Debug)]
struct Down {
    convs: [Conv2d; 2],
}

impl Down {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let relu = |x| Activation::Relu.forward(x);
        let y = self.convs[0].forward(relu(x.clone()));
        average_pool(self.convs[1].forward(relu(y)) + x, 2)
    }
}

/// From 32x32 pixels to a score by three residual blocks.
#[derive(Module, Debug)]
pub struct ResidualDiscriminator {
    first: Conv2d,
    blocks: Vec<Down>,
    last: Linear,
}

impl ResidualDiscriminator {
    pub fn new(width: usize, device: &Device) -> Self {
        let block = |_| Down {
            convs: [conv(width, width, 3, device), conv(width, width, 3, device)],
        };
        Self {
            first: conv(3, width, 3, device),
            blocks: (0..3).map(block).collect(),
            last: LinearConfig::new(width, 1).init(device),
        }
    }
}

impl Discriminator for ResidualDiscriminator {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.first.forward(images);
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        let x: Tensor<2> = Activation::Relu.forward(x).flatten::<3>(2, 3).mean_dim(2).flatten(1, 2);
        self.last.forward(x)
    }
}
