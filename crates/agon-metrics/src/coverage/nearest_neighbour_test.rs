use std::cmp::Ordering;

use crate::error::Result;
use crate::pairs::Survey;
use crate::{Comparison, Figure, Goal, Interval, Protocol, Rows};

/// 1-NN two-sample test: can the nearest neighbour tell real from generated?
///
/// ```text
/// accuracy = share of all samples whose nearest other sample is of their own set
/// ```
///
/// One half is best: sets that cannot be told apart. Towards 1 the sets are apart; below one half the
/// generator has memorised the data. The shares among the real and among the generated samples say more: a
/// generator that collapsed onto good samples has a low share among the real ones and a high one among its
/// own. Where both are equally near, it counts one half.
///
/// # Pitfalls
/// - Equal counts are assumed: with more real than generated samples, one half is not what equal
///   distributions give.
/// - In high dimensions small differences are enough for accuracies near 1.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Of less than two samples of either, and of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, Metric, NearestNeighbourTest, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = NearestNeighbourTest::new().collect();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[8.0], [9.0]], &device))?;
/// assert_eq!(metric.compute()?[0].value, 1.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests", arXiv:1610.06545; Xu et al. 2018, "An
/// empirical study on evaluation metrics of generative adversarial networks", arXiv:1806.07755.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NearestNeighbourTest;

impl NearestNeighbourTest {
    /// It has no settings.
    pub const fn new() -> Self {
        Self
    }
}

impl Comparison for NearestNeighbourTest {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        Ok(figures(&Survey::new("a nearest-neighbour test", real, fake, 1)?))
    }
}

pub(super) fn figures(survey: &Survey) -> Vec<Figure> {
    let (n, m) = (survey.held.len(), survey.inside.len());
    let own = |own: f64, other: f64| match own.total_cmp(&other) {
        Ordering::Less => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Greater => 0.0,
    };
    let real: f64 = (0..n)
        .map(|row| own(survey.real.squared(row, 0), survey.to_fake.squared(row, 0)))
        .sum();
    let fake: f64 = (0..m)
        .map(|row| own(survey.fake.squared(row, 0), survey.to_real.squared(row, 0)))
        .sum();
    let share = |name: &str, right: f64, of: usize| {
        Figure::new(name, right / of as f64)
            .of(n, m)
            .goal(Goal::Near(0.5))
            .interval(Interval::proportion(right.round() as usize, of))
            .protocol(Protocol::new().with("k", 1))
    };
    vec![
        share("1-NN accuracy", real + fake, n + m),
        share("1-NN accuracy, real", real, n),
        share("1-NN accuracy, fake", fake, m),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cloud, compare, conforms, shuffled};
    use burn::prelude::Tensor;

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&NearestNeighbourTest::new().collect(), 2, 0.0);
    }

    #[test]
    fn copies_are_always_mistaken_and_what_is_far_never() {
        let samples = cloud(600, 3, 1, 0.0, 1.0);
        let test = NearestNeighbourTest::new();
        assert_eq!(compare(&test, &samples, &shuffled(&samples)), [0.0; 3]);
        assert_eq!(compare(&test, &samples, &(samples.clone() + 100.0)), [1.0; 3]);
    }

    #[test]
    fn equal_distributions_are_mistaken_half_the_time_at_any_shift_and_scale() {
        let (real, fake) = (cloud(1000, 3, 1, 0.0, 1.0), cloud(1000, 3, 2, 0.0, 1.0));
        let found = compare(&NearestNeighbourTest::new(), &real, &fake);
        assert!(found.iter().all(|share| (share - 0.5).abs() < 0.06), "{found:?}");
        let moved = compare(&NearestNeighbourTest::new(), &(real * 1e5 + 7e5), &(fake * 1e5 + 7e5));
        assert_eq!(moved, found);
    }

    #[test]
    fn equally_near_counts_one_half() {
        let twice = |x: Tensor<2>| Tensor::cat(vec![x.clone(), x], 0);
        let samples = twice(cloud(20, 3, 1, 0.0, 1.0));
        assert_eq!(compare(&NearestNeighbourTest::new(), &samples, &samples), [0.5; 3]);
    }
}
