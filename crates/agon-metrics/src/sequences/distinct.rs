use std::collections::HashSet;

use super::Sentence;
use crate::error::{enough, ensure};
use crate::{Figure, Goal, Metric, Origin, Result};

/// The share of n-grams of generated sentences that are different: distinct-1 to distinct-4.
///
/// ```text
/// distinct-n = different n-grams of all sentences / n-grams of all sentences
/// ```
///
/// The higher the more varied. It falls as sentences are added: only equal numbers of words compare.
///
/// # Errors
/// Generated sentences without an n-gram. Real ones are ignored.
///
/// # Example
/// ```
/// use agon_metrics::sequences::Distinct;
/// use agon_metrics::{Metric, Origin};
///
/// let mut distinct = Distinct::new(2)?;
/// distinct.add(Origin::Fake, &vec![vec![1, 2, 1, 2]])?;
/// let figures = distinct.compute()?;
/// assert_eq!((figures[0].value, figures[1].value), (0.5, 2.0 / 3.0));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Li et al. 2016, "A diversity-promoting objective function for neural conversation models", arXiv:1510.03055.
#[derive(Debug, Clone)]
pub struct Distinct {
    seen: Vec<HashSet<Box<[u32]>>>,
    all: Vec<usize>,
    sentences: usize,
}

impl Distinct {
    /// distinct-1 to distinct-`longest`.
    ///
    /// # Errors
    /// If that is not from 1 to 16.
    pub fn new(longest: usize) -> Result<Self> {
        ensure((1..=16).contains(&longest), "the length of n-grams", "1 to 16", longest)?;
        Ok(Self {
            seen: vec![HashSet::new(); longest],
            all: vec![0; longest],
            sentences: 0,
        })
    }
}

impl Metric for Distinct {
    type Batch = Vec<Sentence>;

    fn add(&mut self, origin: Origin, batch: &Vec<Sentence>) -> Result<()> {
        if origin == Origin::Real {
            return Ok(());
        }
        for sentence in batch {
            for (length, (seen, all)) in self.seen.iter_mut().zip(&mut self.all).enumerate() {
                for gram in sentence.windows(length + 1) {
                    *all += 1;
                    if !seen.contains(gram) {
                        seen.insert(gram.into());
                    }
                }
            }
        }
        self.sentences += batch.len();
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        let (mine, theirs) = (self.seen.len(), other.seen.len());
        ensure(mine == theirs, "the length of n-grams", &mine.to_string(), theirs)?;
        for (mine, theirs) in self.seen.iter_mut().zip(other.seen) {
            mine.extend(theirs);
        }
        for (mine, theirs) in self.all.iter_mut().zip(other.all) {
            *mine += theirs;
        }
        self.sentences += other.sentences;
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        if origin == Origin::Fake {
            self.seen.iter_mut().for_each(HashSet::clear);
            self.all.fill(0);
            self.sentences = 0;
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let figure = |index: usize, seen: usize, all: usize| {
            let name = format!("distinct-{}", index + 1);
            enough(&format!("{name} (n-grams)"), Origin::Fake, 1, all)?;
            let share = seen as f64 / all as f64;
            Ok(Figure::new(name, share).of(0, self.sentences).goal(Goal::Highest))
        };
        let counts = self.seen.iter().zip(&self.all).enumerate();
        counts
            .map(|(index, (seen, &all))| figure(index, seen.len(), all))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_add_up() {
        let mut first = Distinct::new(1).unwrap();
        let mut second = first.clone();
        first.add(Origin::Fake, &vec![vec![1, 2]]).unwrap();
        second.add(Origin::Fake, &vec![vec![2, 3]]).unwrap();
        first.merge(second).unwrap();
        assert_eq!(first.compute().unwrap()[0].value, 0.75);
        first.forget(Origin::Fake);
        assert!(first.compute().unwrap_err().to_string().contains("distinct-1"));
        assert!(Distinct::new(0).is_err());
        assert!(Distinct::new(3).unwrap().merge(first).is_err());
    }
}
