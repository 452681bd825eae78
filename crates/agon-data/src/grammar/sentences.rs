use burn::prelude::{Device, Int, Tensor};
use burn::tensor::TensorData;

use super::language;
use super::lengths::Lengths;
use super::rules::Grammar;
use crate::dataset::{Dataset, Extent, count};
use crate::error::{Error, Result, ensure};
use crate::random::stream;

/// Sentences of a [`Grammar`] that have at most so many words, as numbers of words, padded with 0.
///
/// Each sentence is as likely as the grammar makes it among those which are short enough; none is drawn in vain.
/// The i-th of a seed follows from the seed and i alone. What a generator has learned of the grammar is told by
/// [`grammatical_share`](Self::grammatical_share); how much there is to learn, by
/// [`language`](Self::language) and [`entropy`](Self::entropy).
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many sentences.
///
/// # Shapes
/// A batch: `[size, length]`, whole numbers below [`Grammar::vocabulary`].
///
/// # Errors
/// Of the first batch: a length of 0 or above 512, or no sentence that short.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Grammar};
/// use burn::prelude::Device;
///
/// let sentences = Grammar::english().sentences(12);
/// let batch = sentences.clone().batches(64).batch(0, 7, &Device::default())?;
/// assert_eq!(batch.dims(), [64, 12]);
/// assert_eq!(sentences.grammatical_share(batch)?, 1.0);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sentences {
    grammar: Grammar,
    length: usize,
    lengths: Lengths,
    extent: Extent,
}

/// Sentences without padding, each with its probability.
pub type Language = Vec<(Vec<u32>, f64)>;

/// Longer sentences would take too long to draw.
const LONGEST: usize = 512;

impl Sentences {
    pub(super) fn new(grammar: Grammar, length: usize) -> Self {
        let usable = if length <= LONGEST { length } else { 0 };
        Self {
            lengths: Lengths::new(grammar.normal(), usable),
            grammar,
            length,
            extent: Extent::Endless,
        }
    }

    /// Makes it a set of so many sentences, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the sentences that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// The grammar.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// The first `n` sentences that a seed draws, without padding.
    ///
    /// # Errors
    /// If the length cannot work.
    pub fn tokens(&self, n: usize, seed: u64) -> Result<Vec<Vec<u32>>> {
        self.check()?;
        Ok((0..count(n)).map(|i| self.sentence(seed, i)).collect())
    }

    /// The share of grammatical ones among generated sentences, 0 to 1.
    ///
    /// # Shapes
    /// `samples`: `[n, words]`, of any number of words.
    ///
    /// # Errors
    /// If the samples cannot be read from their device.
    pub fn grammatical_share(&self, samples: Tensor<2, Int>) -> Result<f64> {
        let [n, words] = samples.dims();
        let tokens = samples
            .try_into_vec_as::<i64>()
            .map_err(|error| Error::Device(error.to_string()))?;
        // A number which is none of a word is one that no grammar has.
        let tokens: Vec<u32> = tokens
            .into_iter()
            .map(|token| u32::try_from(token).unwrap_or(u32::MAX))
            .collect();
        let right = tokens
            .chunks(words.max(1))
            .filter(|tokens| self.grammar.is_grammatical(tokens));
        Ok(right.count() as f64 / n.max(1) as f64)
    }

    /// Every sentence with its probability, the shorter ones first, without padding. `None`: there are more
    /// than `limit`.
    ///
    /// # Errors
    /// If the length cannot work.
    pub fn language(&self, limit: usize) -> Result<Option<Language>> {
        self.check()?;
        let Some(all) = language::all(self.grammar.normal(), &self.lengths, self.length, limit) else {
            return Ok(None);
        };
        let within = self.lengths.within();
        let probability = |sentence: Vec<u32>| {
            let probability = self.grammar.probability(&sentence) / within;
            (sentence, probability)
        };
        Ok(Some(all.into_iter().map(probability).collect()))
    }

    /// The entropy of the sentences in nats: `exp` of it is how many there are in effect. `None`: there are more
    /// than `limit`.
    ///
    /// # Errors
    /// If the length cannot work.
    pub fn entropy(&self, limit: usize) -> Result<Option<f64>> {
        let language = self.language(limit)?;
        Ok(language.map(|sentences| -sentences.iter().map(|(_, p)| p * p.ln()).sum::<f64>()))
    }

    fn sentence(&self, content: u64, item: u64) -> Vec<u32> {
        self.lengths.draw(self.grammar.normal(), &mut stream(content, item))
    }

    fn check(&self) -> Result<()> {
        let usable = (1..=LONGEST).contains(&self.length);
        ensure(usable, "the length of sentences", "1 to 512 words", self.length)?;
        let what = "the sentences of a grammar";
        let expected = format!("at least one of at most {} words", self.length);
        ensure(self.lengths.within() > 0.0, what, &expected, "none")
    }
}

