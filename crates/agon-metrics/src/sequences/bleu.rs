use rayon::prelude::*;

use super::Sentence;
use super::n_grams::NGrams;
use crate::error::{enough, ensure};
use crate::summary::{mean, standard_deviation, standard_error};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Result};

/// How much of the n-grams of generated sentences is found in real ones: BLEU-2 to BLEU-5.
///
/// For each generated sentence `h`, with all real sentences as its references,
///
/// ```text
/// BLEU-N = min(1, exp(1 - r / |h|)) prod_(n=1..N) p_n^(1/N)
/// p_n    = sum over n-grams g of h of min(count of g in h, most of g in one reference) / n-grams of h
/// ```
///
/// where `r` is the length of the reference whose length is nearest, the shorter of two. Where `n > 1` and no
/// n-gram matches, 0.1 counts as matched ("method 1" of smoothing, as SeqGAN and Texygen use it); where no word
/// does, BLEU is 0. The figures `BLEU-2` to `BLEU-5` are means over sentences, with their intervals. Published
/// figures hold for their smoothing, their references and their number of references only.
///
/// Real sentences are counted once, whatever their number: their n-grams lie in a tree, of about
/// 40 bytes per different n-gram.
///
/// # Errors
/// No real or no generated sentences.
///
/// # Example
/// ```
/// use agon_metrics::sequences::Bleu;
/// use agon_metrics::{Metric, Origin};
///
/// let mut bleu = Bleu::new();
/// bleu.add(Origin::Real, &vec![vec![1, 2, 3, 4, 5, 6], vec![7, 8]])?;
/// bleu.add(Origin::Fake, &vec![vec![1, 2, 3, 4, 5]])?;
/// let figures = bleu.compute()?;
/// // All of its n-grams match; it is one word shorter than the nearest reference.
/// assert!((figures[0].value - (-0.2_f64).exp()).abs() < 1e-12);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation"; Chen, Cherry 2014, "A
/// systematic comparison of smoothing techniques for sentence-level BLEU"; Yu et al. 2017, "SeqGAN",
/// arXiv:1609.05473.
#[derive(Debug, Clone)]
pub struct Bleu {
    lengths: Vec<usize>,
    references: References,
    real: Vec<Sentence>,
    fake: Vec<Sentence>,
}

/// What counts as matched where nothing does.
const EPSILON: f64 = 0.1;

impl Default for Bleu {
    fn default() -> Self {
        Self::new()
    }
}

impl Bleu {
    /// BLEU-2, 3, 4 and 5.
    pub fn new() -> Self {
        Self {
            lengths: (2..=5).collect(),
            references: References::new(5),
            real: Vec::new(),
            fake: Vec::new(),
        }
    }

    /// BLEU up to n-grams of these lengths only.
    ///
    /// # Errors
    /// If there is none, or one is not from 1 to 16; if there are sentences already.
    pub fn up_to(mut self, lengths: &[usize]) -> Result<Self> {
        let usable = !lengths.is_empty() && lengths.iter().all(|n| (1..=16).contains(n));
        ensure(
            usable,
            "the lengths of n-grams",
            "some, from 1 to 16",
            format!("{lengths:?}"),
        )?;
        ensure(
            self.real.is_empty(),
            "the lengths of n-grams",
            "to be set before sentences come",
            "some sentences",
        )?;
        self.references = References::new(lengths.iter().copied().max().unwrap_or(1));
        self.lengths = lengths.to_vec();
        Ok(self)
    }

    /// The scores of each generated sentence, in the order of the lengths.
    ///
    /// # Errors
    /// As [`compute`](Metric::compute).
    pub fn of_sentences(&self) -> Result<Vec<Vec<f64>>> {
        enough("BLEU", Origin::Real, 1, self.real.len())?;
        enough("BLEU", Origin::Fake, 1, self.fake.len())?;
        let scores = |sentence: &Sentence| self.references.scores(sentence, None, &self.lengths);
        Ok(self.fake.par_iter().map(scores).collect())
    }
}

impl Metric for Bleu {
    type Batch = Vec<Sentence>;

    fn add(&mut self, origin: Origin, batch: &Vec<Sentence>) -> Result<()> {
        match origin {
            Origin::Real => {
                batch.iter().for_each(|sentence| self.references.add(sentence));
                self.real.extend_from_slice(batch);
            }
            Origin::Fake => self.fake.extend_from_slice(batch),
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
        self.add(Origin::Real, &other.real)?;
        self.add(Origin::Fake, &other.fake)
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => {
                self.real.clear();
                self.references = References::new(self.references.longest);
            }
            Origin::Fake => self.fake.clear(),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let scores = self.of_sentences()?;
        let protocol = Protocol::new().with("smoothing", "method 1");
        Ok(figures("BLEU", &self.lengths, &scores, Goal::Highest, &protocol)
            .map(|figure| figure.of(self.real.len(), self.fake.len()))
            .collect())
    }
}

/// The means over sentences.
pub(super) fn figures<'a>(
    name: &'a str,
    lengths: &'a [usize],
    scores: &'a [Vec<f64>],
    goal: Goal,
    protocol: &'a Protocol,
) -> impl Iterator<Item = Figure> + 'a {
    lengths.iter().enumerate().map(move |(column, length)| {
        let values: Vec<f64> = scores.iter().filter_map(|scores| scores.get(column).copied()).collect();
        let value = mean(&values);
        Figure::new(format!("{name}-{length}"), value)
            .goal(goal)
            .spread(standard_deviation(&values))
            .interval(Interval::normal(value, standard_error(&values)))
            .protocol(protocol.clone())
    })
}

