use super::cosine::nearest_directions;
use crate::error::ensure;
use crate::summary::{mean, standard_deviation, standard_error};
use crate::{Comparison, Figure, FrechetDistance, Goal, Interval, Protocol, Result, Rows};

/// The Frechet distance of a generator that may have memorised the training set: MiFID.
///
/// ```text
/// d     = mean over fake x of min over real r of (1 - |cos(x, r)|)
/// MiFID = Frechet distance / d    if d < threshold,   the Frechet distance itself otherwise
/// ```
///
/// Figures: `MiFID`, and `memorisation distance`, which is `d`. As in the competition it comes from, the
/// threshold is 0.1 unless said otherwise: a number that fits features of Inception-V3, and has to be chosen for
/// other extractors, a little below `d` of real samples held out. A generator that copies exactly has `d = 0` and
/// a MiFID that is as large as numbers get, unless its Frechet distance is 0 too.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// As [`FrechetDistance`]; a threshold that is not between 0 and 1.
///
/// # References
/// Bai et al. 2021, "On training sample memorization: lessons from benchmarking generative modeling with a
/// large-scale competition", arXiv:2106.03062.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mifid {
    threshold: f64,
}

/// What the competition's program adds to `d`, so as not to divide by zero.
const EPSILON: f64 = 1e-15;

impl Default for Mifid {
    fn default() -> Self {
        Self::new()
    }
}

impl Mifid {
    /// With the threshold 0.1.
    pub const fn new() -> Self {
        Self { threshold: 0.1 }
    }

    /// Punishes only memorisation distances below this.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl Comparison for Mifid {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let usable = (0.0..=1.0).contains(&self.threshold);
        ensure(usable, "the threshold of MiFID", "0 to 1", self.threshold)?;
        let frechet = FrechetDistance::new()
            .compare(real, fake)?
            .first()
            .map_or(f64::NAN, |figure| figure.value);
        let distances = nearest_directions(fake, real);
        let d = mean(&distances);
        let factor = if d < self.threshold { 1.0 / (d + EPSILON) } else { 1.0 };
        let figure = |name, value| Figure::new(name, value).of(real.len(), fake.len());
        Ok(vec![
            figure("MiFID", frechet * factor).protocol(Protocol::new().with("threshold", self.threshold)),
            figure("memorisation distance", d)
                .goal(Goal::Highest)
                .spread(standard_deviation(&distances))
                .interval(Interval::normal(d, standard_error(&distances))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::*;
    use crate::testing::{cloud, compare, conforms, rows};

    fn normal(n: usize, seed: u64) -> Tensor<2> {
        cloud(n, 8, seed, 0.0, 1.0)
    }

    #[test]
    fn distances_by_hand() {
        let device = Device::default();
        let real = rows(&Tensor::from_data([[1.0, 0.0], [0.0, 0.0]], &device));
        let fake = rows(&Tensor::from_data(
            [[3.0, 4.0], [-2.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
            &device,
        ));
        let found = nearest_directions(&fake, &real);
        assert!((found[0] - 0.4).abs() < 1e-12);
        assert_eq!(found[1..], [0.0, 1.0, 1.0]);
    }

    #[test]
    fn copies_are_punished_and_fresh_samples_are_not() {
        let real = normal(300, 1);
        let plain = |fake: &Tensor<2>| compare(&FrechetDistance::new(), &real, fake)[0];
        let fresh = normal(300, 2);
        let [mifid, distance] = compare(&Mifid::new().threshold(0.05), &real, &fresh)[..] else {
            panic!("two figures")
        };
        assert!((mifid - plain(&fresh)).abs() < 1e-9 && distance > 0.05, "{distance}");
        let copies = real.clone().narrow(0, 0, 200) + normal(200, 3) * 1e-3;
        let mifid = compare(&Mifid::new().threshold(0.05), &real, &copies)[0];
        assert!(mifid > 1e4 * plain(&copies), "{mifid}");
    }

    #[test]
    fn order_batches_and_workers_do_not_matter() {
        conforms(&Mifid::new().collect(), 2, 1e-9);
        let samples = rows(&normal(9, 1));
        assert!(Mifid::new().threshold(2.0).compare(&samples, &samples).is_err());
    }
}
