use burn::prelude::Tensor;

use super::both_sides::BothSides;
use super::judgements::divergence;
use crate::{Figure, Goal, Metric, Origin, Protocol, Result};

/// The Inception Score that also knows which classes the data shows: in the three forms that go by the name.
///
/// With `p(y|x)` what the classifier says of a generated sample, `p(y)` its mean over generated samples and
/// `p*(y)` its mean over real ones,
///
/// ```text
/// as printed   exp( mean_x KL(p(y|x) || p*(y)) - KL(p(y)  || p*(y)) )
/// reversed     exp( mean_x KL(p(y|x) || p*(y)) - KL(p*(y) || p(y)) )
/// modified     exp( mean_x KL(p(y|x) || p(y))  - KL(p(y)  || p*(y)) )
/// ```
///
/// As Che et al. print it, it **equals the Inception Score whatever the data**: the logarithms of `p*` cancel.
/// With the arguments of the second divergence the other way round, the other order that is published, it does
/// not; the modified form, of widely used code, punishes missing classes plainly. All three are given, the
/// higher the better, under the names `Mode Score`, `Mode Score, reversed` and `Mode Score, modified`.
///
/// A class which the generator never shows makes the second infinite and the score 0; a class that the data
/// never shows makes the others so.
///
/// # Shapes
/// A batch: probabilities `[n, classes]`, or logits if it was built by [`of_logits`](Self::of_logits).
///
/// # Errors
/// Probabilities that are none; no real or no generated samples.
///
/// # References
/// Che et al. 2017, "Mode regularized generative adversarial networks", arXiv:1612.02136; Xu et al. 2018, "An
/// empirical study on evaluation metrics of generative adversarial networks", arXiv:1806.07755.
#[derive(Debug, Clone, Default)]
pub struct ModeScore(BothSides);

impl ModeScore {
    /// Of probabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of logits.
    pub fn of_logits() -> Self {
        Self(BothSides::of_logits())
    }
}

impl Metric for ModeScore {
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
        self.0.comparable("the mode score")?;
        let BothSides { real, fake } = &self.0;
        let (data, shown) = (real.marginal(), fake.marginal());
        let n = fake.len();
        let gain = |to: &[f64]| {
            let all = (0..n).flat_map(|i| fake.of(i..i + 1));
            all.map(|p| divergence(&p, to)).sum::<f64>() / n as f64
        };
        let figure = |name, exponent: f64| {
            Figure::new(name, if exponent.is_nan() { 0.0 } else { exponent.exp() })
                .of(real.len(), n)
                .goal(Goal::Highest)
                .protocol(Protocol::new().with("classes", fake.classes()))
        };
        let to_data = gain(&data);
        Ok(vec![
            figure("Mode Score", to_data - divergence(&shown, &data)),
            figure("Mode Score, reversed", to_data - divergence(&data, &shown)),
            figure("Mode Score, modified", gain(&shown) - divergence(&shown, &data)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::classifiers::testing::softmax_table;

    fn scores(real: Tensor<2>, fake: Tensor<2>) -> [f64; 3] {
        let mut score = ModeScore::new();
        score.add(Origin::Real, &real).unwrap();
        score.add(Origin::Fake, &fake).unwrap();
        let values: Vec<f64> = score.compute().unwrap().iter().map(|figure| figure.value).collect();
        values.try_into().unwrap()
    }

    #[test]
    fn a_table_computed_elsewhere() {
        let data = Tensor::<2>::from_data([[0.4, 0.3, 0.2, 0.1]], (&Device::default(), burn::tensor::DType::F64));
        let found = scores(data, softmax_table());
        let expected = [1.476_864_068_5, 1.508_578_239_2, 1.327_181_109_9];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn a_missing_class_is_punished_by_two_of_three() {
        let device = Device::default();
        let all = Tensor::<2>::eye(4, &device);
        let fewer = Tensor::cat(vec![all.clone().narrow(0, 0, 3), all.clone().narrow(0, 0, 1)], 0);
        let [_, reversed, modified] = scores(all.clone(), all.clone());
        let [_, reversed_of_fewer, modified_of_fewer] = scores(all, fewer);
        assert!((reversed - 4.0).abs() < 1e-9 && (modified - 4.0).abs() < 1e-9);
        assert_eq!(reversed_of_fewer, 0.0);
        assert!(modified_of_fewer < 2.5, "{modified_of_fewer}");
    }

    #[test]
    fn real_samples_and_the_same_classes_are_needed() {
        let device = Device::default();
        let mut score = ModeScore::new();
        score
            .add(Origin::Fake, &Tensor::<2>::full([3, 2], 0.5, &device))
            .unwrap();
        assert!(score.compute().unwrap_err().to_string().contains("too few real"));
        score
            .add(Origin::Real, &Tensor::<2>::full([3, 4], 0.25, &device))
            .unwrap();
        assert!(score.compute().unwrap_err().to_string().contains("4 classes"));
    }
}
