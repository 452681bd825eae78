use crate::error::Result;
use crate::pairs::Survey;
use crate::{Comparison, Figure, Goal, Interval, Protocol, Rows};

/// Density and coverage: how deep among the real samples, and next to how many of them.
///
/// ```text
/// density  = mean over generated samples of (real balls that hold it) / k
/// coverage = share of real samples whose ball holds a generated one
/// ```
///
/// The ball of a real sample reaches to its `k`-th nearest other. Only real balls count, so that outliers of
/// the generator do not matter; density is 1 for equal distributions, and may be greater. Intervals take the
/// balls as given.
///
/// # Pitfalls
/// - Equal distributions do not give a coverage of 1 but of about `1 - 2^-k` (of equal counts): choose `k` so
///   that it is high enough; the paper uses 5, where it is 0.969.
/// - Density is greatest for a generator that makes nothing but the mode.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Of less than `k + 1` samples of either, and of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, DensityCoverage, Metric, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = DensityCoverage::new(1).collect();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0], [8.0], [9.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[0.5], [5.0]], &device))?;
/// let figures = metric.compute()?;
/// assert_eq!((figures[0].value, figures[1].value), (1.0, 0.5));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models", arXiv:2002.09797.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DensityCoverage {
    k: usize,
}

impl DensityCoverage {
    /// With balls that reach to the `k`-th nearest.
    pub const fn new(k: usize) -> Self {
        Self { k }
    }
}

impl Default for DensityCoverage {
    /// With `k = 5`.
    fn default() -> Self {
        Self::new(5)
    }
}

impl Comparison for DensityCoverage {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        Ok(figures(&Survey::new("density and coverage", real, fake, self.k)?))
    }
}

pub(super) fn figures(survey: &Survey) -> Vec<Figure> {
    let (n, m) = (survey.held.len(), survey.inside.len());
    let figure = |name: &str, value: f64| {
        Figure::new(name, value)
            .of(n, m)
            .goal(Goal::Highest)
            .protocol(Protocol::new().with("k", survey.real.k()))
    };
    let depth = |balls: &u32| f64::from(*balls) / survey.real.k() as f64;
    let density = survey.inside.iter().map(depth).sum::<f64>() / m as f64;
    let squares: f64 = survey.inside.iter().map(|balls| (depth(balls) - density).powi(2)).sum();
    let error = (squares / (m - 1) as f64 / m as f64).sqrt();
    let covered = survey.held.iter().filter(|&&held| held > 0).count();
    vec![
        figure("density", density).interval(Interval::normal(density, error)),
        figure("coverage", covered as f64 / n as f64).interval(Interval::proportion(covered, n)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, conforms, shuffled, single};

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&DensityCoverage::new(5).collect(), 6, 1e-12);
    }

    #[test]
    fn a_set_covers_itself_and_nothing_that_is_far() {
        let samples = cloud(600, 5, 1, 0.0, 1.0);
        let metric = DensityCoverage::default();
        let found = compare(&metric, &samples, &shuffled(&samples));
        // Each ball holds its centre and the k - 1 samples nearer than the k-th.
        close(&found, &[1.0, 1.0], 1e-12);
        assert_eq!(compare(&metric, &samples, &(samples.clone() + 100.0)), [0.0, 0.0]);
    }

    #[test]
    fn equal_distributions_give_what_theory_says() {
        let found = compare(
            &DensityCoverage::new(3),
            &cloud(1500, 4, 1, 0.0, 1.0),
            &cloud(1500, 4, 2, 0.0, 1.0),
        );
        assert!((found[0] - 1.0).abs() < 0.06, "{found:?}");
        assert!((found[1] - 0.875).abs() < 0.03, "{found:?}");
    }

    #[test]
    fn shift_and_scale_of_both_change_nothing() {
        let (real, fake) = (
            single(&cloud(300, 70, 1, 0.0, 1.0)),
            single(&cloud(260, 70, 2, 0.1, 0.9)),
        );
        let expected = compare(&DensityCoverage::new(5), &real, &fake);
        let moved = |x: &burn::prelude::Tensor<2>| x.clone() * 4.0 + 8.0;
        close(
            &compare(&DensityCoverage::new(5), &moved(&real), &moved(&fake)),
            &expected,
            0.01,
        );
        let scaled = |x: &burn::prelude::Tensor<2>| x.clone() * 0.125;
        assert_eq!(
            compare(&DensityCoverage::new(5), &scaled(&real), &scaled(&fake)),
            expected
        );
    }

    #[test]
    fn half_the_data_is_half_covered() {
        let (a, b) = (cloud(400, 2, 1, -50.0, 1.0), cloud(400, 2, 2, 50.0, 1.0));
        let real = burn::prelude::Tensor::cat(vec![a, b], 0);
        let found = compare(&DensityCoverage::new(5), &real, &cloud(800, 2, 3, 50.0, 1.0));
        assert!((found[1] - 0.5).abs() < 0.02, "{found:?}");
    }
}
