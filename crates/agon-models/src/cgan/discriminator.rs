//! The discriminator.

use agon_core::{Conditioned, Discriminator, Error, Result};
use agon_nn::{Dual, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::built::built;
use crate::told::beside_nothing;
use crate::trunk::{ImageTrunk, ImageTrunkConfig, LEAK, WEIGHTS};

/// How a discriminator is told the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiscriminatorCondition {
    /// Beside the features, before one more hidden layer (Mirza and Osindero 2014). One-hot classes want an
    /// [`emphasis`](CganDiscriminatorConfig::emphasis), without which the generator may make the same of all of them.
    Concatenated,
    /// The same after a linear map to so many numbers.
    Embedded(usize),
    /// As the inner product with the features: `D(x, y) = w phi(x) + y V phi(x)` (Miyato and Koyama 2018).
    Projected,
}

/// Configuration of a [`CganDiscriminator`].
#[derive(Config, Debug)]
pub struct CganDiscriminatorConfig {
    /// Numbers in a condition: the classes, if it is one-hot.
    pub condition: usize,
    /// From images to features.
    pub trunk: ImageTrunkConfig,
    /// How it is told the condition. The examples of BiGAN and VEEGAN, whose conditions are codes, concatenate them.
    #[config(default = "DiscriminatorCondition::Projected")]
    pub entry: DiscriminatorCondition,
    /// How many times as large the condition is where it joins the features. One-hot classes are hardly heeded beside
    /// many features unless it is about 100, and 300 if they are embedded; codes of normal numbers need none, and a
    /// projection, which is the default, takes none: anything but 1 is an error there.
    #[config(default = 1.0)]
    pub emphasis: f64,
}

impl CganDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, the images are smaller than 4 pixels, the emphasis is not above zero, or a
    /// projection has one.
    pub fn try_init(&self, device: &Device) -> Result<CganDiscriminator> {
        let (condition, features) = (self.condition, self.trunk.features);
        Error::unless_above_zero("the emphasis of a CGAN's condition", self.emphasis)?;
        let heeded = self.entry != DiscriminatorCondition::Projected || self.emphasis == 1.0;
        Error::unless(
            heeded,
            "the emphasis of a projected condition",
            "1, which changes nothing",
            self.emphasis,
        )?;
        if condition == 0 || self.entry == DiscriminatorCondition::Embedded(0) {
            let got = format!("condition {condition}, {:?}", self.entry);
            return Err(Error::config("CGAN", "numbers above zero", got));
        }
        let layer = |sizes, bias| linear(sizes, bias, &WEIGHTS, device);
        let (map, joined) = match self.entry {
            DiscriminatorCondition::Concatenated => (None, Some(layer([features + condition, features], true))),
            DiscriminatorCondition::Embedded(numbers) => (
                Some(layer([condition, numbers], false)),
                Some(layer([features + numbers, features], true)),
            ),
            DiscriminatorCondition::Projected => (Some(layer([condition, features], false)), None),
        };
        Ok(CganDiscriminator {
            trunk: self.trunk.try_init(device)?,
            map,
            joined,
            score: layer([features, 1], true),
            config: self.clone(),
        })
    }
}

/// A discriminator of images that is told what they are to be.
///
/// ```text
/// concatenated   D(x, y) = w h,  h = lrelu(W [phi(x), e y])
/// projected      D(x, y) = w phi(x) + (V y) phi(x)
/// ```
///
/// `phi`: the features of an [`ImageTrunk`]; `y`: the condition, or its embedding; `e`: the
/// [`emphasis`](CganDiscriminatorConfig::emphasis).
///
/// # Shapes
/// Images `[batch, channels, height, width]` with conditions `[batch, condition]` to `[batch, 1]`.
///
/// # References
/// Mirza and Osindero 2014, arXiv:1411.1784; Miyato and Koyama 2018, "cGANs with projection discriminator",
/// arXiv:1802.05637. Published implementations of the former often join the condition to the pixels instead of
/// the features; the paper has hidden layers for both and then a joint one, as here. The projection's authors norm all
/// weights by their largest singular values ([`SpectralNorm`](agon_losses::SpectralNorm)) and have no batch norm.
#[derive(Module, Debug)]
pub struct CganDiscriminator {
    trunk: ImageTrunk,
    /// The embedding, or the projection.
    map: Option<Linear>,
    joined: Option<Linear>,
    score: Linear,
    #[module(skip)]
    config: CganDiscriminatorConfig,
}

impl CganDiscriminator {
    /// Scores each image under its condition.
    pub fn forward(&self, images: Tensor<4>, condition: Tensor<2>) -> Tensor<2> {
        let features = self.trunk.forward(images);
        let condition = self.mapped(condition);
        match &self.joined {
            Some(joined) => {
                let both = Tensor::cat(vec![features, condition * self.config.emphasis], 1);
                self.score.forward(LEAK.forward(joined.forward(both)))
            }
            None => self.score.forward(features.clone()) + (condition * features).sum_dim(1),
        }
    }

    fn mapped(&self, condition: Tensor<2>) -> Tensor<2> {
        match &self.map {
            Some(map) => map.forward(condition),
            None => condition,
        }
    }
}

impl Discriminator for CganDiscriminator {
    type Input = Conditioned<Tensor<4>>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Conditioned<Tensor<4>>) -> Tensor<2> {
        self.forward(input.sample, input.condition)
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        let features = self.trunk.dual(Dual::new(at.sample.clone(), along.sample.clone()));
        let condition = self.mapped(at.condition.clone());
        match &self.joined {
            Some(joined) => {
                let tangent = beside_nothing(features.tangent, condition.dims()[1]);
                let condition = condition * self.config.emphasis;
                let both = Dual::new(Tensor::cat(vec![features.value, condition], 1), tangent);
                both.linear(joined).activation(LEAK).linear(&self.score).tangent
            }
            None => features.clone().linear(&self.score).tangent + (condition * features.tangent).sum_dim(1),
        }
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(CganDiscriminatorConfig => CganDiscriminator);
