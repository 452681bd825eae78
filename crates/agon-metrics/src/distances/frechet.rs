use burn::prelude::Tensor;

use super::bootstrap::Bootstrap;
use super::moments::{Gaussian, Moments};
use crate::collect::same_settings;
use crate::error::{Error, Result};
use crate::{Comparison, Figure, Metric, Origin, Protocol, ReferenceStatistics, Rows};

/// Frechet distance of features, as if both sets were normal: the FID, if the features are Inception's.
///
/// ```text
/// |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))
/// ```
///
/// `m`, `C`: mean and unbiased covariance of the features. Features stream by and only their moments are
/// kept, in `f64`. Singular covariances do no harm: the trace of the root is a sum over the eigenvalues of a
/// symmetric matrix.
///
/// # Pitfalls
/// - It is biased: fewer samples give greater values, all else equal, so that only values of equal counts
///   compare; [`FrechetInfinity`](super::FrechetInfinity) takes the bias out.
/// - With fewer samples than features the covariances are singular; the value is right, and means little.
/// - Values of different extractors, resizings or reference sets do not compare.
/// - It sees means and covariances only: sets that differ otherwise can be at distance 0.
/// - Some tools print its square root.
///
/// # Shapes
/// Batches `[n, features]`.
///
/// # Errors
/// Of less than two samples, of constant features, and of features that are not finite.
///
/// # Example
/// ```
/// use agon_metrics::{FrechetDistance, Metric, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = FrechetDistance::new();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [2.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[3.0], [5.0]], &device))?;
/// assert!((metric.compute()?[0].value - 9.0).abs() < 1e-9);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Heusel et al. 2017, "GANs trained by a two time-scale update rule", arXiv:1706.08500; Dowson and Landau
/// 1982.
#[derive(Debug, Clone, Default)]
pub struct FrechetDistance {
    real: Moments,
    fake: Moments,
    reference: Option<String>,
    bootstrap: Option<Kept>,
}

/// What resampling needs.
#[derive(Debug, Clone)]
struct Kept {
    bootstrap: Bootstrap,
    real: Rows,
    fake: Rows,
}

impl FrechetDistance {
    /// Of what streams by.
    pub fn new() -> Self {
        Self::default()
    }

    /// Against statistics that were computed before, instead of real samples.
    pub fn against(mut self, reference: &ReferenceStatistics) -> Self {
        self.real = reference.moments().clone();
        self.reference = Some(reference.name());
        self
    }

    /// With a 95 % interval of so many resamplings. It keeps all features, and each resampling costs what the
    /// distance costs.
    ///
    /// The interval says how the value would vary on other samples of the same number; it is centred on the
    /// value, since resampling is biased as sampling is. Reference statistics are not resampled.
    pub fn bootstrap(mut self, resamplings: usize, seed: u64) -> Self {
        self.bootstrap = Some(Kept {
            bootstrap: Bootstrap { resamplings, seed },
            real: Rows::new(),
            fake: Rows::new(),
        });
        self
    }

    fn settings(&self) -> (&Option<String>, Option<Bootstrap>) {
        (&self.reference, self.bootstrap.as_ref().map(|kept| kept.bootstrap))
    }

    fn resampled(&self, kept: &Kept, value: f64, real: &Gaussian) -> Result<crate::Interval> {
        let fixed = self.reference.is_some();
        kept.bootstrap.interval(value, |draw| {
            let fake = Moments::of(&kept.fake.select(&draw.indices(kept.fake.len())));
            if fixed {
                return real.frechet(&fake, Origin::Fake);
            }
            let real = Moments::of(&kept.real.select(&draw.indices(kept.real.len())));
            Gaussian::new(&real, Origin::Real)?.frechet(&fake, Origin::Fake)
        })
    }
}

