use burn::prelude::Tensor;

use super::Sentence;
use crate::error::Error;
use crate::{Figure, Metric, Origin, Result};

/// Turns sentences into vectors.
///
/// Functions `Fn(&[Sentence]) -> Result<Tensor<2>>` do.
pub trait Embedding: Send {
    /// One vector per sentence.
    ///
    /// # Shapes
    /// Returns `[sentences, width]`.
    ///
    /// # Errors
    /// If a sentence cannot be embedded.
    fn embed(&self, sentences: &[Sentence]) -> Result<Tensor<2>>;
}

impl<F: Fn(&[Sentence]) -> Result<Tensor<2>> + Send> Embedding for F {
    fn embed(&self, sentences: &[Sentence]) -> Result<Tensor<2>> {
        self(sentences)
    }
}

/// Each sentence is the mean of its words' vectors.
///
/// # Shapes
/// The table: `[vocabulary, width]`.
///
/// # Errors
/// A word that is not in the table; a sentence without words.
#[derive(Debug, Clone)]
pub struct MeanOfWords {
    table: Tensor<2>,
}

impl MeanOfWords {
    /// By this table of vectors, one per word.
    pub fn new(table: Tensor<2>) -> Self {
        Self { table: table.inner() }
    }
}

impl Embedding for MeanOfWords {
    fn embed(&self, sentences: &[Sentence]) -> Result<Tensor<2>> {
        let [vocabulary, width] = self.table.dims();
        let embed = |sentence: &Sentence| {
            if let Some(word) = sentence.iter().find(|word| **word as usize >= vocabulary) {
                return Err(Error::config(
                    "a word to embed",
                    format!("less than {vocabulary}"),
                    word,
                ));
            }
            if sentence.is_empty() {
                return Err(Error::shape("a sentence to embed", "at least one word", "none"));
            }
            let words: Vec<i64> = sentence.iter().map(|&word| i64::from(word)).collect();
            let words = Tensor::from_data(words.as_slice(), &self.table.device());
            Ok(self.table.clone().select(0, words).mean_dim(0))
        };
        let rows = sentences.iter().map(embed).collect::<Result<Vec<_>>>()?;
        if rows.is_empty() {
            return Ok(Tensor::zeros([0, width], &self.table.device()));
        }
        Ok(Tensor::cat(rows, 0))
    }
}

/// A distance of distributions of vectors, taken of sentences.
///
/// With the Frechet distance it is the Frechet embedding distance of text. It depends on the embedding as on
/// nothing else: state it.
///
/// # Errors
/// Whatever the embedding or the distance says.
///
/// # Example
/// ```
/// use agon_metrics::sequences::{Embedded, MeanOfWords};
/// use agon_metrics::{FrechetDistance, Metric, Origin};
/// use burn::prelude::*;
///
/// let table = Tensor::<2>::eye(4, &Device::default());
/// let mut distance = Embedded::new("one-hot", MeanOfWords::new(table), FrechetDistance::new());
/// let sentences = vec![vec![0, 1, 2], vec![1, 1, 3], vec![3, 0, 2], vec![2, 3, 3]];
/// distance.add(Origin::Real, &sentences)?;
/// distance.add(Origin::Fake, &sentences)?;
/// assert!(distance.compute()?[0].value.abs() < 1e-6);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Semeniuta et al. 2018, "On accurate evaluation of GANs for language generation", arXiv:1806.04936.
#[derive(Debug, Clone)]
pub struct Embedded<E, M> {
    name: String,
    embedding: E,
    metric: M,
}

impl<E: Embedding, M: Metric<Batch = Tensor<2>>> Embedded<E, M> {
    /// The metric of sentences as this embedding, of this name, sees them.
    pub fn new(name: impl Into<String>, embedding: E, metric: M) -> Self {
        Self {
            name: name.into(),
            embedding,
            metric,
        }
    }
}

impl<E: Embedding, M: Metric<Batch = Tensor<2>>> Metric for Embedded<E, M> {
    type Batch = Vec<Sentence>;

    fn add(&mut self, origin: Origin, batch: &Vec<Sentence>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        self.metric.add(origin, &self.embedding.embed(batch)?)
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.metric.merge(other.metric)
    }

    fn forget(&mut self, origin: Origin) {
        self.metric.forget(origin);
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let mut figures = self.metric.compute()?;
        for figure in &mut figures {
            figure.protocol.extractor = Some(self.name.clone());
        }
        Ok(figures)
    }
}
