//! A discriminator that reads sequences from left to right.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{Linear, LstmCell, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of an [`LstmDiscriminator`].
#[derive(Config, Debug)]
pub struct LstmDiscriminatorConfig {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// Numbers in the hidden state.
    #[config(default = 32)]
    pub hidden: usize,
    /// Where weights come from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.2 }")]
    pub initializer: Initializer,
}

impl LstmDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero.
    pub fn try_init(&self, device: &Device) -> Result<LstmDiscriminator> {
        if self.vocabulary == 0 || self.hidden == 0 {
            let got = format!("vocabulary {}, hidden {}", self.vocabulary, self.hidden);
            return Err(Error::config("LSTM discriminator", "sizes above zero", got));
        }
        Ok(LstmDiscriminator {
            cell: LstmCell::new(self.vocabulary, self.hidden, &self.initializer, device),
            last: linear([self.hidden, 1], true, &self.initializer, device),
            config: self.clone(),
        })
    }
}

/// Reads a sequence, soft or whole, to its end and says whether it is real.
///
/// ```text
/// h_t = LSTM(y_t, h_(t - 1)),    score = w h_last + b
/// ```
///
/// # Shapes
/// `[batch, length, vocabulary]` to `[batch, 1]`.
///
/// # References
/// Kusner and Hernandez-Lobato 2016, arXiv:1611.04051.
#[derive(Module, Debug)]
pub struct LstmDiscriminator {
    cell: LstmCell,
    last: Linear,
    #[module(skip)]
    config: LstmDiscriminatorConfig,
}

impl Discriminator for LstmDiscriminator {
    type Input = Tensor<3>;
    type Output = Tensor<2>;

    fn discriminate(&self, sequences: Tensor<3>) -> Tensor<2> {
        let [batch, length, vocabulary] = sequences.dims();
        let by_time = sequences.swap_dims(0, 1).reshape([length * batch, vocabulary]);
        let projected = self.cell.project(by_time);
        let mut state = self.cell.blank(batch);
        for place in 0..length {
            state = self.cell.step(projected.clone().narrow(0, place * batch, batch), state);
        }
        self.last.forward(state.hidden)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(LstmDiscriminatorConfig => LstmDiscriminator);
