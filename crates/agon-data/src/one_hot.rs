use burn::prelude::{Device, Int, Tensor};

use crate::dataset::Dataset;
use crate::error::Result;

/// Sequences of tokens as rows with a one at the token's place, for networks whose choice of a token is soft.
///
/// # Shapes
/// A batch: `[size, length, vocabulary]`.
///
/// # Panics
/// If a token is not below the vocabulary.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Grammar, OneHot};
/// use burn::prelude::Device;
///
/// let grammar = Grammar::arithmetic();
/// let rows = OneHot::new(grammar.sentences(12), grammar.vocabulary());
/// assert_eq!(rows.batches(4).batch(0, 7, &Device::default())?.dims(), [4, 12, 6]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct OneHot<D> {
    tokens: D,
    vocabulary: usize,
}

impl<D: Dataset<Batch = Tensor<2, Int>>> OneHot<D> {
    /// Tokens from so many different ones.
    pub fn new(tokens: D, vocabulary: usize) -> Self {
        Self { tokens, vocabulary }
    }
}

impl<D: Dataset<Batch = Tensor<2, Int>>> Dataset for OneHot<D> {
    type Batch = Tensor<3>;

    fn items(&self) -> Option<u64> {
        self.tokens.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<3>> {
        let tokens = self.tokens.gather(items, seed, device)?;
        Ok(tokens.one_hot::<3>(self.vocabulary).float())
    }
}
