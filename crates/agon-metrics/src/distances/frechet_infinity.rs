use rand::seq::SliceRandom;

use super::moments::{Gaussian, Moments};
use crate::error::{Result, enough, ensure};
use crate::random::stream;
use crate::{Comparison, Figure, Interval, Origin, Protocol, Rows};

/// The Frechet distance of endlessly many generated samples, extrapolated.
///
/// The bias of the Frechet distance is nearly proportional to `1 / n`. It is measured on random parts of the
/// generated samples, of sizes `n` from `smallest` to all of them; a line through the distances over `1 / n`
/// is followed to `1 / n = 0`:
///
/// ```text
/// distance(n) = distance(infinity) + slope / n
/// ```
///
/// # Pitfalls
/// - The real samples are taken as they are: their bias stays.
/// - The line is one only where `n` is well above the number of features; keep `smallest` there.
/// - The interval is that of the line's intercept. The parts overlap, so that it is too narrow rather than too
///   wide.
/// - It may be slightly negative where the distance is nothing.
///
/// # Errors
/// Of less than four generated samples or two real ones, and of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, FrechetInfinity, Metric, Origin};
/// use burn::prelude::*;
///
/// let values = |from| Tensor::<1, Int>::arange(from..from + 40, &Device::default()).float().reshape([40, 1]);
/// let mut metric = FrechetInfinity::new(7).points(5).smallest(20).collect();
/// metric.add(Origin::Real, &values(0))?;
/// metric.add(Origin::Fake, &values(100))?;
/// let figure = &metric.compute()?[0];
/// assert!(figure.value > 0.0 && figure.interval.is_some());
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Chong and Forsyth 2020, "Effectively unbiased FID and Inception Score and where to find them",
/// arXiv:1911.07023 (15 points from 5,000 samples on).
#[derive(Debug, Clone)]
pub struct FrechetInfinity {
    points: usize,
    smallest: Option<usize>,
    seed: u64,
}

impl FrechetInfinity {
    /// With 15 points, from a tenth of the samples to all of them.
    pub fn new(seed: u64) -> Self {
        Self {
            points: 15,
            smallest: None,
            seed,
        }
    }

    /// With so many points on the line.
    pub fn points(mut self, points: usize) -> Self {
        self.points = points;
        self
    }

    /// With parts of at least so many samples.
    pub fn smallest(mut self, smallest: usize) -> Self {
        self.smallest = Some(smallest);
        self
    }

    /// The sizes of the parts.
    fn sizes(&self, n: usize) -> Result<Vec<usize>> {
        ensure(
            self.points >= 3,
            "the points of an extrapolation",
            "at least 3",
            self.points,
        )?;
        let smallest = self.smallest.unwrap_or(n / 10).max(2);
        if 2 * smallest > n {
            let expected = format!("at most half of the {n} samples");
            return Err(crate::Error::config(
                "the smallest part of an extrapolation",
                expected,
                smallest,
            ));
        }
        let step = (n - smallest) as f64 / (self.points - 1) as f64;
        Ok((0..self.points)
            .map(|point| smallest + (step * point as f64).round() as usize)
            .collect())
    }
}

impl Comparison for FrechetInfinity {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        enough("an extrapolation", Origin::Fake, 4, fake.len())?;
        let real = Gaussian::new(&Moments::of(real), Origin::Real).map(|gaussian| (gaussian, real.len()))?;
        let sizes = self.sizes(fake.len())?;
        let mut order: Vec<usize> = (0..fake.len()).collect();
        let mut points = Vec::with_capacity(sizes.len());
        for (index, &size) in sizes.iter().enumerate() {
            order.shuffle(&mut stream(self.seed, index as u64));
            let part = Moments::of(&fake.select(&order[..size]));
            points.push((1.0 / size as f64, real.0.frechet(&part, Origin::Fake)?));
        }
        let (value, error) = intercept(&points);
        let protocol = Protocol::new().with("points", self.points).with("from", sizes[0]);
        Ok(vec![
            Figure::new("Frechet distance at infinity", value)
                .of(real.1, fake.len())
                .interval(Interval::normal(value, error))
                .protocol(protocol),
        ])
    }
}

/// Where the line of least squares meets `x = 0`, and the standard error of that.
fn intercept(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    let value = y - slope * x;
    let residual: f64 = points
        .iter()
        .map(|point| (point.1 - value - slope * point.0).powi(2))
        .sum();
    (value, (residual / (n - 2.0) * (1.0 / n + x * x / spread)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrechetDistance;
    use crate::testing::{close, cloud, compare, matrix, rows};

    #[test]
    fn a_line_is_followed() {
        let (value, error) = intercept(&[(0.1, 3.2), (0.2, 3.4), (0.5, 4.0)]);
        close(&[value, error], &[3.0, 0.0], 1e-7);
    }

    #[test]
    fn the_bias_is_gone() {
        // Both are the same distribution, so that the truth is nearly nothing.
        let (real, fake) = (cloud(20_000, 16, 1, 0.0, 1.0), cloud(1500, 16, 2, 0.0, 1.0));
        let plain = compare(&FrechetDistance::new(), &real, &fake)[0];
        let infinity = compare(&FrechetInfinity::new(1).smallest(300), &real, &fake)[0];
        assert!(infinity.abs() < 0.5 * plain, "{plain} {infinity}");
    }

    #[test]
    fn settings_and_samples_that_cannot_work() {
        let good = rows(&cloud(40, 2, 1, 0.0, 1.0));
        let infinity = FrechetInfinity::new(1);
        assert!(infinity.clone().points(2).compare(&good, &good).is_err());
        assert!(infinity.clone().smallest(30).compare(&good, &good).is_err());
        assert!(infinity.compare(&good, &rows(&cloud(3, 2, 1, 0.0, 1.0))).is_err());
        let error = infinity.compare(&good, &rows(&matrix(vec![1.0; 80], 40))).unwrap_err();
        assert!(matches!(error, crate::Error::Constant { .. }), "{error}");
    }
}
