use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::error::{Result, ensure};
use crate::linalg::products_of_rows;
use crate::pairs::same_width;
use crate::random::stream;
use crate::{Comparison, Figure, Interval, Origin, Protocol, Rows};

/// How many rows are projected at once.
const CHUNK: usize = 1024;

/// Sliced Wasserstein distance: the mean transport distance of one-dimensional shadows.
///
/// ```text
/// ( mean over directions u of  W_p(u.x, u.g)^p )^(1/p)
/// ```
///
/// In one dimension optimal transport is sorting: `W_p^p` is the mean of `|a - b|^p` over the sorted values,
/// or the integral over the quantile functions where the counts differ. Directions are drawn evenly from the
/// sphere, from the seed. The spread is that of `W_p` over directions; the interval is that of the choice of
/// directions, not of the samples.
///
/// # Pitfalls
/// - In many dimensions a direction sees `1 / sqrt(d)` of a shift in one of them: values of different widths
///   do not compare.
/// - It is biased: two samples of one distribution are at a distance that falls as `1 / sqrt(n)`.
///
/// # Errors
/// Of less than two samples of either, of constant samples, of an order other than 1 or 2.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, Origin, Rows, SlicedWasserstein};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Rows::from_tensor(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0]], &device))?;
/// let fake = Rows::from_tensor(Origin::Fake, &Tensor::<2>::from_data([[5.0], [4.0]], &device))?;
/// assert_eq!(SlicedWasserstein::new(7).compare(&real, &fake)?[0].value, 4.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Rabin et al. 2011, "Wasserstein barycenter and its application to texture mixing"; Deshpande et al. 2018,
/// arXiv:1803.11188.
#[derive(Debug, Clone, PartialEq)]
pub struct SlicedWasserstein {
    directions: usize,
    order: u8,
    seed: u64,
}

impl SlicedWasserstein {
    /// Of order 2, over 512 directions.
    pub const fn new(seed: u64) -> Self {
        Self {
            directions: 512,
            order: 2,
            seed,
        }
    }

    /// Over so many directions.
    pub const fn directions(mut self, directions: usize) -> Self {
        self.directions = directions;
        self
    }

    /// Of this order: 1 or 2.
    pub const fn order(mut self, order: u8) -> Self {
        self.order = order;
        self
    }

    /// `W_p^p` along each direction.
    pub(super) fn powers(&self, real: &Rows, fake: &Rows) -> Result<Vec<f64>> {
        ensure(
            self.directions >= 2,
            "the number of directions",
            "at least 2",
            self.directions,
        )?;
        ensure(
            [1, 2].contains(&self.order),
            "the order of a distance",
            "1 or 2",
            self.order,
        )?;
        real.vary("a Wasserstein distance", Origin::Real, 2)?;
        fake.vary("a Wasserstein distance", Origin::Fake, 2)?;
        same_width(real, fake)?;
        let directions = directions(self.directions, real.width(), self.seed);
        let origin = real.mean();
        let (real, fake) = (shadows(real, &origin, &directions), shadows(fake, &origin, &directions));
        let order = i32::from(self.order);
        Ok(real
            .par_iter()
            .zip(&fake)
            .map(|(real, fake)| transport(real, fake, order))
            .collect())
    }
}

impl Comparison for SlicedWasserstein {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let powers = self.powers(real, fake)?;
        let n = powers.len() as f64;
        let root = |power: f64| if self.order == 2 { power.sqrt() } else { power };
        let mean = powers.iter().sum::<f64>() / n;
        let deviation = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / n;
            (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
        };
        let error = Interval::normal(mean, deviation(&powers) / n.sqrt());
        let each: Vec<f64> = powers.iter().map(|&power| root(power)).collect();
        let protocol = Protocol::new()
            .with("order", self.order)
            .with("directions", self.directions);
        Ok(vec![
            Figure::new("sliced Wasserstein distance", root(mean))
                .of(real.len(), fake.len())
                .interval(Interval {
                    low: root(error.low.max(0.0)),
                    high: root(error.high),
                    ..error
                })
                .spread(deviation(&each))
                .protocol(protocol),
        ])
    }
}

/// Directions, evenly from the sphere, one after the other.
fn directions(count: usize, width: usize, seed: u64) -> Vec<f64> {
    let mut random = stream(seed, 0);
    let mut directions = Vec::with_capacity(count * width);
    while directions.len() < count * width {
        let start = directions.len();
        directions.extend((0..width).map(|_| -> f64 { StandardNormal.sample(&mut random) }));
        let length = directions[start..].iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 0.0 {
            directions[start..].iter_mut().for_each(|x| *x /= length);
        } else {
            directions.truncate(start);
        }
    }
    directions
}

