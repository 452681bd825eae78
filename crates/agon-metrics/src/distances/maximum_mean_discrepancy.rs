use super::Kernel;
use super::sums::{OfPairs, Sums, total};
use crate::error::Result;
use crate::linalg::Element;
use crate::pairs::{Frame, Tile, same_width};
use crate::{Comparison, Figure, Interval, Origin, Protocol, Rows};

/// The squared maximum mean discrepancy: how far apart the means of two sets are to a kernel.
///
/// ```text
/// E k(x, x') + E k(g, g') - 2 E k(x, g)
/// ```
///
/// `x`, `x'`, `g`, `g'`: independent real and generated samples. The unbiased estimate leaves out the pairs of
/// a sample with itself and may be negative; the biased one keeps them and is never negative. The interval is
/// that of the unbiased estimate's leading term; where both sets are the same distribution that term vanishes
/// and the interval is too narrow.
///
/// # Pitfalls
/// - This is the square; some tools print the root of the biased estimate.
/// - A Gaussian kernel that is much too wide or too narrow sees nothing: take the median distance of real
///   samples ([`Kernel::median`]), or several widths.
///
/// # Errors
/// Of less than two samples of either, of constant samples, of settings that cannot work.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, Kernel, MaximumMeanDiscrepancy, Origin, Rows};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Rows::from_tensor(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0]], &device))?;
/// let fake = Rows::from_tensor(Origin::Fake, &Tensor::<2>::from_data([[9e3], [9e3 + 1.0]], &device))?;
/// let figures = MaximumMeanDiscrepancy::new(Kernel::Gaussian(vec![1.0])).compare(&real, &fake)?;
/// assert!((figures[0].value - 2.0 * (-0.5_f64).exp()).abs() < 1e-9);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Gretton et al. 2012, "A kernel two-sample test", JMLR 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MaximumMeanDiscrepancy {
    kernel: Kernel,
    biased: bool,
}

impl MaximumMeanDiscrepancy {
    /// The unbiased estimate with this kernel.
    pub const fn new(kernel: Kernel) -> Self {
        Self { kernel, biased: false }
    }

    /// The biased estimate.
    pub const fn biased(mut self) -> Self {
        self.biased = true;
        self
    }

    /// The estimate and, if it is the unbiased one, its standard error.
    pub(super) fn estimate(&self, real: &Rows, fake: &Rows) -> Result<Estimate> {
        self.kernel.check()?;
        real.vary("a kernel distance", Origin::Real, 2)?;
        fake.vary("a kernel distance", Origin::Fake, 2)?;
        same_width(real, fake)?;
        let frame = if self.kernel.sees_differences() {
            Frame::around(&[real, fake])
        } else {
            Frame::plain(real.width())
        };
        let of = Of {
            kernel: &self.kernel,
            unit: frame.scale,
            width: real.width(),
        };
        let sums = Sums::new(real, fake, &frame, [of, of, of]);
        Ok(if self.biased {
            let itself = [real, fake].map(|rows| total(&self.kernel.of_itself(rows)));
            Estimate::biased(&sums, itself)
        } else {
            Estimate::unbiased(&sums)
        })
    }
}

impl Comparison for MaximumMeanDiscrepancy {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let estimate = self.estimate(real, fake)?;
        let protocol = Protocol::new()
            .with("kernel", &self.kernel)
            .with("estimate", if self.biased { "biased" } else { "unbiased" });
        let figure = Figure::new("squared maximum mean discrepancy", estimate.value)
            .of(real.len(), fake.len())
            .protocol(protocol);
        Ok(vec![match estimate.error {
            Some(error) => figure.interval(Interval::normal(estimate.value, error)),
            None => figure,
        }])
    }
}

/// A squared discrepancy, and its standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub value: f64,
    pub error: Option<f64>,
}

impl Estimate {
    /// Without the pairs of a sample with itself.
    pub fn unbiased(sums: &Sums) -> Self {
        let (n, m) = (sums.real.len() as f64, sums.fake.len() as f64);
        let value = total(&sums.real) / (n * (n - 1.0)) + total(&sums.fake) / (m * (m - 1.0))
            - 2.0 * total(&sums.real_across) / (n * m);
        let of_real = influence(&sums.real, &sums.real_across, m);
        let of_fake = influence(&sums.fake, &sums.fake_across, n);
        Self {
            value,
            error: Some(2.0 * (of_real + of_fake).sqrt()),
        }
    }

    /// With them, which sum up to this.
    pub fn biased(sums: &Sums, [real, fake]: [f64; 2]) -> Self {
        let (n, m) = (sums.real.len() as f64, sums.fake.len() as f64);
        let value = (total(&sums.real) + real) / (n * n) + (total(&sums.fake) + fake) / (m * m)
            - 2.0 * total(&sums.real_across) / (n * m);
        Self { value, error: None }
    }
}

