use crate::error::Result;
use crate::pairs::Survey;
use crate::{Comparison, Figure, Goal, Interval, Protocol, Rows};

/// Improved precision and recall: who lies within reach of the other set.
///
/// ```text
/// precision = share of generated samples within the ball of some real sample
/// recall    = share of real samples within the ball of some generated sample
/// ```
///
/// The ball of a sample reaches to, but does not hold, its `k`-th nearest other of its own set. Precision says
/// how many samples are good; recall how much of the data the generator could make. Intervals take the balls
/// as given.
///
/// # Pitfalls
/// - One outlier has a large ball, which lets in much that is bad: [`DensityCoverage`](super::DensityCoverage)
///   is more robust.
/// - Values depend on `k` and on both counts; the paper uses `k = 3` and 50,000 of each.
/// - The paper lets samples at exactly the distance of the `k`-th neighbour in, the common package does not;
///   neither does this. It matters where samples are duplicated.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Of less than `k + 1` samples of either, and of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, Metric, Origin, PrecisionRecall};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = PrecisionRecall::new(1).collect();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0], [8.0], [9.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[0.5], [0.7]], &device))?;
/// let figures = metric.compute()?;
/// assert_eq!((figures[0].value, figures[1].value), (1.0, 0.0));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Kynkaanniemi et al. 2019, "Improved precision and recall metric for assessing generative models",
/// arXiv:1904.06991.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrecisionRecall {
    k: usize,
}

impl PrecisionRecall {
    /// With balls that reach to the `k`-th nearest.
    pub const fn new(k: usize) -> Self {
        Self { k }
    }
}

impl Default for PrecisionRecall {
    /// With `k = 3`.
    fn default() -> Self {
        Self::new(3)
    }
}

impl Comparison for PrecisionRecall {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        Ok(figures(&Survey::new("precision and recall", real, fake, self.k)?))
    }
}

pub(super) fn figures(survey: &Survey) -> Vec<Figure> {
    let share = |name: &str, inside: usize, of: usize| {
        Figure::new(name, inside as f64 / of as f64)
            .of(survey.held.len(), survey.inside.len())
            .goal(Goal::Highest)
            .interval(Interval::proportion(inside, of))
            .protocol(Protocol::new().with("k", survey.real.k()))
    };
    let precise = survey.inside.iter().filter(|&&balls| balls > 0).count();
    let recalled = survey.recalled.iter().filter(|&&recalled| recalled).count();
    vec![
        share("precision", precise, survey.inside.len()),
        share("recall", recalled, survey.recalled.len()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cloud, compare, conforms, matrix, shuffled, single};

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&PrecisionRecall::new(3).collect(), 4, 0.0);
    }

    #[test]
    fn a_set_covers_itself_and_nothing_that_is_far() {
        let samples = cloud(700, 5, 1, 0.0, 1.0);
        let metric = PrecisionRecall::default();
        assert_eq!(compare(&metric, &samples, &shuffled(&samples)), [1.0, 1.0]);
        assert_eq!(compare(&metric, &samples, &(samples.clone() + 100.0)), [0.0, 0.0]);
    }

    #[test]
    fn shift_and_scale_of_both_change_nothing_not_even_in_single_precision() {
        let (real, fake) = (cloud(300, 40, 1, 0.0, 1.0), cloud(260, 40, 2, 0.1, 0.9));
        let expected = compare(&PrecisionRecall::new(3), &real, &fake);
        for (scale, shift) in [(1e-3, 0.0), (1.0, 30.0), (1e12, 1e13)] {
            let moved = |x: &burn::prelude::Tensor<2>| x.clone() * scale + shift;
            assert_eq!(
                compare(&PrecisionRecall::new(3), &moved(&real), &moved(&fake)),
                expected
            );
        }
        assert_eq!(
            compare(&PrecisionRecall::new(3), &single(&real), &single(&fake)),
            expected
        );
    }

    #[test]
    fn one_sample_that_is_everywhere_is_precise_but_recalls_nothing() {
        let (narrow, wide) = (cloud(300, 2, 1, 0.0, 0.05), cloud(300, 2, 2, 0.0, 1.0));
        let found = compare(&PrecisionRecall::new(3), &wide, &narrow);
        assert!(found[0] == 1.0 && found[1] < 0.1, "{found:?}");
        let found = compare(&PrecisionRecall::new(3), &narrow, &wide);
        assert!(found[0] < 0.1 && found[1] == 1.0, "{found:?}");
    }

    #[test]
    fn balls_do_not_hold_their_edge() {
        // The ball of 0 reaches to 1; a sample at exactly 1 is in the ball of nobody but perhaps of 3.
        let found = compare(
            &PrecisionRecall::new(1),
            &matrix(vec![0.0, 1.0], 2),
            &matrix(vec![-1.0, 2.0], 2),
        );
        assert_eq!(found, [0.0, 1.0]);
    }
}
