//! A noisy convolutional classifier for few labels.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{
    Activation, Conv2d, Conv2dConfig, Dropout, DropoutConfig, GaussianNoise, GaussianNoiseConfig, Linear, linear,
};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::Classified;
use crate::built::built;

/// Where weights come from.
const WEIGHTS: Initializer = Initializer::KaimingNormal {
    gain: 1.0,
    fan_out_only: false,
};

/// Configuration of a [`ConvClassifier`].
#[derive(Config, Debug)]
pub struct ConvClassifierConfig {
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    /// How many classes there are.
    pub classes: usize,
    /// Channels of the first convolution; the others have twice and four times as many.
    #[config(default = 32)]
    pub width: usize,
    /// Numbers that are found in an image.
    #[config(default = 128)]
    pub features: usize,
    /// Deviation of the noise on the image.
    #[config(default = 0.3)]
    pub input_noise: f64,
    /// Dropout after each convolution but the first, and before the classes.
    #[config(default = 0.5)]
    pub dropout: f64,
}

impl ConvClassifierConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, the images are smaller than 8 pixels, the noise is negative or no number,
    /// or the dropout is not in `[0, 1)`.
    pub fn try_init(&self, device: &Device) -> Result<ConvClassifier> {
        self.check()?;
        let ([channels, height, columns], width) = (self.shape, self.width);
        let convolution = |sizes| {
            Conv2dConfig::new(sizes, [4, 4])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_initializer(WEIGHTS)
                .init(device)
        };
        let sizes = [[channels, width], [width, 2 * width], [2 * width, 4 * width]];
        let area = (height / 8) * (columns / 8);
        Ok(ConvClassifier {
            convolutions: sizes.map(convolution).to_vec(),
            hidden: linear([4 * width * area, self.features], true, &WEIGHTS, device),
            last: linear([self.features, self.classes], true, &WEIGHTS, device),
            noise: GaussianNoiseConfig::new(self.input_noise).init(),
            dropout: DropoutConfig::new(self.dropout).init(),
            config: self.clone(),
        })
    }

    fn check(&self) -> Result<()> {
        let [channels, height, columns] = self.shape;
        if channels == 0 || height.min(columns) < 8 {
            let got = format!("{channels} channels, {height}x{columns} pixels");
            return Err(Error::config("images", "at least one channel and 8 pixels a side", got));
        }
        if [self.classes, self.width, self.features].contains(&0) {
            let got = format!(
                "{} classes, width {}, {} features",
                self.classes, self.width, self.features
            );
            return Err(Error::config("a classifier's layers", "numbers above zero", got));
        }
        Error::unless_at_least_zero("a classifier's noise", self.input_noise)?;
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::config(
                "a classifier's dropout",
                "a number in [0, 1)",
                self.dropout,
            ));
        }
        Ok(())
    }
}

/// A convolutional classifier with noise on the image and dropout inside, which also shows its features.
///
/// # Shapes
/// Images as rows, as the perceptrons make them that it plays with, `[batch, channels * height * width]`, to logits
/// `[batch, classes]` and features `[batch, features]` without dropout.
///
/// # Panics
/// If rows are no images of the configuration's shape; a training ends with an error which says so.
///
/// # References
/// Li et al. 2017, "Triple generative adversarial nets", arXiv:1703.02291: the classifier of digits, which is
/// convolutional where generator and discriminator are not. The authors' has five convolutions with batch norm, two
/// poolings and a mean over all places, and no noise on the image; here are three convolutions of stride 2, no norm,
/// and noise.
#[derive(Module, Debug)]
pub struct ConvClassifier {
    convolutions: Vec<Conv2d>,
    hidden: Linear,
    last: Linear,
    noise: GaussianNoise,
    dropout: Dropout,
    #[module(skip)]
    config: ConvClassifierConfig,
}

impl ConvClassifier {
    /// Logits and features of images.
    pub fn forward(&self, rows: Tensor<2>) -> Classified {
        let ([n, found], [channels, height, width]) = (rows.dims(), self.config.shape);
        let expected = channels * height * width;
        assert_eq!(
            found, expected,
            "convolutional classifier: expected rows of {expected} numbers, {channels}x{height}x{width}, got {found}"
        );
        let mut maps = self.noise.forward(rows).reshape([n, channels, height, width]);
        for (i, layer) in self.convolutions.iter().enumerate() {
            maps = Activation::Relu.forward(layer.forward(maps));
            if i > 0 {
                maps = self.dropout.forward(maps);
            }
        }
        let features = Activation::Relu.forward(self.hidden.forward(maps.flatten(1, 3)));
        (self.last.forward(self.dropout.forward(features.clone())), features)
    }
}

impl Discriminator for ConvClassifier {
    type Input = Tensor<2>;
    type Output = Classified;

    fn discriminate(&self, rows: Tensor<2>) -> Classified {
        self.forward(rows)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(ConvClassifierConfig => ConvClassifier);
