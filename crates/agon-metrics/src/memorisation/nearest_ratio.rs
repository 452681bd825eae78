use rand::RngExt;

use crate::random::stream;
use crate::summary::{mean, quantile, standard_error};
use crate::{Comparison, Error, Figure, Goal, Interval, Neighbours, Origin, Result, Rows};

/// Whether generated samples are nearer to the training set than its own samples are to each other.
///
/// ```text
/// nearest neighbour ratio    median over fake of d(x, nearest real) / median over real of d(x, nearest other real)
/// first to second neighbour  mean over fake of d(x, nearest real) / d(x, second nearest real)
/// ```
///
/// Of fresh samples of the data the first is about 1. Well below 1, samples were copied from the training set
/// with small changes; above, they lie off the data. The second is near 1 for fresh samples in many dimensions
/// and falls to 0 where one training sample was copied and no other; a copy of a sample that is there twice
/// counts as 1. Real samples must be those that the generator has learnt from.
///
/// The interval of the first is between the 2.5th and 97.5th hundredth of 1000 resamplings of the distances.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Fewer than three samples of either; constant features; data of which half has an exact double.
///
/// # References
/// The second: Zhao et al. 2021, "CTAB-GAN: effective table data synthesizing", arXiv:2102.08369.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NearestRatio;

impl Comparison for NearestRatio {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        real.vary("the nearest neighbour ratio", Origin::Real, 3)?;
        fake.vary("the nearest neighbour ratio", Origin::Fake, 3)?;
        let among_real = Neighbours::within(real, 1)?;
        let to_real = Neighbours::among(fake, real, 2)?;
        let own: Vec<f64> = (0..real.len()).map(|i| among_real.distance(i, 0)).collect();
        let first: Vec<f64> = (0..fake.len()).map(|i| to_real.distance(i, 0)).collect();
        let shares: Vec<f64> = first
            .iter()
            .enumerate()
            .map(|(i, &d)| share(d, to_real.distance(i, 1)))
            .collect();
        let usual = quantile(&own, 0.5);
        if usual == 0.0 {
            let what = "the distances within real samples";
            return Err(Error::config(
                what,
                "more than 0 for most",
                "exact doubles of half of them",
            ));
        }
        let figure = |name, value| Figure::new(name, value).of(real.len(), fake.len());
        let second = mean(&shares);
        Ok(vec![
            figure("nearest neighbour ratio", quantile(&first, 0.5) / usual)
                .goal(Goal::Near(1.0))
                .interval(resampled(&first, &own)),
            figure("first to second neighbour", second)
                .goal(Goal::Highest)
                .interval(Interval::normal(second, standard_error(&shares))),
        ])
    }
}

fn share(first: f64, second: f64) -> f64 {
    if second > 0.0 { first / second } else { 1.0 }
}

/// Of the ratio of medians.
fn resampled(above: &[f64], below: &[f64]) -> Interval {
    let mut random = stream(0, 0);
    let mut median = |values: &[f64]| {
        let mut drawn: Vec<f64> = values
            .iter()
            .map(|_| values[random.random_range(0..values.len())])
            .collect();
        let middle = drawn.len() / 2;
        *drawn.select_nth_unstable_by(middle, f64::total_cmp).1
    };
    let ratios: Vec<f64> = (0..1000).map(|_| median(above) / median(below)).collect();
    Interval {
        low: quantile(&ratios, 0.025),
        high: quantile(&ratios, 0.975),
        level: 0.95,
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Tensor;

    use super::*;
    use crate::testing::{cloud, compare, conforms, rows};

    fn ratio(real: &Tensor<2>, fake: &Tensor<2>) -> f64 {
        compare(&NearestRatio, real, fake)[0]
    }

    fn normal(n: usize, width: usize, seed: u64) -> Tensor<2> {
        cloud(n, width, seed, 0.0, 1.0)
    }

    #[test]
    fn copies_score_zero_fresh_samples_one_and_strangers_more() {
        let real = normal(200, 4, 1);
        let near_copies = real.clone().narrow(0, 0, 80) + normal(80, 4, 2) * 0.01;
        assert!(ratio(&real, &near_copies) < 0.1);
        let fresh = NearestRatio
            .compare(&rows(&real), &rows(&normal(200, 4, 3)))
            .unwrap()
            .remove(0);
        assert!((fresh.value - 1.0).abs() < 0.25, "{fresh}");
        let interval = fresh.interval.unwrap();
        assert!(interval.low < fresh.value && fresh.value < interval.high, "{fresh}");
        assert!(ratio(&real, &(normal(50, 4, 4) + 10.0)) > 5.0);
        assert_eq!(ratio(&real, &real), 0.0);
    }

    #[test]
    fn one_copied_sample_shows_in_the_second_figure() {
        let real = normal(100, 6, 1);
        let second = |fake: Tensor<2>| compare(&NearestRatio, &real, &fake)[1];
        assert_eq!(second(real.clone().narrow(0, 3, 20)), 0.0);
        assert!(second(normal(100, 6, 2)) > 0.7);
    }

    #[test]
    fn scale_and_shift_do_not_matter() {
        let (real, fake) = (normal(60, 3, 1), normal(40, 3, 2));
        let plain = compare(&NearestRatio, &real, &fake);
        let moved = compare(&NearestRatio, &(real * 4.0 - 2.0), &(fake * 4.0 - 2.0));
        for (a, b) in plain.iter().zip(moved) {
            assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn doubled_samples_are_an_error() {
        let few = normal(20, 2, 1);
        let doubled = Tensor::cat(vec![few.clone(), few.clone()], 0);
        let error = NearestRatio.compare(&rows(&doubled), &rows(&few)).unwrap_err();
        assert!(error.to_string().contains("doubles"), "{error}");
    }

    #[test]
    fn order_batches_and_workers_do_not_matter() {
        conforms(&NearestRatio.collect(), 3, 1e-12);
    }
}
