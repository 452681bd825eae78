use super::maximum_mean_discrepancy::Estimate;
use super::sums::{OfPairs, Sums};
use crate::error::Result;
use crate::linalg::Element;
use crate::pairs::{Frame, Tile, doubt, same_width};
use crate::{Comparison, Figure, Interval, Origin, Protocol, Rows};

/// Energy distance: how much further samples of the two sets are from each other than from their own kind.
///
/// ```text
/// 2 E|x - g| - E|x - x'| - E|g - g'|
/// ```
///
/// It is the squared maximum mean discrepancy of the kernel `-|x - y|`, zero for equal distributions only, and
/// needs no width to be chosen. By default all pairs count, those of a sample with itself too, as in most
/// packages; that estimate is never negative and too large by about `E|x - x'| / n`. The unbiased one leaves
/// them out and comes with an interval.
///
/// # Pitfalls
/// Some packages (scipy's in one dimension) print the square root.
///
/// # Errors
/// Of less than two samples of either, and of constant samples.
///
/// # Example
/// ```
/// use agon_metrics::{Comparison, EnergyDistance, Origin, Rows};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let real = Rows::from_tensor(Origin::Real, &Tensor::<2>::from_data([[0.0], [1.0]], &device))?;
/// let fake = Rows::from_tensor(Origin::Fake, &Tensor::<2>::from_data([[4.0], [5.0]], &device))?;
/// assert_eq!(EnergyDistance::new().compare(&real, &fake)?[0].value, 7.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Szekely and Rizzo 2013, "Energy statistics", J. Stat. Plan. Inference 143.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EnergyDistance {
    unbiased: bool,
}

impl EnergyDistance {
    /// Of all pairs.
    pub const fn new() -> Self {
        Self { unbiased: false }
    }

    /// Of the pairs of different samples.
    pub const fn unbiased(mut self) -> Self {
        self.unbiased = true;
        self
    }
}

impl Comparison for EnergyDistance {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        real.vary("an energy distance", Origin::Real, 2)?;
        fake.vary("an energy distance", Origin::Fake, 2)?;
        same_width(real, fake)?;
        let frame = Frame::around(&[real, fake]);
        let of = |first, second| Distance {
            first,
            second,
            unit: frame.scale,
        };
        let sums = Sums::new(real, fake, &frame, [of(real, real), of(fake, fake), of(real, fake)]);
        let estimate = if self.unbiased {
            Estimate::unbiased(&sums)
        } else {
            Estimate::biased(&sums, [0.0; 2])
        };
        let figure = Figure::new("energy distance", estimate.value)
            .of(real.len(), fake.len())
            .protocol(Protocol::new().with("estimate", if self.unbiased { "unbiased" } else { "all pairs" }));
        Ok(vec![match estimate.error {
            Some(error) => figure.interval(Interval::normal(estimate.value, error)),
            None => figure,
        }])
    }
}

/// `-|x - y|` of pairs.
#[derive(Clone, Copy)]
struct Distance<'a> {
    first: &'a Rows,
    second: &'a Rows,
    unit: f64,
}

impl OfPairs for Distance<'_> {
    fn row<E: Element>(&self, tile: &Tile<'_, E>, row: usize, products: &[E], to: &mut Vec<f64>) {
        let square = tile.square(row).wide();
        // Below this the difference of squares has lost too many digits for a root of it.
        let doubt = 64.0 * doubt::<E>(self.first.width()).wide();
        to.clear();
        for (column, (product, other)) in products.iter().zip(tile.column_squares()).enumerate() {
            let squares = square + other.wide();
            let squared = squares - 2.0 * product.wide();
            to.push(if squared > doubt * squares {
                -squared.sqrt() * self.unit
            } else {
                -self
                    .first
                    .squared_distance(row, self.second, tile.columns.start + column)
                    .sqrt()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, conforms, matrix, shuffled, single};

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&EnergyDistance::new().collect(), 2, 1e-10);
        conforms(&EnergyDistance::new().unbiased().collect(), 2, 1e-10);
    }

    #[test]
    fn estimates_by_hand() {
        let (real, fake) = (matrix(vec![0.0, 1.0, 3.0], 3), matrix(vec![0.5, 2.0], 2));
        let across = (0.5 + 2.0 + 0.5 + 1.0 + 2.5 + 1.0) / 6.0;
        let all = 2.0 * across - 2.0 * 6.0 / 9.0 - 2.0 * 1.5 / 4.0;
        close(&compare(&EnergyDistance::new(), &real, &fake), &[all], 1e-12);
        let different = 2.0 * across - 2.0 * 6.0 / 6.0 - 1.5;
        close(
            &compare(&EnergyDistance::new().unbiased(), &real, &fake),
            &[different],
            1e-12,
        );
    }

    #[test]
    fn a_set_is_at_distance_nothing_of_itself_in_any_precision() {
        let samples = cloud(300, 100, 1, 10.0, 1.0);
        for samples in [samples.clone(), single(&samples)] {
            close(
                &compare(&EnergyDistance::new(), &samples, &shuffled(&samples)),
                &[0.0],
                1e-6,
            );
        }
    }

    #[test]
    fn it_scales_with_the_samples_and_grows_with_a_shift() {
        let (real, fake) = (cloud(200, 3, 1, 0.0, 1.0), cloud(200, 3, 2, 0.0, 1.0));
        let of = |by: f64, shift: f64| {
            compare(
                &EnergyDistance::new(),
                &(real.clone() * by + 40.0),
                &((fake.clone() + shift) * by + 40.0),
            )[0]
        };
        let distances = [0.0, 0.5, 1.0, 2.0].map(|shift| of(1.0, shift));
        assert!(distances.is_sorted(), "{distances:?}");
        close(&[of(1e3, 1.0)], &[of(1.0, 1.0) * 1e3], 1e-10);
    }
}
