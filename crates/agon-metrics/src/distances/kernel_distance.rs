use rand::seq::index::sample;
use rayon::prelude::*;

use super::{Kernel, MaximumMeanDiscrepancy};
use crate::error::{Result, enough, ensure};
use crate::random::stream;
use crate::{Comparison, Figure, Interval, Origin, Protocol, Rows};

/// Kernel distance of features: the KID, if the features are Inception's.
///
/// The unbiased squared [maximum mean discrepancy](MaximumMeanDiscrepancy) with the kernel
/// `(x.y / features + 1)^3`, of all samples, with an interval; and its mean over random subsets, with their
/// spread, if they are asked for: the form in which it is usually published.
///
/// # Pitfalls
/// - It is unbiased, so that values of different counts compare, and may be negative.
/// - The spread over subsets is not an error of the mean: it falls with larger subsets, not with more of
///   them. The interval is that of the value of all samples.
/// - Publications multiply by 100 or 1000; this does not.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Of less than two samples, or less than a subset holds; of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, KernelDistance, Metric, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = KernelDistance::new().subsets(10, 3, 7).collect();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0], [2.0], [3.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[5.0], [6.0], [7.0], [8.0]], &device))?;
/// let figures = metric.compute()?;
/// assert_eq!(figures[1].name, "kernel distance, subsets");
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Binkowski et al. 2018, "Demystifying MMD GANs", arXiv:1801.01401.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelDistance {
    kernel: Kernel,
    subsets: Option<Subsets>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Subsets {
    count: usize,
    size: usize,
    seed: u64,
}

impl KernelDistance {
    /// Of all samples, with the cubic kernel.
    pub const fn new() -> Self {
        Self {
            kernel: Kernel::cubic(),
            subsets: None,
        }
    }

    /// With another kernel: [`Kernel::Gaussian`], say.
    pub fn kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = kernel;
        self
    }

    /// Also the mean over `count` random subsets of `size` samples of each side (100 and 1000 in most papers).
    pub fn subsets(mut self, count: usize, size: usize, seed: u64) -> Self {
        self.subsets = Some(Subsets { count, size, seed });
        self
    }

    fn of_subsets(&self, subsets: Subsets, real: &Rows, fake: &Rows) -> Result<Figure> {
        ensure(subsets.count >= 2, "the number of subsets", "at least 2", subsets.count)?;
        ensure(subsets.size >= 2, "the size of subsets", "at least 2", subsets.size)?;
        enough("a subset", Origin::Real, subsets.size, real.len())?;
        enough("a subset", Origin::Fake, subsets.size, fake.len())?;
        let discrepancy = MaximumMeanDiscrepancy::new(self.kernel.clone());
        let of = |index: usize| {
            let mut random = stream(subsets.seed, index as u64);
            let mut draw = |rows: &Rows| rows.select(&sample(&mut random, rows.len(), subsets.size).into_vec());
            let (real, fake) = (draw(real), draw(fake));
            discrepancy.estimate(&real, &fake).map(|estimate| estimate.value)
        };
        let values = (0..subsets.count)
            .into_par_iter()
            .map(of)
            .collect::<Result<Vec<f64>>>()?;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        // As published: the deviation of these values, not an estimate of that of others.
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        let protocol = self
            .protocol()
            .with("subsets", format!("{} of {}", subsets.count, subsets.size));
        Ok(Figure::new("kernel distance, subsets", mean)
            .of(real.len(), fake.len())
            .spread(variance.sqrt())
            .protocol(protocol))
    }

    fn protocol(&self) -> Protocol {
        Protocol::new().with("kernel", &self.kernel)
    }
}

impl Default for KernelDistance {
    fn default() -> Self {
        Self::new()
    }
}

impl Comparison for KernelDistance {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let estimate = MaximumMeanDiscrepancy::new(self.kernel.clone()).estimate(real, fake)?;
        let interval = Interval::normal(estimate.value, estimate.error.unwrap_or(0.0));
        let whole = Figure::new("kernel distance", estimate.value)
            .of(real.len(), fake.len())
            .interval(interval)
            .protocol(self.protocol());
        let mut figures = vec![whole];
        if let Some(subsets) = self.subsets {
            figures.push(self.of_subsets(subsets, real, fake)?);
        }
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cloud, compare, conforms, rows};

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&KernelDistance::new().collect(), 2, 1e-10);
    }

    #[test]
    fn it_is_nothing_between_samples_of_one_distribution_and_something_else_else() {
        let of = |shift| {
            let kid = KernelDistance::new().subsets(10, 100, 3);
            compare(&kid, &cloud(500, 4, 1, 0.0, 1.0), &cloud(400, 4, 2, shift, 1.0))
        };
        let (same, other) = (of(0.0), of(0.5));
        assert!(same.iter().all(|value| value.abs() < 0.05), "{same:?}");
        assert!(other.iter().all(|value| *value > 0.2), "{other:?}");
    }

    #[test]
    fn subsets_of_everything_are_all_alike() {
        let (real, fake) = (cloud(50, 3, 1, 0.0, 1.0), cloud(50, 3, 2, 0.3, 1.0));
        let figures = KernelDistance::new()
            .subsets(4, 50, 9)
            .compare(&rows(&real), &rows(&fake))
            .unwrap();
        assert!((figures[0].value - figures[1].value).abs() < 1e-12);
        assert!(figures[1].spread.unwrap() < 1e-12);
        let error = KernelDistance::new()
            .subsets(4, 51, 9)
            .compare(&rows(&real), &rows(&fake))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "too few real samples for a subset: expected at least 51, got 50"
        );
    }
}