/// The variance of the mean of `E k(x, x') - E k(x, g)` over `x`.
fn influence(own: &[f64], across: &[f64], others: f64) -> f64 {
    let n = own.len() as f64;
    let part = |(own, across): (&f64, &f64)| own / (n - 1.0) - across / others;
    let parts: Vec<f64> = own.iter().zip(across).map(part).collect();
    let mean = total(&parts) / n;
    parts.iter().map(|part| (part - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
}

/// A kernel of pairs.
#[derive(Clone, Copy)]
struct Of<'a> {
    kernel: &'a Kernel,
    unit: f64,
    width: usize,
}

impl OfPairs for Of<'_> {
    fn row<E: Element>(&self, tile: &Tile<'_, E>, row: usize, products: &[E], to: &mut Vec<f64>) {
        self.kernel.row(tile, row, products, (self.unit, self.width), to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, conforms, matrix, rows, shuffled, single};

    #[test]
    fn it_is_a_metric_like_the_others() {
        for kernel in [
            Kernel::cubic(),
            Kernel::Gaussian(vec![0.5, 2.0]),
            Kernel::RationalQuadratic(vec![0.2, 1.0]),
        ] {
            conforms(&MaximumMeanDiscrepancy::new(kernel.clone()).collect(), 2, 1e-10);
            conforms(&MaximumMeanDiscrepancy::new(kernel).biased().collect(), 2, 1e-10);
        }
    }

    #[test]
    fn estimates_by_hand() {
        let (x, g) = ([0.0, 1.0, 3.0], [0.5, 2.0]);
        let k = |a: f64, b: f64| (-(a - b).powi(2) / 0.5).exp();
        let sum = |a: &[f64], b: &[f64]| -> f64 { a.iter().flat_map(|&a| b.iter().map(move |&b| k(a, b))).sum() };
        let (xx, gg, xg) = (sum(&x, &x), sum(&g, &g), sum(&x, &g));
        let mmd = MaximumMeanDiscrepancy::new(Kernel::Gaussian(vec![0.5]));
        let (real, fake) = (matrix(x.to_vec(), 3), matrix(g.to_vec(), 2));
        let unbiased = (xx - 3.0) / 6.0 + (gg - 2.0) / 2.0 - xg / 3.0;
        close(&compare(&mmd, &real, &fake), &[unbiased], 1e-12);
        let biased = xx / 9.0 + gg / 4.0 - xg / 3.0;
        close(&compare(&mmd.biased(), &real, &fake), &[biased], 1e-12);
    }

    #[test]
    fn a_set_is_at_biased_distance_nothing_of_itself() {
        let samples = cloud(600, 3, 1, 1.0, 1.0);
        for kernel in [Kernel::cubic(), Kernel::median(&rows(&samples)).unwrap()] {
            let mmd = MaximumMeanDiscrepancy::new(kernel).biased();
            close(&compare(&mmd, &samples, &shuffled(&samples)), &[0.0], 1e-10);
        }
    }

    #[test]
    fn further_is_more_and_a_common_shift_or_scale_is_nothing_to_differences() {
        let (real, fake) = (cloud(200, 3, 1, 0.0, 1.0), cloud(200, 3, 2, 0.0, 1.0));
        let of = |by: f64| MaximumMeanDiscrepancy::new(Kernel::Gaussian(vec![by]));
        let distances = [0.0, 0.5, 1.0, 2.0].map(|shift| compare(&of(1.0), &real, &(fake.clone() + shift))[0]);
        assert!(distances.is_sorted(), "{distances:?}");
        let before = compare(&of(1.0), &real, &(fake.clone() + 1.0));
        let moved = compare(
            &of(3.0),
            &(real.clone() * 3.0 + 50.0),
            &((fake.clone() + 1.0) * 3.0 + 50.0),
        );
        close(&moved, &before, 1e-10);
    }

    #[test]
    fn single_precision_agrees_where_products_are_made_in_it() {
        let (real, fake) = (cloud(150, 80, 1, 0.0, 1.0), cloud(130, 80, 2, 0.1, 1.0));
        for kernel in [Kernel::cubic(), Kernel::Gaussian(vec![10.0])] {
            let mmd = MaximumMeanDiscrepancy::new(kernel);
            let (a, b) = (single(&real), single(&fake));
            let exact = compare(
                &mmd,
                &a.clone().cast(burn::tensor::DType::F64),
                &b.clone().cast(burn::tensor::DType::F64),
            );
            close(&compare(&mmd, &a, &b), &exact, 1e-6);
        }
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        // Means one apart and a linear kernel: the truth is 1.
        let linear = Kernel::Polynomial {
            degree: 1,
            gamma: Some(1.0),
            offset: 0.0,
        };
        let mmd = MaximumMeanDiscrepancy::new(linear);
        let holds = |seed: &u64| {
            let figures = mmd
                .compare(
                    &rows(&cloud(60, 1, *seed, 0.0, 1.0)),
                    &rows(&cloud(60, 1, seed + 1000, 1.0, 1.0)),
                )
                .unwrap();
            let interval = figures[0].interval.unwrap();
            interval.low <= 1.0 && 1.0 <= interval.high
        };
        let share = (0..400).filter(holds).count();
        assert!((360..=396).contains(&share), "{share} of 400");
    }

    #[test]
    fn settings_that_cannot_work() {
        let samples = rows(&cloud(10, 2, 1, 0.0, 1.0));
        for kernel in [Kernel::Gaussian(vec![]), Kernel::RationalQuadratic(vec![-1.0])] {
            assert!(MaximumMeanDiscrepancy::new(kernel).compare(&samples, &samples).is_err());
        }
    }
}
