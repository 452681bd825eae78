use burn::prelude::Tensor;

use super::both_sides::BothSides;
use super::judgements::{divergence, entropy};
use crate::summary::{mean, standard_deviation};
use crate::{Figure, Interval, Metric, Origin, Protocol, Result};

/// How unsure a classifier is of each generated sample, and how far their classes are from those of the data.
///
/// ```text
/// AM = KL(p*(y) || p(y)) + mean_x H(p(y|x))
/// ```
///
/// with `p*` the classes of real samples and `p` those of generated ones; in nats, the lower the better. Unlike
/// the Inception Score it does not ask for equally many of each class when the data has not. The interval is
/// that of the second term. Infinite if a class of the data never shows.
///
/// # Shapes
/// A batch: probabilities `[n, classes]`, or logits if it was built by [`of_logits`](Self::of_logits).
///
/// # Errors
/// Probabilities that are none; no real or no generated samples.
///
/// # References
/// Zhou et al. 2018, "Activation maximization generative adversarial nets", arXiv:1703.02000.
#[derive(Debug, Clone, Default)]
pub struct AmScore(BothSides);

impl AmScore {
    /// Of probabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of logits.
    pub fn of_logits() -> Self {
        Self(BothSides::of_logits())
    }
}

impl Metric for AmScore {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        self.0.push(origin, batch)
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.0.append(other.0)
    }

    fn forget(&mut self, origin: Origin) {
        self.0.forget(origin);
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        self.0.comparable("the AM score")?;
        let BothSides { real, fake } = &self.0;
        let n = fake.len();
        let doubts: Vec<f64> = (0..n).flat_map(|i| fake.of(i..i + 1)).map(|p| entropy(&p)).collect();
        let value = divergence(&real.marginal(), &fake.marginal()) + mean(&doubts);
        let error = standard_deviation(&doubts) / (n as f64).sqrt();
        Ok(vec![
            Figure::new("AM score", value)
                .of(real.len(), n)
                .interval(Interval::normal(value, error))
                .protocol(Protocol::new().with("classes", fake.classes())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::classifiers::testing::softmax_table;

    #[test]
    fn a_table_computed_elsewhere() {
        let data = Tensor::<2>::from_data([[0.4, 0.3, 0.2, 0.1]], (&Device::default(), burn::tensor::DType::F64));
        let mut score = AmScore::new();
        score.add(Origin::Real, &data).unwrap();
        score.add(Origin::Fake, &softmax_table()).unwrap();
        assert!((score.compute().unwrap()[0].value - 1.059_942_947_1).abs() < 1e-9);
    }

    #[test]
    fn sure_samples_of_the_right_classes_score_zero() {
        let device = Device::default();
        let mut score = AmScore::new();
        score.add(Origin::Real, &Tensor::<2>::eye(3, &device)).unwrap();
        score
            .add(Origin::Fake, &Tensor::<2>::eye(3, &device).flip([0]))
            .unwrap();
        assert!(score.compute().unwrap()[0].value.abs() < 1e-12);
    }
}
