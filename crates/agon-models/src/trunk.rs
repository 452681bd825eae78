//! What several discriminators of images have in common: from pixels to features.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{Activation, BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, Dual, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// The leak of InfoGAN's networks.
pub(crate) const LEAK: Activation = Activation::LeakyRelu(0.1);
/// Where weights of all image networks in this family come from.
pub(crate) const WEIGHTS: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// Configuration of an [`ImageTrunk`].
#[derive(Config, Debug)]
pub struct ImageTrunkConfig {
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    /// Channels of the first convolution; the second has twice as many (64 in InfoGAN).
    #[config(default = 64)]
    pub width: usize,
    /// Numbers that are found in an image (1024 in InfoGAN).
    #[config(default = 1024)]
    pub features: usize,
    /// Normalizes the second convolution and the features.
    #[config(default = true)]
    pub batch_norm: bool,
    /// Normalizes the features too, where `batch_norm`. Not for the judge of a generator that minimises mean scores
    /// themselves ([`Veegan`](crate::Veegan)'s): a norm takes off what all samples of a batch have in common.
    #[config(default = true)]
    pub feature_norm: bool,
}

impl ImageTrunkConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or the images are smaller than 4 pixels.
    pub fn try_init(&self, device: &Device) -> Result<ImageTrunk> {
        let ([channels, height, columns], width) = (self.shape, self.width);
        if channels == 0 || height.min(columns) < 4 {
            let got = format!("{channels} channels, {height}x{columns} pixels");
            return Err(Error::config("images", "at least one channel and 4 pixels a side", got));
        }
        if width == 0 || self.features == 0 {
            let got = format!("width {width}, {} features", self.features);
            return Err(Error::config("an image trunk", "numbers above zero", got));
        }
        let convolution = |sizes, bias| {
            Conv2dConfig::new(sizes, [4, 4])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(bias)
                .with_initializer(WEIGHTS)
                .init(device)
        };
        let norm = |features| BatchNormConfig::new(features).init(device);
        let norms_features = self.batch_norm && self.feature_norm;
        let area = (height / 4) * (columns / 4);
        Ok(ImageTrunk {
            fine: convolution([channels, width], !self.batch_norm),
            coarse: convolution([width, 2 * width], !self.batch_norm),
            coarse_norm: self.batch_norm.then(|| norm(2 * width)),
            last: linear([2 * width * area, self.features], !norms_features, &WEIGHTS, device),
            last_norm: norms_features.then(|| norm(self.features)),
            config: self.clone(),
        })
    }
}

/// The discriminator of InfoGAN up to its features: two convolutions of stride 2 and a linear layer, for heads to
/// read scores, classes and codes from.
///
/// # Shapes
/// `[batch, channels, height, width]` to `[batch, features]`, after the last leaky ReLU.
///
/// # Panics
/// If pictures have another shape than the configuration says; a training ends with an error which says so.
///
/// # References
/// Chen et al. 2016, "InfoGAN", arXiv:1606.03657, appendix C.1 (28x28 pixels; any size here). In the authors' code the
/// first convolution has a bias, which it has here without batch norm only, and leaks are of .01 instead of .1.
#[derive(Module, Debug)]
pub struct ImageTrunk {
    fine: Conv2d,
    coarse: Conv2d,
    coarse_norm: Option<BatchNorm>,
    last: Linear,
    last_norm: Option<BatchNorm>,
    #[module(skip)]
    config: ImageTrunkConfig,
}

impl ImageTrunk {
    /// The features of each image.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        expect_pictures(&images, self.config.shape);
        let x = LEAK.forward(self.fine.forward(images));
        let x = LEAK.forward(normalized(self.coarse.forward(x), &self.coarse_norm));
        LEAK.forward(normalized(self.last.forward(x.flatten(1, 3)), &self.last_norm))
    }

    /// The features, and how they change in a direction.
    pub(crate) fn dual(&self, images: Dual<4>) -> Dual<2> {
        expect_pictures(&images.value, self.config.shape);
        let x = images.conv2d(&self.fine).activation(LEAK).conv2d(&self.coarse);
        let x = dual_normalized(x, &self.coarse_norm).activation(LEAK);
        let [batch, ..] = x.value.dims();
        let x = x.reshape([batch, self.last.weight.dims()[0]]).linear(&self.last);
        dual_normalized(x, &self.last_norm).activation(LEAK)
    }

    /// How many features there are.
    pub fn features(&self) -> usize {
        self.config.features
    }
}

/// Convolutions take pictures of any size, and would go on with another number of places than the last layer is made
/// for.
pub(crate) fn expect_pictures(images: &Tensor<4>, expected: [usize; 3]) {
    let [_, found @ ..] = images.dims();
    let name = |[channels, height, width]: [usize; 3]| format!("{channels}x{height}x{width}");
    assert!(
        found == expected,
        "pictures: expected {}, got {}",
        name(expected),
        name(found)
    );
}

fn normalized<const D: usize>(x: Tensor<D>, norm: &Option<BatchNorm>) -> Tensor<D> {
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

fn dual_normalized<const D: usize>(x: Dual<D>, norm: &Option<BatchNorm>) -> Dual<D> {
    match norm {
        Some(norm) => x.batch_norm(norm),
        None => x,
    }
}

/// As a network of its own it judges by its features.
impl Discriminator for ImageTrunk {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward(images)
    }

    fn derivative(&self, at: &Tensor<4>, along: &Tensor<4>) -> Tensor<2> {
        self.dual(Dual::new(at.clone(), along.clone())).tangent
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(ImageTrunkConfig => ImageTrunk);
