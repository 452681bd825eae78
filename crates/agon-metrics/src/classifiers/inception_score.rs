use burn::prelude::Tensor;

use super::judgements::{Judgements, divergence, mean_of};
use crate::summary::{mean, standard_deviation};
use crate::{Error, Figure, Goal, Interval, Metric, Origin, Protocol, Result};

/// How sure a classifier is of each sample, and how many classes all of them show.
///
/// ```text
/// IS = exp mean_x KL(p(y|x) || p(y)),   p(y) = mean_x p(y|x)
/// ```
///
/// It lies between 1 and the number of classes, the higher the better. Like the original it is computed for
/// each of ten splits of the samples in the order they came; the value is their mean, the spread their
/// deviation. The interval is that of the mean of `log IS`, whose influence function is the divergence of each
/// sample: it says how much the score would vary with the samples, not how much the classifier may be trusted.
///
/// Real samples are ignored: it knows nothing of the data. A generator that shows one perfect sample of each
/// class has the best score. Scores by different classifiers, numbers of samples or splits do not compare. As
/// published, `p(y|x)` is the softmax of [`Inception`](crate::extractors::Inception)'s logits over 1008 classes,
/// for 50,000 samples.
///
/// # Shapes
/// A batch: probabilities `[n, classes]`, or logits if it was built by [`of_logits`](Self::of_logits).
///
/// # Errors
/// Probabilities that are none; fewer generated samples than splits.
///
/// # Example
/// ```
/// use agon_metrics::classifiers::InceptionScore;
/// use agon_metrics::{Metric, Origin};
/// use burn::prelude::{Device, Tensor};
///
/// let sure = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0]], &Device::default());
/// let mut score = InceptionScore::new().splits(1);
/// score.add(Origin::Fake, &sure)?;
/// assert_eq!(score.compute()?[0].value, 2.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved techniques for training GANs", arXiv:1606.03498; Barratt, Sharma 2018, "A note
/// on the Inception Score", arXiv:1801.01973.
#[derive(Debug, Clone)]
pub struct InceptionScore {
    fake: Judgements,
    splits: usize,
}

impl Default for InceptionScore {
    fn default() -> Self {
        Self::new()
    }
}

impl InceptionScore {
    /// Of probabilities, in ten splits.
    pub fn new() -> Self {
        Self {
            fake: Judgements::default(),
            splits: 10,
        }
    }

    /// Of logits, in ten splits.
    pub fn of_logits() -> Self {
        Self {
            fake: Judgements::of_logits(),
            splits: 10,
        }
    }

    /// In so many splits; with one it does not depend on the order of the samples.
    pub fn splits(mut self, splits: usize) -> Self {
        self.splits = splits;
        self
    }

    /// The score of each split.
    ///
    /// # Errors
    /// As [`compute`](Metric::compute).
    pub fn of_splits(&self) -> Result<Vec<f64>> {
        if self.splits == 0 {
            return Err(Error::config("the splits of the Inception Score", "at least 1", 0));
        }
        self.fake.enough("the Inception Score", Origin::Fake, self.splits)?;
        let edge = |split: usize| split * self.fake.len() / self.splits;
        let score = |split: usize| log_score(&self.fake.of(edge(split)..edge(split + 1))).0.exp();
        Ok((0..self.splits).map(score).collect())
    }
}

/// `log IS` of these samples and its standard error.
fn log_score(judgements: &[Vec<f64>]) -> (f64, f64) {
    let marginal = mean_of(judgements);
    let gains: Vec<f64> = judgements.iter().map(|p| divergence(p, &marginal)).collect();
    (mean(&gains), standard_deviation(&gains) / (gains.len() as f64).sqrt())
}

impl Metric for InceptionScore {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        match origin {
            Origin::Real => Ok(()),
            Origin::Fake => self.fake.push(origin, batch),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.fake.append(other.fake)
    }

