//! A discriminator that also reads codes.

use agon_core::{Conditioned, Discriminator, Error, Loadable, Result};
use agon_nn::{Dual, Linear, linear};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::InfoCodes;
use crate::trunk::{LEAK, WEIGHTS};

/// A discriminator and the network `Q` that reads codes back, with a trunk in common.
///
/// The trunk is any network whose scores are taken for features: an [`ImageTrunk`](crate::ImageTrunk), or an
/// [`MlpDiscriminator`](crate::MlpDiscriminator) with many scores.
///
/// # Shapes
/// What the trunk judges to scores `[batch, 1]` and a reading `[batch, categories + continuous]`: logits of the
/// category, then means of the continuous factors.
///
/// # Panics
/// If the trunk says another number of features of a sample than `features`; a training ends with an error which says
/// so.
///
/// # References
/// As [`Information`](crate::Information). The hidden layer of `Q`, of 128 numbers, has batch norm in the paper and none here.
#[derive(Module, Debug)]
pub struct InfoDiscriminator<T: Module> {
    trunk: T,
    score: Linear,
    hidden: Linear,
    reading: Linear,
    #[module(skip)]
    features: usize,
    #[module(skip)]
    codes: InfoCodes,
}

/// Width of the layer that only `Q` has.
const HIDDEN: usize = 128;

impl<T: Discriminator<Output = Tensor<2>> + ModuleDisplay> InfoDiscriminator<T> {
    /// Puts both heads on a trunk with so many features.
    ///
    /// # Errors
    /// [`Error::Config`] without noise, features, or anything to be read back, or with an emphasis that is not above
    /// zero.
    pub fn try_new(trunk: T, features: usize, codes: InfoCodes, device: &Device) -> Result<Self> {
        codes.check()?;
        if features == 0 {
            return Err(Error::config("the trunk of InfoGAN", "at least one feature", 0));
        }
        let layer = |from, to| linear([from, to], true, &WEIGHTS, device);
        Ok(Self {
            trunk,
            score: layer(features, 1),
            hidden: layer(features, HIDDEN),
            reading: layer(HIDDEN, codes.told()),
            features,
            codes,
        })
    }

    /// Scores and readings of samples.
    pub fn forward(&self, samples: T::Input) -> (Tensor<2>, Tensor<2>) {
        let features = self.trunk.discriminate(samples);
        let (expected, [_, found]) = (self.features, features.dims());
        assert_eq!(
            found, expected,
            "InfoGAN: expected a trunk that says {expected} numbers of a sample, got {found}"
        );
        let hidden = LEAK.forward(self.hidden.forward(features.clone()));
        (self.score.forward(features), self.reading.forward(hidden))
    }
}

impl<T: Discriminator<Output = Tensor<2>> + ModuleDisplay> Discriminator for InfoDiscriminator<T> {
    type Input = Conditioned<T::Input>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, input: Conditioned<T::Input>) -> (Tensor<2>, Tensor<2>) {
        self.forward(input.sample)
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        let tangent = self.trunk.derivative(&at.sample, &along.sample);
        // What the features are does not matter to a linear layer's derivative.
        Dual::new(tangent.zeros_like(), tangent).linear(&self.score).tangent
    }

    fn config(&self) -> Option<Value> {
        let config = InfoDiscriminatorConfig {
            codes: self.codes,
            features: self.features,
            trunk: self.trunk.config()?,
        };
        serde_json::to_value(config).ok()
    }
}

/// Configuration of an [`InfoDiscriminator`] around a trunk with configuration `C`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InfoDiscriminatorConfig<C> {
    /// What is to be read back.
    pub codes: InfoCodes,
    /// How many features the trunk finds.
    pub features: usize,
    /// The trunk.
    pub trunk: C,
}

impl<T> Loadable for InfoDiscriminator<T>
where
    T: Discriminator<Output = Tensor<2>> + Loadable + ModuleDisplay,
{
    type Config = InfoDiscriminatorConfig<T::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        let trunk = T::from_config(&config.trunk, device)?;
        Self::try_new(trunk, config.features, config.codes, device)
    }
}
