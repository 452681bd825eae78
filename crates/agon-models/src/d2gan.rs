//! D2GAN: two discriminators, one for each direction of the Kullback-Leibler divergence.

use agon_core::{Discriminator, Loadable, Result, Sample, Scored, Slope};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::{Device, Tensor};
use serde_json::{Value, json};

use crate::{Both, BothConfig};

/// Two discriminators that judge the same samples: their scores side by side.
///
/// With [`DualDiscriminator`](agon_losses::DualDiscriminator) as the loss, a [`Gan`](agon_core::Gan) against it is
/// D2GAN:
///
/// ```text
/// min_G max_(D1, D2)  a E log D1(x) - E D1(G(z)) - E D2(x) + b E log D2(G(z))
/// ```
///
/// `D1` is high on data, `D2` on what is generated, both above zero. At their best the generator faces `a KL(p|q) + b
/// KL(q|p)`, of which the first minds modes that are left out and the second samples that are not data. In the figure:
/// data and samples both go into either discriminator.
///
/// A gradient penalty sees the slope of both scores' sum, in which opposite slopes cancel: it does not bound either
/// judge.
///
/// # Shapes
/// The samples' own, to `[batch, 2 n]`: the `n` scores of the first discriminator, then those of the second.
///
/// # Example
/// ```
/// use agon_core::{Adam, Game, Gan};
/// use agon_losses::DualDiscriminator;
/// use agon_models::{MlpDiscriminatorConfig, MlpGeneratorConfig, TwoJudges};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let judge = || MlpDiscriminatorConfig::new(2).with_hidden(vec![128]).init(&device);
/// let d2gan = Gan::new(MlpGeneratorConfig::new(256, 2).init(&device), TwoJudges::new(judge(), judge()))
///     .loss(DualDiscriminator::default())
///     .optimizers(Adam::new(2e-4).betas(0.5, 0.999));
/// ```
///
/// # References
/// Nguyen, Le, Vu and Phung 2017, "Dual discriminator generative adversarial nets", arXiv:1709.03831. The authors'
/// program for the ring hands its deviation of .02 to a function that takes variances, so that its modes are seven
/// times as wide; its discriminators have one hidden layer.
#[doc(alias = "D2GAN")]
#[derive(Module, Debug)]
pub struct TwoJudges<D: Module> {
    both: Both<D>,
}

impl<D: Discriminator + ModuleDisplay> TwoJudges<D> {
    /// One that rewards what is real, one that rewards what is generated.
    pub fn new(for_real: D, for_fake: D) -> Self {
        let both = Both {
            a: for_real,
            b: for_fake,
        };
        Self { both }
    }
}

impl<D: Discriminator + ModuleDisplay> Discriminator for TwoJudges<D> {
    type Input = D::Input;
    type Output = Tensor<2>;

    fn discriminate(&self, samples: D::Input) -> Tensor<2> {
        let first = self.both.a.discriminate(samples.clone()).scores();
        Tensor::cat(vec![first, self.both.b.discriminate(samples).scores()], 1)
    }

    fn derivative(&self, at: &D::Input, along: &D::Input) -> Tensor<2> {
        Tensor::cat(
            vec![self.both.a.derivative(at, along), self.both.b.derivative(at, along)],
            1,
        )
    }

    fn slope(&self, at: &D::Input) -> Slope<D::Input> {
        let [a, b] = [&self.both.a, &self.both.b].map(|judge| judge.slope(at));
        let gradient = at.with_rows(a.gradient().rows() + b.gradient().rows());
        Slope::new(gradient, move |v: D::Input| a.along(v.clone()) + b.along(v))
    }

    fn config(&self) -> Option<Value> {
        Some(json!({ "a": self.both.a.config()?, "b": self.both.b.config()? }))
    }
}

impl<D: Loadable + ModuleDisplay> Loadable for TwoJudges<D> {
    type Config = BothConfig<D::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        let both = Both::from_config(config, device)?;
        Ok(Self { both })
    }
}