/// Sentences to compare with: their n-grams, and how many there are of each length.
#[derive(Debug, Clone)]
pub(super) struct References {
    pub(super) longest: usize,
    grams: NGrams,
    sizes: std::collections::BTreeMap<usize, usize>,
}

impl References {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            longest,
            grams: NGrams::new(longest),
            sizes: std::collections::BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, sentence: &[u32]) {
        self.grams.add(sentence);
        *self.sizes.entry(sentence.len()).or_default() += 1;
    }

    /// BLEU up to each of the lengths; `itself` is the number of the sentence among the references, which is left
    /// out then.
    pub(super) fn scores(&self, sentence: &[u32], itself: Option<u32>, lengths: &[usize]) -> Vec<f64> {
        let matches = self.grams.matches(sentence, itself);
        if matches.first().is_none_or(|&(matched, _)| matched == 0) {
            return vec![0.0; lengths.len()];
        }
        let precision = |&(matched, all): &(usize, usize)| {
            (if matched == 0 { EPSILON } else { matched as f64 }) / all.max(1) as f64
        };
        let logs: Vec<f64> = matches.iter().map(|pair| precision(pair).ln()).collect();
        let short = (1.0 - self.nearest(sentence.len(), itself.is_some()) as f64 / sentence.len() as f64).min(0.0);
        let score = |&n: &usize| (short + logs.iter().take(n).sum::<f64>() / n as f64).exp();
        lengths.iter().map(score).collect()
    }

    /// The reference length nearest to `length`, the shorter of two; one sentence of just this length may not
    /// count.
    fn nearest(&self, length: usize, but_itself: bool) -> usize {
        let counts = |size: &usize, sentences: usize| sentences > usize::from(but_itself && *size == length);
        let below = self.sizes.range(..=length).rev().find(|(size, n)| counts(size, **n));
        let above = self.sizes.range(length + 1..).next();
        match (below.map(|(size, _)| *size), above.map(|(size, _)| *size)) {
            (Some(below), Some(above)) if above - length < length - below => above,
            (Some(below), _) => below,
            (None, above) => above.unwrap_or(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bleu(real: &[&[u32]], fake: &[&[u32]]) -> Vec<f64> {
        let owned = |sentences: &[&[u32]]| sentences.iter().map(|s| s.to_vec()).collect::<Vec<_>>();
        let mut bleu = Bleu::new();
        bleu.add(Origin::Real, &owned(real)).unwrap();
        bleu.add(Origin::Fake, &owned(fake)).unwrap();
        bleu.compute().unwrap().iter().map(|figure| figure.value).collect()
    }

    #[test]
    fn what_is_in_the_references_scores_one_and_what_is_not_zero() {
        let real: [&[u32]; 2] = [&[1, 2, 3, 4, 5, 6], &[9, 8, 7]];
        assert!(
            bleu(&real, &[&[1, 2, 3, 4, 5, 6]])
                .iter()
                .all(|b| (b - 1.0).abs() < 1e-12)
        );
        assert_eq!(bleu(&real, &[&[20, 21, 22]]), [0.0; 4]);
        assert_eq!(bleu(&real, &[&[]]), [0.0; 4]);
    }

    #[test]
    fn by_hand() {
        // Words: 1, 2 and 3 of 4 match; pairs: 1-2 of three; no triple of two.
        let [two, three, ..] = bleu(&[&[1, 2, 9, 3]], &[&[1, 2, 3, 7]])[..] else {
            panic!("four figures")
        };
        assert!((two - (0.75 / 3.0_f64).sqrt()).abs() < 1e-12, "{two}");
        assert!(
            (three - (0.75 / 3.0 * 0.1 / 2.0_f64).powf(1.0 / 3.0)).abs() < 1e-12,
            "{three}"
        );
    }

    #[test]
    fn the_nearest_length_counts_and_the_shorter_of_two() {
        let mut references = References::new(1);
        for size in [3, 7, 7] {
            references.add(&vec![1; size]);
        }
        let nearest = |length| references.nearest(length, false);
        assert_eq!([1, 3, 5, 6, 9].map(nearest), [3, 3, 3, 7, 7]);
        assert_eq!((references.nearest(3, true), references.nearest(7, true)), (7, 7));
    }

    #[test]
    fn order_and_workers_do_not_matter() {
        let sentence = |seed: u32| -> Sentence { (0..9).map(|i| (seed * 5 + i * i + seed * i) % 11).collect() };
        let (real, fake): (Vec<_>, Vec<_>) = ((0..20).map(sentence).collect(), (30..40).map(sentence).collect());
        let mut whole = Bleu::new();
        whole.add(Origin::Real, &real).unwrap();
        whole.add(Origin::Fake, &fake).unwrap();
        let mut first = Bleu::new();
        let mut second = Bleu::new();
        first.add(Origin::Real, &real[12..].to_vec()).unwrap();
        second.add(Origin::Real, &real[..12].to_vec()).unwrap();
        second.add(Origin::Fake, &fake.iter().rev().cloned().collect()).unwrap();
        first.merge(second).unwrap();
        for (a, b) in first.compute().unwrap().iter().zip(whole.compute().unwrap()) {
            assert!((a.value - b.value).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_to_compare_is_an_error() {
        let mut empty = Bleu::new();
        assert!(empty.compute().unwrap_err().to_string().contains("too few real"));
        empty.add(Origin::Real, &vec![vec![1]]).unwrap();
        assert!(empty.compute().unwrap_err().to_string().contains("too few fake"));
        assert!(Bleu::new().up_to(&[]).is_err() && Bleu::new().up_to(&[0]).is_err());
        assert!(empty.up_to(&[3]).is_err());
    }
}
