//! A discriminator of sentences: convolutions over windows of tokens, and a highway.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{Dropout, DropoutConfig, Highway, HighwayConfig, Linear, TextCnn, TextCnnConfig, linear};
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Int, Tensor};
use serde_json::Value;

use super::expect_filters;
use crate::built::built;

/// Configuration of a [`TextDiscriminator`]; the defaults are those of SeqGAN for 20 tokens.
#[derive(Config, Debug)]
pub struct TextDiscriminatorConfig {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// Tokens in a sequence.
    pub length: usize,
    /// Numbers in the vector of a token.
    #[config(default = 64)]
    pub embedding: usize,
    /// How many tokens a filter sees at once, and how many filters there are of the kind.
    #[config(
        default = "vec![(1, 100), (2, 200), (3, 200), (4, 200), (5, 200), (6, 100), (7, 100), (8, 100), (9, 100), (10, 100), (15, 160), (20, 160)]"
    )]
    pub filters: Vec<(usize, usize)>,
    /// Dropout before the last layer.
    #[config(default = 0.25)]
    pub dropout: f64,
}

impl TextDiscriminatorConfig {
    /// With 100 filters of two tokens and 200 of three only: about a fifteenth of the work.
    pub fn reduced(vocabulary: usize, length: usize) -> Self {
        Self::new(vocabulary, length).with_filters(vec![(2, 100), (3, 200)])
    }

    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no filter or token, one is wider than sequences are long, or dropout is not in
    /// `[0, 1)`.
    pub fn try_init(&self, device: &Device) -> Result<TextDiscriminator> {
        if self.vocabulary == 0 || self.embedding == 0 {
            let got = format!("vocabulary {}, embedding {}", self.vocabulary, self.embedding);
            return Err(Error::config("text discriminator", "sizes above zero", got));
        }
        expect_filters(&self.filters, self.length)?;
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::config("dropout", "a number in [0, 1)", self.dropout));
        }
        let filters = TextCnnConfig::new(self.embedding, self.filters.clone());
        let mut last = linear([filters.features(), 2], false, &filters.initializer, device);
        last.bias = Some(Initializer::Constant { value: 0.1 }.init([2], device));
        let vectors = Initializer::Uniform { min: -1.0, max: 1.0 };
        Ok(TextDiscriminator {
            embedding: vectors.init([self.vocabulary, self.embedding], device),
            highway: HighwayConfig::new(filters.features()).init(device),
            filters: filters.init(device),
            dropout: DropoutConfig::new(self.dropout).init(),
            last,
            config: self.clone(),
        })
    }
}

/// Tells sentences of people from those of a machine: filters of several widths, the best place of each, a highway
/// layer, dropout.
///
/// ```text
/// score = log D / (1 - D) = difference of the two classes' logits
/// ```
///
/// # Shapes
/// Tokens `[batch, length]` to `[batch, 1]`.
///
/// # References
/// Yu et al. 2017, arXiv:1609.05473. The authors draw filters from a normal distribution cut at two standard
/// deviations; here it is not cut.
#[derive(Module, Debug)]
pub struct TextDiscriminator {
    embedding: Param<Tensor<2>>,
    filters: TextCnn,
    highway: Highway,
    dropout: Dropout,
    last: Linear,
    #[module(skip)]
    config: TextDiscriminatorConfig,
}

/// Sequences judged at once where no gradient is needed.
const PIECE: usize = 256;

impl TextDiscriminator {
    /// How many different tokens its sequences have, and how many tokens a sequence.
    pub fn sentences(&self) -> [usize; 2] {
        [self.config.vocabulary, self.config.length]
    }

    /// What it sees in a sentence: `[batch, features]`.
    pub fn features(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = tokens.dims();
        let vectors = self.embedding.val().select(0, tokens.reshape([batch * length]));
        let vectors = vectors.reshape([batch, length, self.config.embedding]);
        self.highway.forward(self.filters.forward(vectors))
    }

    /// The same with dropout, as its last layer sees it.
    pub fn dropped_features(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        self.dropout.forward(self.features(tokens))
    }

    /// Its features of any number of sequences, without a gradient and in little memory.
    pub fn features_of_many(&self, tokens: &Tensor<2, Int>) -> Tensor<2> {
        self.in_pieces(tokens, Self::features)
    }

    /// The scores of any number of sequences, without a gradient and in little memory.
    pub fn scores_of_many(&self, tokens: &Tensor<2, Int>) -> Tensor<2> {
        self.in_pieces(tokens, Self::discriminate)
    }

    fn in_pieces(&self, tokens: &Tensor<2, Int>, look: impl Fn(&Self, Tensor<2, Int>) -> Tensor<2>) -> Tensor<2> {
        let judge = self.valid();
        let pieces = tokens.clone().inner().split(PIECE, 0);
        Tensor::cat(pieces.into_iter().map(|piece| look(&judge, piece)).collect(), 0)
    }

    /// Half the squares of the last layer's weights and biases: what its decay takes the gradient of.
    pub fn decay(&self) -> Tensor<1> {
        let weight = self.last.weight.val().square().sum();
        let bias = self.last.bias.as_ref().map(|bias| bias.val().square().sum());
        bias.map_or(weight.clone(), |bias| weight + bias) * 0.5
    }
}

impl Discriminator for TextDiscriminator {
    type Input = Tensor<2, Int>;
    type Output = Tensor<2>;

    fn discriminate(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let logits = self.last.forward(self.dropped_features(tokens));
        logits.clone().narrow(1, 1, 1) - logits.narrow(1, 0, 1)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(TextDiscriminatorConfig => TextDiscriminator);
