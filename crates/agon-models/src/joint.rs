//! A judge of vectors as a judge of codes and samples together.

use agon_core::{Discriminator, Loadable, Result, Sample, Slope};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

/// A discriminator that sees a code and a sample side by side, as one vector.
///
/// # Shapes
/// `([batch, code], [batch, features])` to what the discriminator says of `[batch, code + features]`.
#[derive(Module, Debug)]
pub struct Joint<D: Module> {
    judge: D,
}

impl<D: Discriminator<Input = Tensor<2>> + ModuleDisplay> Joint<D> {
    /// This discriminator, for pairs.
    pub fn of(judge: D) -> Self {
        Self { judge }
    }
}

impl<D: Discriminator<Input = Tensor<2>> + ModuleDisplay> Discriminator for Joint<D> {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = D::Output;

    fn discriminate(&self, pair: Self::Input) -> D::Output {
        self.judge.discriminate(pair.rows())
    }

    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        self.judge.derivative(&at.rows(), &along.rows())
    }

    fn slope(&self, at: &Self::Input) -> Slope<Self::Input> {
        let of_rows = self.judge.slope(&at.rows());
        let gradient = at.with_rows(of_rows.gradient().clone());
        Slope::new(gradient, move |v: Self::Input| of_rows.along(v.rows()))
    }

    fn config(&self) -> Option<Value> {
        self.judge.config()
    }
}

impl<D: Loadable + ModuleDisplay> Loadable for Joint<D> {
    type Config = D::Config;

    fn from_config(config: &D::Config, device: &Device) -> Result<Self> {
        let judge = D::from_config(config, device)?;
        Ok(Self { judge })
    }
}