impl Dataset for Sentences {
    type Batch = Tensor<2, Int>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<2, Int>> {
        self.check()?;
        let content = self.extent.content(seed);
        let mut values = Vec::with_capacity(items.len() * self.length);
        for &item in items {
            let sentence = self.sentence(content, item);
            let padding = std::iter::repeat_n(0, self.length - sentence.len());
            values.extend(sentence.into_iter().map(i64::from).chain(padding));
        }
        Ok(Tensor::from_data(
            TensorData::new(values, [items.len(), self.length]),
            device,
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_sentence_is_one_of_the_grammar() {
        let device = Device::default();
        for grammar in [Grammar::english(), Grammar::arithmetic()] {
            let sentences = grammar.sentences(11).fixed(200);
            let items: Vec<u64> = (0..200).collect();
            let batch = sentences.gather(&items, 7, &device).unwrap();
            assert_eq!(batch.dims(), [200, 11]);
            assert_eq!(sentences.grammatical_share(batch.clone()).unwrap(), 1.0);
            let again = sentences.gather(&items, 8, &device).unwrap();
            assert_eq!(batch.clone().into_data(), again.into_data());
            // Words in another order are seldom sentences (sums of the full length can be read backwards).
            let share = sentences.grammatical_share(batch.flip([1])).unwrap();
            assert!(share < 0.3, "{share}");
        }
    }

    #[test]
    fn all_sentences_are_found_and_their_probabilities_sum_to_one() {
        let arithmetic = Grammar::arithmetic().sentences(12);
        let language = arithmetic.language(10_000).unwrap().unwrap();
        // One sentence for each choice of operators: 1 + 4 + 16 + 64 + 256 + 1024.
        assert_eq!(language.len(), 1365);
        let total: f64 = language.iter().map(|(_, p)| p).sum();
        assert!((total - 1.0).abs() < 1e-12, "{total}");
        assert_eq!(arithmetic.language(1364).unwrap(), None);
        // Brackets: the numbers of Catalan.
        let brackets: Grammar = "S -> ( ) | ( S ) | ( ) S | ( S ) S".parse().unwrap();
        let language = brackets.sentences(10).language(1000).unwrap().unwrap();
        assert_eq!(language.len(), 1 + 2 + 5 + 14 + 42);
        let english = Grammar::english().sentences(6);
        let language = english.language(100_000).unwrap().unwrap();
        assert!(
            language
                .iter()
                .all(|(sentence, _)| english.grammar().is_grammatical(sentence))
        );
        let total: f64 = language.iter().map(|(_, p)| p).sum();
        assert!((total - 1.0).abs() < 1e-12, "{total}");
    }

    #[test]
    fn the_entropy_is_that_of_the_probabilities() {
        let even: Grammar = "S -> a | b | c | d".parse().unwrap();
        let entropy = even.sentences(3).entropy(10).unwrap().unwrap();
        assert!((entropy - 4.0_f64.ln()).abs() < 1e-12);
        assert_eq!(Grammar::english().sentences(40).entropy(1000).unwrap(), None);
    }

    #[test]
    fn sentences_are_drawn_as_often_as_they_are_likely() {
        let grammar: Grammar = "S -> x [6] | S + S | S - S".parse().unwrap();
        let sentences = grammar.sentences(6);
        let n = 20_000;
        let mut counts: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for sentence in sentences.tokens(n, 3).unwrap() {
            *counts.entry(sentence).or_default() += 1.0;
        }
        let language = sentences.language(100).unwrap().unwrap();
        assert_eq!(language.len(), 1 + 2 + 4);
        assert_eq!(counts.len(), 7);
        let squares = |(sentence, p): &(Vec<u32>, f64)| {
            let expected = p * n as f64;
            (counts[sentence] - expected).powi(2) / expected
        };
        let chi2: f64 = language.iter().map(squares).sum();
        // Six degrees of freedom: one in a thousand is above 22.5.
        assert!(chi2 < 22.5, "{chi2}");
    }

    #[test]
    fn a_sentence_follows_from_its_seed_and_number() {
        let sentences = Grammar::english().sentences(15);
        let few = sentences.tokens(5, 7).unwrap();
        assert_eq!(few, sentences.tokens(50, 7).unwrap()[..5]);
        assert_ne!(few, sentences.tokens(5, 8).unwrap());
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let device = Device::default();
        let pairs: Grammar = "S -> a b".parse().unwrap();
        for wrong in [pairs.sentences(0), pairs.sentences(1), pairs.sentences(513)] {
            assert!(wrong.tokens(1, 1).is_err());
            assert!(wrong.language(9).is_err());
            assert!(wrong.batches(4).batch(0, 1, &device).is_err());
        }
        let nonsense = Tensor::<2, Int>::from_data([[-1, 1], [7, 7], [1, 2]], &device);
        assert!((pairs.sentences(2).grammatical_share(nonsense).unwrap() - 1.0 / 3.0).abs() < 1e-12);
    }
}
