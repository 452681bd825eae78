use burn::prelude::{Int, Tensor};

use super::{Classifier, Labelled, Linear};
use crate::error::{Error, enough};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Result};

/// How well a classifier that learned from generated samples does on real ones, and the other way round.
///
/// ```text
/// accuracy of training on fake   share of real samples that a classifier trained on generated ones gets right
/// accuracy of training on real   share of generated samples that a classifier trained on real ones gets right
/// ```
///
/// The first, the classification accuracy score or GAN-train, falls if the generator lacks modes or quality;
/// the second, GAN-test, only if it lacks quality: a generator that shows one perfect sample of each class has
/// the best. Compare both with the accuracy of training and testing on real data. The intervals are Wilson's, of
/// a share of so many test samples; they do not say how much the training varies.
///
/// Labels of generated samples are the conditions they were generated under. The samples may be features or,
/// for a classifier of one's own, images.
///
/// # Shapes
/// A batch: samples `[n, width]` and labels `[n]`.
///
/// # Errors
/// Without real and generated samples of at least two classes; whatever the classifier says.
///
/// # References
/// Ravuri, Vinyals 2019, "Classification accuracy score for conditional generative models", arXiv:1905.10887;
/// Shmelkov et al. 2018, "How good is my GAN?", arXiv:1807.09499.
#[derive(Debug, Clone)]
pub struct AccuracyScore<C = Linear> {
    classifier: C,
    real: Labelled,
    fake: Labelled,
}

impl Default for AccuracyScore {
    fn default() -> Self {
        Self::new()
    }
}

impl AccuracyScore {
    /// By logistic regression.
    pub fn new() -> Self {
        Self::by(Linear::softmax())
    }
}

impl<C: Classifier> AccuracyScore<C> {
    /// By a classifier of one's own.
    pub fn by(classifier: C) -> Self {
        Self {
            classifier,
            real: Labelled::new(),
            fake: Labelled::new(),
        }
    }
}

impl<C: Classifier> Metric for AccuracyScore<C> {
    type Batch = (Tensor<2>, Tensor<1, Int>);

    fn add(&mut self, origin: Origin, (samples, labels): &Self::Batch) -> Result<()> {
        match origin {
            Origin::Real => self.real.push(origin, samples, labels),
            Origin::Fake => self.fake.push(origin, samples, labels),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.real.append(other.real)?;
        self.fake.append(other.fake)
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => self.real = Labelled::new(),
            Origin::Fake => self.fake = Labelled::new(),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let of = |name, figure: Figure| {
            let protocol = Protocol::new().with("classifier", self.classifier.name());
            let counted = figure.of(self.real.len(), self.fake.len()).protocol(protocol);
            Figure { name, ..counted }
        };
        Ok(vec![
            of(
                "accuracy of training on fake".to_owned(),
                accuracy(&self.classifier, (Origin::Fake, &self.fake), (Origin::Real, &self.real))?,
            ),
            of(
                "accuracy of training on real".to_owned(),
                accuracy(&self.classifier, (Origin::Real, &self.real), (Origin::Fake, &self.fake))?,
            ),
        ])
    }
}

/// Trains on one set and tests on another.
pub(super) fn accuracy(
    classifier: &impl Classifier,
    (learnt, train): (Origin, &Labelled),
    (tested, test): (Origin, &Labelled),
) -> Result<Figure> {
    enough("training a classifier", learnt, 2, train.len())?;
    enough("testing a classifier", tested, 1, test.len())?;
    if train.labels().iter().all(|label| Some(label) == train.labels().first()) {
        return Err(Error::config(
            format!("the labels of {learnt} samples"),
            "at least two classes",
            "one",
        ));
    }
    let said = classifier.classify(train, test.samples())?;
    if said.len() != test.len() {
        let expected = format!("{} labels, one per sample", test.len());
        return Err(Error::shape("what the classifier says", expected, said.len()));
    }
    let right = said
        .iter()
        .zip(test.labels())
        .filter(|(said, label)| said == label)
        .count();
    let share = right as f64 / test.len() as f64;
    let interval = Interval::proportion(right, test.len());
    Ok(Figure::new("accuracy", share).goal(Goal::Highest).interval(interval))
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::Rows;

    fn batch(points: &[[f32; 1]], labels: &[i64]) -> (Tensor<2>, Tensor<1, Int>) {
        let device = Device::default();
        let values: Vec<f32> = points.iter().flatten().copied().collect();
        (
            Tensor::<1>::from_floats(&values[..], &device).reshape([points.len(), 1]),
            Tensor::from_data(labels, &device),
        )
    }

    fn scores(real: (Tensor<2>, Tensor<1, Int>), fake: (Tensor<2>, Tensor<1, Int>)) -> [f64; 2] {
        let mut score = AccuracyScore::new();
        score.add(Origin::Real, &real).unwrap();
        score.add(Origin::Fake, &fake).unwrap();
        let figures = score.compute().unwrap();
        [figures[0].value, figures[1].value]
    }

    #[test]
    fn a_lack_of_variety_shows_in_one_score_only() {
        let real = || batch(&[[-3.0], [-1.0], [1.0], [3.0]], &[0, 0, 1, 1]);
        assert_eq!(scores(real(), real()), [1.0, 1.0]);
        // The second class is shown at its outer edge only: the boundary moves.
        let narrow = batch(&[[-3.0], [-1.0], [5.0], [5.2]], &[0, 0, 1, 1]);
        assert_eq!(scores(real(), narrow), [0.75, 1.0]);
        let swapped = batch(&[[-3.0], [-1.0], [1.0], [3.0]], &[1, 1, 0, 0]);
        assert_eq!(scores(real(), swapped), [0.0, 0.0]);
    }

    #[test]
    fn a_trainer_of_ones_own_is_used_and_named() {
        let lazy = |_: &Labelled, test: &Rows| Ok(vec![1; test.len()]);
        let mut score = AccuracyScore::by(("lazy", lazy));
        for origin in [Origin::Real, Origin::Fake] {
            score.add(origin, &batch(&[[0.0], [1.0], [2.0]], &[0, 1, 1])).unwrap();
        }
        let figures = score.compute().unwrap();
        assert!((figures[0].value - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(figures[0].protocol.to_string(), "values, classifier lazy");
    }

    #[test]
    fn what_cannot_be_learnt_from_is_an_error() {
        let mut score = AccuracyScore::new();
        let error = score.compute().unwrap_err().to_string();
        assert!(error.contains("too few fake"), "{error}");
        for origin in [Origin::Real, Origin::Fake] {
            score.add(origin, &batch(&[[0.0], [1.0]], &[1, 1])).unwrap();
        }
        assert!(
            score
                .compute()
                .unwrap_err()
                .to_string()
                .contains("at least two classes")
        );
        assert!(score.add(Origin::Real, &batch(&[[0.0]], &[0, 1])).is_err());
        assert!(score.add(Origin::Real, &batch(&[[0.0]], &[-1])).is_err());
        assert!(score.add(Origin::Real, &batch(&[[f32::NAN]], &[1])).is_err());
    }
}