impl Metric for FrechetDistance {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        if let (Origin::Real, Some(reference)) = (origin, &self.reference) {
            let expected = format!("none beside the reference statistics ({reference})");
            return Err(Error::config("real samples", expected, batch.dims()[0]));
        }
        let moments = match origin {
            Origin::Real => &mut self.real,
            Origin::Fake => &mut self.fake,
        };
        moments.add(origin, batch)?;
        match (&mut self.bootstrap, origin) {
            (Some(kept), Origin::Real) => kept.real.push(origin, batch),
            (Some(kept), Origin::Fake) => kept.fake.push(origin, batch),
            (None, _) => Ok(()),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        same_settings(&self.settings(), &other.settings())?;
        if self.reference.is_none() {
            self.real.merge(other.real)?;
        }
        self.fake.merge(other.fake)?;
        if let (Some(mine), Some(theirs)) = (&mut self.bootstrap, other.bootstrap) {
            mine.real.append(theirs.real)?;
            mine.fake.append(theirs.fake)?;
        }
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real if self.reference.is_none() => self.real = Moments::new(),
            Origin::Real => {}
            Origin::Fake => self.fake = Moments::new(),
        }
        if let Some(kept) = &mut self.bootstrap {
            match origin {
                Origin::Real => kept.real = Rows::new(),
                Origin::Fake => kept.fake = Rows::new(),
            }
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let real = Gaussian::new(&self.real, Origin::Real)?;
        let value = real.frechet(&self.fake, Origin::Fake)?;
        let mut protocol = Protocol::new();
        if let Some(reference) = &self.reference {
            protocol = protocol.with("reference", reference);
        }
        let mut figure = Figure::new("Frechet distance", value).of(self.real.count(), self.fake.count());
        if let Some(kept) = &self.bootstrap {
            figure = figure.interval(self.resampled(kept, value, &real)?);
            protocol = protocol.with("resamplings", kept.bootstrap.resamplings);
        }
        Ok(vec![figure.protocol(protocol)])
    }
}

/// Of samples that are there already; those it was given before do not count.
impl Comparison for FrechetDistance {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let mut metric = self.clone();
        metric.forget(Origin::Real);
        metric.forget(Origin::Fake);
        if metric.reference.is_none() {
            metric.real = Moments::of(real);
        }
        metric.fake = Moments::of(fake);
        if let Some(kept) = &mut metric.bootstrap {
            kept.real = real.clone();
            kept.fake = fake.clone();
        }
        metric.compute()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, conforms, matrix, shuffled};

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&FrechetDistance::new(), 2, 1e-12);
        conforms(&FrechetDistance::new().collect(), 2, 1e-12);
    }

    #[test]
    fn one_dimension_by_hand() {
        // Means 1 and 4, variances 2 and 8: 9 + (sqrt 8 - sqrt 2)^2.
        let found = compare(
            &FrechetDistance::new(),
            &matrix(vec![0.0, 2.0], 2),
            &matrix(vec![2.0, 6.0], 2),
        );
        close(&found, &[11.0], 1e-12);
    }

    #[test]
    fn a_set_is_at_distance_nothing_of_itself_even_if_singular() {
        for (n, width) in [(200, 5), (8, 20)] {
            let samples = cloud(n, width, 4, 3.0, 2.0);
            close(
                &compare(&FrechetDistance::new(), &samples, &shuffled(&samples)),
                &[0.0],
                1e-6,
            );
        }
    }

    #[test]
    fn a_shift_is_its_square_and_a_scale_its_own() {
        let samples = cloud(500, 3, 5, 0.0, 1.0);
        let frechet = FrechetDistance::new();
        close(&compare(&frechet, &samples, &(samples.clone() + 2.0)), &[12.0], 1e-10);
        let other = cloud(400, 3, 6, 0.5, 1.5);
        let [near, far] = [1.0, 10.0].map(|by| compare(&frechet, &(samples.clone() * by), &(other.clone() * by))[0]);
        close(&[far], &[near * 100.0], 1e-10);
    }

    #[test]
    fn duplicated_features_count_twice_and_constant_ones_not_at_all() {
        let (a, b) = (cloud(300, 3, 1, 0.0, 1.0), cloud(250, 3, 2, 0.5, 1.5));
        let plain = compare(&FrechetDistance::new(), &a, &b)[0];
        let twice = |x: &Tensor<2>| Tensor::cat(vec![x.clone(), x.clone()], 1);
        close(
            &compare(&FrechetDistance::new(), &twice(&a), &twice(&b)),
            &[2.0 * plain],
            1e-7,
        );
        let more = |x: &Tensor<2>| Tensor::cat(vec![x.clone(), x.zeros_like() + 7.0], 1);
        close(&compare(&FrechetDistance::new(), &more(&a), &more(&b)), &[plain], 1e-7);
    }

    #[test]
    fn the_interval_holds_the_value_and_narrows_with_more_samples() {
        let width = |n| {
            let metric = FrechetDistance::new().bootstrap(40, 1);
            let figures = metric
                .compare(
                    &crate::testing::rows(&cloud(n, 2, 1, 0.0, 1.0)),
                    &crate::testing::rows(&cloud(n, 2, 2, 1.0, 1.0)),
                )
                .unwrap();
            let interval = figures[0].interval.unwrap();
            assert!(interval.low < figures[0].value && figures[0].value < interval.high);
            interval.high - interval.low
        };
        let (few, many) = (width(50), width(2000));
        assert!(many < few / 3.0, "{few} {many}");
    }
}