/// The projections on each direction, sorted.
fn shadows(rows: &Rows, origin: &[f64], directions: &[f64]) -> Vec<Vec<f64>> {
    let width = rows.width();
    let count = directions.len() / width;
    let starts: Vec<usize> = (0..rows.len()).step_by(CHUNK).collect();
    let project = |&start: &usize| {
        let range = start..rows.len().min(start + CHUNK);
        let mut values = vec![0.0; range.len() * width];
        let mut products = Vec::new();
        rows.copy_to(range, origin, 1.0, &mut values);
        products_of_rows(directions, &values, width, &mut products);
        products
    };
    let chunks: Vec<Vec<f64>> = starts.par_iter().map(project).collect();
    (0..count)
        .into_par_iter()
        .map(|direction| {
            let mut shadow = Vec::with_capacity(rows.len());
            for chunk in &chunks {
                let length = chunk.len() / count;
                shadow.extend_from_slice(&chunk[direction * length..][..length]);
            }
            shadow.sort_unstable_by(f64::total_cmp);
            shadow
        })
        .collect()
}

/// `integral of |F^-1(t) - G^-1(t)|^p dt` of two sorted samples.
fn transport(a: &[f64], b: &[f64], order: i32) -> f64 {
    if a.len() == b.len() {
        let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - b).abs().powi(order)).sum();
        return sum / a.len() as f64;
    }
    // Both quantile functions are steps; t goes through the ends of all of them, in units of 1 / (n m).
    let (n, m) = (a.len() as u128, b.len() as u128);
    let (mut i, mut j, mut t, mut sum) = (0, 0, 0, 0.0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (of_a, of_b) = ((i as u128 + 1) * m, (j as u128 + 1) * n);
        let end = of_a.min(of_b);
        sum += (end - t) as f64 * (x - y).abs().powi(order);
        i += usize::from(end == of_a);
        j += usize::from(end == of_b);
        t = end;
    }
    sum / (n * m) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, conforms, matrix, shuffled};
    use burn::prelude::Tensor;

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&SlicedWasserstein::new(3).directions(20).collect(), 2, 1e-10);
    }

    #[test]
    fn one_dimension_is_sorting() {
        let (a, b) = (matrix(vec![3.0, 0.0, 1.0], 3), matrix(vec![0.5, 6.0, 2.0], 3));
        let swd = SlicedWasserstein::new(1).directions(4);
        close(
            &compare(&swd.clone().order(1), &a, &b),
            &[(0.5 + 1.0 + 3.0) / 3.0],
            1e-12,
        );
        close(&compare(&swd, &a, &b), &[(10.25_f64 / 3.0).sqrt()], 1e-12);
        // Every sample twice is the same distribution.
        let twice = Tensor::cat(vec![b.clone(), b], 0);
        close(&compare(&swd, &a, &twice), &[(10.25_f64 / 3.0).sqrt()], 1e-12);
    }
    #[test]
    fn counts_that_differ_by_hand() {
        // Quantiles of [0, 1] against [0, 1, 2]: steps of 1/6.
        let found = transport(&[0.0, 1.0], &[0.0, 1.0, 2.0], 1);
        close(&[found], &[(0.0 * 2.0 + 1.0 + 0.0 + 1.0 * 2.0) / 6.0], 1e-12);
    }

    #[test]
    fn a_set_is_at_distance_nothing_of_itself_and_a_shift_shrinks_with_the_dimension() {
        let samples = cloud(100, 4, 1, 5.0, 1.0);
        let swd = SlicedWasserstein::new(2).directions(4000);
        close(&compare(&swd, &samples, &shuffled(&samples)), &[0.0], 1e-12);
        // |u.v|^2 is |v|^2 / d on average.
        let shifted = samples.clone() + 3.0;
        close(&compare(&swd, &samples, &shifted), &[3.0], 0.03);
        let scaled = compare(&swd, &(samples * 7.0), &(shifted * 7.0));
        close(&scaled, &[21.0], 0.03);
    }

    #[test]
    fn settings_that_cannot_work() {
        let rows = crate::testing::rows(&cloud(10, 2, 1, 0.0, 1.0));
        assert!(SlicedWasserstein::new(1).order(3).compare(&rows, &rows).is_err());
        assert!(SlicedWasserstein::new(1).directions(1).compare(&rows, &rows).is_err());
    }
}
