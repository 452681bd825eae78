//! A discriminator of sentences that also shows its features and recovers their codes.

use agon_core::{Discriminator, Error, Result, Scored};
use agon_nn::{Linear, TextCnn, TextCnnConfig, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use super::expect_filters;
use crate::built::built;

/// Configuration of a [`TextGanDiscriminator`].
#[derive(Config, Debug)]
pub struct TextGanDiscriminatorConfig {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// Tokens in a sequence.
    pub length: usize,
    /// Numbers in the code of a sequence.
    #[config(default = 32)]
    pub latent: usize,
    /// Numbers in the vector of a token.
    #[config(default = 16)]
    pub embedding: usize,
    /// How many tokens a filter sees at once, and how many filters there are of the kind.
    #[config(default = "vec![(2, 32), (3, 32), (5, 32)]")]
    pub filters: Vec<(usize, usize)>,
}

impl TextGanDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, or there is no filter or one that is wider than sequences are long.
    pub fn try_init(&self, device: &Device) -> Result<TextGanDiscriminator> {
        let sizes = [self.vocabulary, self.latent, self.embedding];
        if sizes.contains(&0) {
            let what = "vocabulary, latent and embedding of TextGAN";
            return Err(Error::config(what, "numbers above zero", format!("{sizes:?}")));
        }
        expect_filters(&self.filters, self.length)?;
        let weights = Initializer::Normal { mean: 0.0, std: 0.2 };
        let filters = TextCnnConfig::new(self.embedding, self.filters.clone()).with_initializer(weights.clone());
        Ok(TextGanDiscriminator {
            vectors: linear([self.vocabulary, self.embedding], false, &weights, device),
            score: linear([filters.features(), 1], true, &weights, device),
            code: linear([filters.features(), self.latent], true, &weights, device),
            doubt: linear([filters.features(), self.latent], true, &weights, device),
            filters: filters.init(device),
            config: self.clone(),
        })
    }
}

/// Features of a sequence, soft or whole, found by filters; from them a score, and a Gaussian
/// over the codes that it may have been made from.
///
/// ```text
/// f(y) = relu(max over places of (filters * y E) + d),    score = w f + b,    z^ = A f + a,    log variance = B f + c
/// ```
///
/// # Shapes
/// `[batch, length, vocabulary]` to a [`TextGanJudgement`].
///
/// # References
/// Zhang et al. 2017, arXiv:1706.03850, whose network recovers codes as points: the Gaussian is for the training
/// beforehand of [`TextGan`](crate::TextGan).
#[derive(Module, Debug)]
pub struct TextGanDiscriminator {
    vectors: Linear,
    filters: TextCnn,
    score: Linear,
    code: Linear,
    doubt: Linear,
    #[module(skip)]
    config: TextGanDiscriminatorConfig,
}

/// What a [`TextGanDiscriminator`] says.
#[derive(Debug, Clone)]
pub struct TextGanJudgement {
    /// What it saw: `[batch, features]`.
    pub features: Tensor<2>,
    /// Whether it is real: `[batch, 1]`.
    pub scores: Tensor<2>,
    /// What it was made from: `[batch, latent]`.
    pub codes: Tensor<2>,
    /// How unsure that is, as logarithms of variances: `[batch, latent]`.
    pub doubts: Tensor<2>,
}

impl TextGanDiscriminator {
    /// How many different tokens its sequences have, and how many tokens a sequence.
    pub fn sentences(&self) -> [usize; 2] {
        [self.config.vocabulary, self.config.length]
    }

    /// Numbers in the code of a sequence.
    pub fn latent(&self) -> usize {
        self.config.latent
    }
}

impl Scored for TextGanJudgement {
    fn scores(&self) -> Tensor<2> {
        self.scores.clone()
    }
}

impl Discriminator for TextGanDiscriminator {
    type Input = Tensor<3>;
    type Output = TextGanJudgement;

    fn discriminate(&self, sequences: Tensor<3>) -> TextGanJudgement {
        let features = self.filters.forward(self.vectors.forward(sequences));
        TextGanJudgement {
            scores: self.score.forward(features.clone()),
            codes: self.code.forward(features.clone()),
            doubts: self.doubt.forward(features.clone()),
            features,
        }
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(TextGanDiscriminatorConfig => TextGanDiscriminator);
