//! The convolutional networks of DCGAN, for any height, width and number of channels.

use agon_core::prior::{Normal, Prior};
use agon_core::{Discriminator, Error, Generator, Result, Scored, Slope};
use agon_nn::{
    Activation, BatchNorm, Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig, Dual, Linearized, batch_norm,
};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;
use crate::trunk::expect_pictures;

const LEAK: Activation = Activation::LeakyRelu(0.2);
const WEIGHTS: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// Configuration of a [`DcganGenerator`].
#[derive(Config, Debug)]
pub struct DcganGeneratorConfig {
    /// Numbers in a code (100 in the paper).
    pub latent: usize,
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    /// Channels of the layer next to the image; they double towards the code.
    #[config(default = 64)]
    pub width: usize,
}

/// Configuration of a [`DcganDiscriminator`].
#[derive(Config, Debug)]
pub struct DcganDiscriminatorConfig {
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    /// Channels of the layer next to the image; they double towards the score.
    #[config(default = 64)]
    pub width: usize,
    /// Normalizes every layer but the first and the last. Critics with a gradient penalty want none.
    #[config(default = true)]
    pub batch_norm: bool,
    /// Scores of an image; more than one for whatever else is to be said of it.
    #[config(default = 1)]
    pub scores: usize,
}

/// The sizes which an image goes through, halved and rounded down until a side is shorter than eight.
fn pyramid(shape: [usize; 3], width: usize) -> Result<Vec<[usize; 2]>> {
    let [channels, height, columns] = shape;
    if channels == 0 || width == 0 {
        let got = format!("{channels} channels, width {width}");
        return Err(Error::config(
            "DCGAN",
            "at least one channel and a width above zero",
            got,
        ));
    }
    if height.min(columns) < 8 {
        return Err(Error::config(
            "DCGAN images",
            "at least 8 pixels on each side",
            format!("{height}x{columns}"),
        ));
    }
    let mut sizes = vec![[height, columns]];
    while let Some(&[height, columns]) = sizes.last().filter(|size| size[0].min(size[1]) >= 8) {
        sizes.push([height / 2, columns / 2]);
    }
    Ok(sizes)
}

impl DcganGeneratorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or the images are smaller than 8 pixels.
    pub fn try_init(&self, device: &Device) -> Result<DcganGenerator> {
        let sizes = pyramid(self.shape, self.width)?;
        if self.latent == 0 {
            return Err(Error::config("DCGAN", "a code of at least one number", 0));
        }
        let stages = sizes.len() - 1;
        let channels = |stage: usize| self.width << (stage - 1);
        let first = ConvTranspose2dConfig::new([self.latent, channels(stages)], sizes[stages]);
        let mut layers = vec![first];
        for stage in (1..=stages).rev() {
            let out = if stage == 1 { self.shape[0] } else { channels(stage - 1) };
            let (small, large) = (sizes[stage], sizes[stage - 1]);
            layers.push(
                ConvTranspose2dConfig::new([channels(stage), out], [4, 4])
                    .with_stride([2, 2])
                    .with_padding([1, 1])
                    .with_padding_out([large[0] - 2 * small[0], large[1] - 2 * small[1]]),
            );
        }
        let build = |layer: ConvTranspose2dConfig| layer.with_bias(false).with_initializer(WEIGHTS).init(device);
        Ok(DcganGenerator {
            layers: layers.into_iter().map(build).collect(),
            norms: (1..=stages)
                .rev()
                .map(|stage| batch_norm(channels(stage), 0.02, device))
                .collect(),
            config: self.clone(),
        })
    }
}

impl DcganDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or the images are smaller than 8 pixels.
    pub fn try_init(&self, device: &Device) -> Result<DcganDiscriminator> {
        let sizes = pyramid(self.shape, self.width)?;
        if self.scores == 0 {
            return Err(Error::config("DCGAN", "a discriminator of at least one score", 0));
        }
        let stages = sizes.len() - 1;
        let channels = |stage: usize| self.width << (stage - 1);
        let mut layers = Vec::new();
        for stage in 1..=stages {
            let from = if stage == 1 { self.shape[0] } else { channels(stage - 1) };
            layers.push(
                Conv2dConfig::new([from, channels(stage)], [4, 4])
                    .with_stride([2, 2])
                    .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)),
            );
        }
        layers.push(Conv2dConfig::new([channels(stages), self.scores], sizes[stages]));
        let build = |layer: Conv2dConfig| layer.with_bias(false).with_initializer(WEIGHTS).init(device);
        Ok(DcganDiscriminator {
            layers: layers.into_iter().map(build).collect(),
            norms: (2..=stages)
                .filter(|_| self.batch_norm)
                .map(|stage| batch_norm(channels(stage), 0.02, device))
                .collect(),
            config: self.clone(),
        })
    }
}

