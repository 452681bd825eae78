use super::{density_coverage, nearest_neighbour_test, precision_recall};
use crate::error::Result;
use crate::pairs::Survey;
use crate::{Comparison, Figure, Rows};

/// All metrics of nearest neighbours at the cost of one: [`PrecisionRecall`](super::PrecisionRecall),
/// [`DensityCoverage`](super::DensityCoverage) and [`NearestNeighbourTest`](super::NearestNeighbourTest).
///
/// # Errors
/// Of less than `k + 1` samples of either, and of constant features.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, Metric, Neighbourhoods, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = Neighbourhoods::new(1).collect();
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0], [8.0], [9.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[0.5], [5.0]], &device))?;
/// assert_eq!(metric.compute()?.len(), 7);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbourhoods {
    k: usize,
}

impl Neighbourhoods {
    /// With balls that reach to the `k`-th nearest.
    pub const fn new(k: usize) -> Self {
        Self { k }
    }
}

impl Comparison for Neighbourhoods {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let survey = Survey::new("nearest neighbours", real, fake, self.k)?;
        let mut figures = precision_recall::figures(&survey);
        figures.extend(density_coverage::figures(&survey));
        figures.extend(nearest_neighbour_test::figures(&survey));
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cloud, compare, conforms};
    use crate::{DensityCoverage, NearestNeighbourTest, PrecisionRecall};

    #[test]
    fn they_are_the_same_together_as_alone() {
        conforms(&Neighbourhoods::new(4).collect(), 5, 1e-12);
        let (real, fake) = (cloud(1100, 3, 1, 0.0, 1.0), cloud(900, 3, 2, 0.2, 1.0));
        let together = compare(&Neighbourhoods::new(4), &real, &fake);
        let mut alone = compare(&PrecisionRecall::new(4), &real, &fake);
        alone.extend(compare(&DensityCoverage::new(4), &real, &fake));
        alone.extend(compare(&NearestNeighbourTest::new(), &real, &fake));
        assert_eq!(together, alone);
    }

    /// Against the definitions, pair by pair, where there are many tiles.
    #[test]
    fn they_are_what_the_definitions_say() {
        let (real, fake) = (cloud(1100, 6, 3, 0.0, 1.0), cloud(700, 6, 4, 0.3, 0.8));
        let (x, y) = (crate::testing::rows(&real), crate::testing::rows(&fake));
        let k = 3;
        let radius = |of: &Rows, at: usize| {
            let mut all: Vec<f64> = (0..of.len()).map(|other| of.squared_distance(at, of, other)).collect();
            all.sort_unstable_by(f64::total_cmp);
            all[k]
        };
        let of_x: Vec<f64> = (0..x.len()).map(|at| radius(&x, at)).collect();
        let of_y: Vec<f64> = (0..y.len()).map(|at| radius(&y, at)).collect();
        let inside = |i: usize, j: usize, radius: f64| x.squared_distance(i, &y, j) < radius;
        let balls = |j: usize| (0..x.len()).filter(|&i| inside(i, j, of_x[i])).count();
        let precision = (0..y.len()).filter(|&j| balls(j) > 0).count() as f64 / y.len() as f64;
        let density = (0..y.len()).map(balls).sum::<usize>() as f64 / (k * y.len()) as f64;
        let any = |i: usize, of: &dyn Fn(usize) -> f64| (0..y.len()).any(|j| inside(i, j, of(j)));
        let recall = (0..x.len()).filter(|&i| any(i, &|j| of_y[j])).count() as f64 / x.len() as f64;
        let coverage = (0..x.len()).filter(|&i| any(i, &|_| of_x[i])).count() as f64 / x.len() as f64;
        let found = compare(&Neighbourhoods::new(k), &real, &fake);
        crate::testing::close(&found[..4], &[precision, recall, density, coverage], 1e-12);
    }
}
