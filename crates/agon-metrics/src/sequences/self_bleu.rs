use rayon::prelude::*;

use super::Sentence;
use super::bleu::{References, figures};
use crate::error::{enough, ensure};
use crate::{Figure, Goal, Metric, Origin, Protocol, Result};

/// How alike generated sentences are among themselves: the [`Bleu`](super::Bleu) of each against all others.
///
/// Figures `self-BLEU-2` to `self-BLEU-5`, means over sentences, the lower the more varied; 1 if all sentences
/// are the same. To be read beside BLEU, and beside the same figure of as many real sentences: it grows with
/// their number.
///
/// The n-grams of all sentences are counted once; each knows its largest count among all sentences but one, so the
/// work grows with the number of sentences, not with its square.
///
/// Intervals take the sentences for independent, which each other's references are not quite.
///
/// # Errors
/// Fewer than two generated sentences. Real ones are ignored.
///
/// # Example
/// ```
/// use agon_metrics::sequences::SelfBleu;
/// use agon_metrics::{Metric, Origin};
///
/// let mut collapsed = SelfBleu::new();
/// collapsed.add(Origin::Fake, &vec![vec![1, 2, 3, 4, 5]; 10])?;
/// assert!((collapsed.compute()?[0].value - 1.0).abs() < 1e-12);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Zhu et al. 2018, "Texygen: a benchmarking platform for text generation models", arXiv:1802.01886.
#[derive(Debug, Clone)]
pub struct SelfBleu {
    lengths: Vec<usize>,
    sentences: Vec<Sentence>,
}

impl Default for SelfBleu {
    fn default() -> Self {
        Self::new()
    }
}

impl SelfBleu {
    /// Self-BLEU-2, 3, 4 and 5.
    pub fn new() -> Self {
        Self {
            lengths: (2..=5).collect(),
            sentences: Vec::new(),
        }
    }

    /// Up to n-grams of these lengths only.
    ///
    /// # Errors
    /// If there is none, or one is not from 1 to 16.
    pub fn up_to(mut self, lengths: &[usize]) -> Result<Self> {
        let usable = !lengths.is_empty() && lengths.iter().all(|n| (1..=16).contains(n));
        ensure(
            usable,
            "the lengths of n-grams",
            "some, from 1 to 16",
            format!("{lengths:?}"),
        )?;
        self.lengths = lengths.to_vec();
        Ok(self)
    }
}

impl Metric for SelfBleu {
    type Batch = Vec<Sentence>;

    fn add(&mut self, origin: Origin, batch: &Vec<Sentence>) -> Result<()> {
        if origin == Origin::Fake {
            self.sentences.extend_from_slice(batch);
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        ensure(
            self.lengths == other.lengths,
            "the lengths of n-grams",
            "the same",
            format!("{:?}", other.lengths),
        )?;
        self.sentences.extend(other.sentences);
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        if origin == Origin::Fake {
            self.sentences.clear();
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        enough("self-BLEU", Origin::Fake, 2, self.sentences.len())?;
        let mut references = References::new(self.lengths.iter().copied().max().unwrap_or(1));
        self.sentences.iter().for_each(|sentence| references.add(sentence));
        let scores =
            |(index, sentence): (usize, &Sentence)| references.scores(sentence, Some(index as u32), &self.lengths);
        let scores: Vec<Vec<f64>> = self.sentences.par_iter().enumerate().map(scores).collect();
        let protocol = Protocol::new().with("smoothing", "method 1");
        Ok(figures("self-BLEU", &self.lengths, &scores, Goal::Lowest, &protocol)
            .map(|figure| figure.of(0, self.sentences.len()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequences::Bleu;

    #[test]
    fn it_is_the_mean_bleu_against_the_others() {
        let sentence = |seed: u32| -> Sentence {
            let length = 6 + seed % 4;
            (0..length).map(|i| (seed * 3 + i * i + seed * i) % 6).collect()
        };
        let all: Vec<Sentence> = (0..9).map(sentence).collect();
        let mut metric = SelfBleu::new();
        metric.add(Origin::Fake, &all).unwrap();
        let found = metric.compute().unwrap();
        let mut expected = [0.0; 4];
        for left_out in 0..all.len() {
            let mut others = all.clone();
            let one = others.remove(left_out);
            let mut bleu = Bleu::new();
            bleu.add(Origin::Real, &others).unwrap();
            bleu.add(Origin::Fake, &vec![one]).unwrap();
            for (sum, figure) in expected.iter_mut().zip(bleu.compute().unwrap()) {
                *sum += figure.value / all.len() as f64;
            }
        }
        for (found, expected) in found.iter().zip(expected) {
            assert!((found.value - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn sentences_without_a_common_word_score_zero() {
        let mut metric = SelfBleu::new();
        metric
            .add(Origin::Fake, &vec![vec![1, 2], vec![3, 4], vec![5, 6]])
            .unwrap();
        assert_eq!(metric.compute().unwrap()[0].value, 0.0);
        metric.forget(Origin::Fake);
        assert!(metric.compute().is_err());
    }
}
