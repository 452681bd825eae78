use crate::{Comparison, Figure, Goal, Interval, Neighbours, Origin, Result, Rows};

/// The share of generated samples that were not copied from the training set.
///
/// A generated sample counts as authentic if it is farther from the real sample nearest to it than that one is
/// from its own nearest other real sample:
///
/// ```text
/// authenticity = share of x with d(x, r) > d(r, nearest other real of r),   r the real sample nearest to x
/// ```
///
/// Of fresh samples of the data about one half is authentic, for reasons of symmetry, the more the more dimensions
/// there are; exact copies are not. The authors' program looks for each *real* sample's nearest generated one
/// instead of the other way round as the paper says; here it is as in the paper. The interval is Wilson's.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Fewer than two samples of either; constant features.
///
/// # References
/// Alaa et al. 2022, "How faithful is your synthetic data?", arXiv:2102.08921.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Authenticity;

impl Comparison for Authenticity {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        real.vary("authenticity", Origin::Real, 2)?;
        fake.vary("authenticity", Origin::Fake, 2)?;
        let among_real = Neighbours::within(real, 1)?;
        let to_real = Neighbours::among(fake, real, 1)?;
        let authentic = |&fake: &usize| to_real.distance(fake, 0) > among_real.distance(to_real.index(fake, 0), 0);
        let count = (0..fake.len()).filter(authentic).count();
        let share = count as f64 / fake.len() as f64;
        Ok(vec![
            Figure::new("authenticity", share)
                .of(real.len(), fake.len())
                .goal(Goal::Highest)
                .interval(Interval::proportion(count, fake.len())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Tensor;

    use super::*;
    use crate::testing::{cloud, compare, conforms};

    fn authenticity(real: &Tensor<2>, fake: &Tensor<2>) -> f64 {
        compare(&Authenticity, real, fake)[0]
    }

    fn normal(n: usize, seed: u64) -> Tensor<2> {
        cloud(n, 3, seed, 0.0, 1.0)
    }

    #[test]
    fn copies_are_not_authentic_and_half_of_fresh_samples_are() {
        let real = normal(300, 1);
        assert_eq!(authenticity(&real, &real), 0.0);
        assert!(authenticity(&real, &(real.clone() + normal(300, 2) * 1e-3)) < 0.05);
        let fresh = authenticity(&real, &normal(300, 3));
        assert!((0.4..0.7).contains(&fresh), "{fresh}");
        assert_eq!(authenticity(&real, &(normal(20, 4) + 100.0)), 1.0);
    }

    #[test]
    fn shift_and_scale_do_not_matter() {
        let (real, fake) = (normal(80, 1), normal(50, 2));
        let plain = authenticity(&real, &fake);
        assert_eq!(plain, authenticity(&(real * 8.0 + 3.0), &(fake * 8.0 + 3.0)));
    }

    #[test]
    fn order_batches_and_workers_do_not_matter() {
        conforms(&Authenticity.collect(), 2, 1e-12);
    }
}