/// The generator of DCGAN: transposed convolutions with batch norm and ReLU, tanh at the end.
///
/// A 4x4 kernel of stride 2 doubles each side until the image has its size; odd sizes get one more row or column where
/// they need it. For 32x32 or 64x64 it is the paper's network layer by layer. In its figure: the code becomes a small
/// block of many channels, and block after block is twice as wide and high and half as deep, down to the image.
///
/// # Shapes
/// `[batch, latent]` to `[batch, channels, height, width]`, values in (-1, 1).
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::DcganGeneratorConfig;
/// use burn::prelude::Device;
///
/// let generator = DcganGeneratorConfig::new(64, [3, 28, 45]).with_width(8).init(&Device::default());
/// assert_eq!(generator.sample(2, 0).dims(), [2, 3, 28, 45]);
/// ```
///
/// # References
/// Radford, Metz and Chintala 2016, arXiv:1511.06434. Published code initialises batch norm's scale from
/// `N(1, 0.02)`, which the paper does not mention; so does this. Codes are normal here, and uniform in the paper.
#[derive(Module, Debug)]
pub struct DcganGenerator {
    layers: Vec<ConvTranspose2d>,
    norms: Vec<BatchNorm>,
    #[module(skip)]
    config: DcganGeneratorConfig,
}

impl DcganGenerator {
    /// Makes one image per code.
    pub fn forward(&self, codes: Tensor<2>) -> Tensor<4> {
        let [batch, latent] = codes.dims();
        let mut x = codes.reshape([batch, latent, 1, 1]);
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if let Some(norm) = self.norms.get(i) {
                x = norm.forward_then(x, Activation::Relu);
            }
        }
        Activation::Tanh.forward(x)
    }
}

impl Generator for DcganGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<4>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<4> {
        self.forward(codes)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(Normal::new(self.config.latent))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(DcganGeneratorConfig => DcganGenerator);

/// The discriminator of DCGAN: convolutions of stride 2 with batch norm and leaky ReLU.
///
/// Its derivative is exact.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, scores]`.
///
/// # Panics
/// If pictures have another shape than the configuration says; a training ends with an error which says so.
///
/// # References
/// Radford, Metz and Chintala 2016, arXiv:1511.06434.
#[derive(Module, Debug)]
pub struct DcganDiscriminator {
    layers: Vec<Conv2d>,
    norms: Vec<BatchNorm>,
    #[module(skip)]
    config: DcganDiscriminatorConfig,
}

impl DcganDiscriminator {
    /// Scores each image.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        expect_pictures(&images, self.config.shape);
        let mut x = images;
        let last = self.layers.len() - 1;
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            x = match self.norm(i) {
                Some(norm) => norm.forward_then(x, LEAK),
                None if i < last => LEAK.forward(x),
                None => x,
            };
        }
        x.scores()
    }

    /// The normalization after layer `i`: neither the first layer nor the last has one.
    fn norm(&self, i: usize) -> Option<&BatchNorm> {
        self.norms.get(i.checked_sub(1)?)
    }
}

impl Discriminator for DcganDiscriminator {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward(images)
    }

    fn derivative(&self, at: &Tensor<4>, along: &Tensor<4>) -> Tensor<2> {
        expect_pictures(at, self.config.shape);
        let mut x = Dual::new(at.clone(), along.clone());
        let last = self.layers.len() - 1;
        for (i, layer) in self.layers.iter().enumerate() {
            x = x.conv2d(layer);
            if let Some(norm) = self.norm(i) {
                x = x.batch_norm(norm);
            }
            if i < last {
                x = x.activation(LEAK);
            }
        }
        x.tangent.scores()
    }

    fn slope(&self, at: &Tensor<4>) -> Slope<Tensor<4>> {
        expect_pictures(at, self.config.shape);
        if !self.norms.is_empty() {
            return Slope::of(self, at);
        }
        let mut x = Linearized::new(at.clone());
        let last = self.layers.len() - 1;
        for (i, layer) in self.layers.iter().enumerate() {
            x = x.conv2d(layer);
            if i < last {
                x = x.activation(LEAK);
            }
        }
        let (gradient, along) = x.slope();
        Slope::new(gradient, along)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(DcganDiscriminatorConfig => DcganDiscriminator);