    fn forget(&mut self, origin: Origin) {
        if origin == Origin::Fake {
            self.fake.clear();
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let scores = self.of_splits()?;
        let value = mean(&scores);
        let (_, error) = log_score(&self.fake.of(0..self.fake.len()));
        let around = Interval::normal(0.0, error);
        let figure = Figure::new("Inception Score", value)
            .of(0, self.fake.len())
            .goal(Goal::Highest)
            .interval(Interval {
                low: value * around.low.exp(),
                high: value * around.high.exp(),
                level: around.level,
            })
            .protocol(
                Protocol::new()
                    .with("classes", self.fake.classes())
                    .with("splits", self.splits),
            );
        Ok(vec![if self.splits > 1 {
            figure.spread(standard_deviation(&scores))
        } else {
            figure
        }])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::classifiers::testing::softmax_table;

    fn score(probabilities: Tensor<2>) -> Figure {
        let mut score = InceptionScore::new().splits(1);
        score.add(Origin::Fake, &probabilities).unwrap();
        score.compute().unwrap().remove(0)
    }

    #[test]
    fn a_table_computed_elsewhere() {
        assert!((score(softmax_table()).value - 1.476_864_068_5).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_samples_does_not_matter_within_a_split() {
        let table = softmax_table();
        assert!((score(table.clone()).value - score(table.flip([0])).value).abs() < 1e-12);
    }

    #[test]
    fn one_class_or_no_idea_score_one_and_all_classes_their_number() {
        let device = Device::default();
        let one_class = Tensor::<2>::from_data([[1.0, 0.0], [1.0, 0.0]], &device);
        let no_idea = Tensor::<2>::from_data([[0.5, 0.5], [0.5, 0.5]], &device);
        assert_eq!(score(one_class).value, 1.0);
        assert_eq!(score(no_idea).value, 1.0);
        let every_class = score(Tensor::eye(5, &device));
        assert!((every_class.value - 5.0).abs() < 1e-12);
        assert!(every_class.interval.unwrap().high < 5.0 + 1e-9);
    }

    #[test]
    fn logits_and_their_probabilities_score_alike() {
        let logits = softmax_table().log();
        let mut of_logits = InceptionScore::of_logits().splits(1);
        of_logits.add(Origin::Fake, &(logits + 3.0)).unwrap();
        let error = of_logits.compute().unwrap()[0].value - score(softmax_table()).value;
        assert!(error.abs() < 1e-9, "{error}");
    }

    #[test]
    fn workers_add_up_and_batches_do_not_matter() {
        let table = softmax_table();
        let mut whole = InceptionScore::new().splits(3);
        whole.add(Origin::Fake, &table).unwrap();
        let mut first = InceptionScore::new().splits(3);
        let mut second = first.clone();
        first.add(Origin::Fake, &table.clone().narrow(0, 0, 4)).unwrap();
        second.add(Origin::Fake, &table.narrow(0, 4, 6)).unwrap();
        first.merge(second).unwrap();
        assert_eq!(first.compute().unwrap(), whole.compute().unwrap());
    }

    #[test]
    fn what_cannot_be_scored_is_an_error() {
        let device = Device::default();
        let mut score = InceptionScore::new();
        assert!(score.compute().unwrap_err().to_string().contains("at least 10, got 0"));
        let logits = Tensor::<2>::from_data([[2.0, -1.0]], &device);
        let error = score.add(Origin::Fake, &logits).unwrap_err().to_string();
        assert!(error.contains("of_logits"), "{error}");
        let nan = Tensor::<2>::from_data([[f32::NAN, 1.0]], &device);
        assert!(
            score
                .add(Origin::Fake, &nan)
                .unwrap_err()
                .to_string()
                .contains("not finite")
        );
        score
            .add(Origin::Fake, &Tensor::<2>::full([12, 4], 0.25, &device))
            .unwrap();
        assert!(
            score
                .add(Origin::Fake, &Tensor::<2>::full([2, 2], 0.5, &device))
                .is_err()
        );
        assert!(score.splits(0).compute().is_err());
    }
}
