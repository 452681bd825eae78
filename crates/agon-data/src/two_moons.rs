use std::f32::consts::PI;

use burn::prelude::{Device, Int, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::dataset::{Dataset, Extent, count};
use crate::error::{Error, Result, ensure};
use crate::random::stream;

/// Points along two half circles in the plane that reach into each other.
///
/// ```text
/// moon 0: (cos t, sin t),    moon 1: (1 - cos t, 1/2 - sin t),    each plus noise * e
/// ```
/// with `t` uniform in `[0, pi)`, either moon equally likely, and `e ~ N(0, I)`. How far any point is from the
/// curves is known: [`distances`](Self::distances).
///
/// # Shapes
/// A batch: `[size, 2]`.
///
/// # Errors
/// Of the first batch: noise which is negative or no number.
///
/// # Example
/// ```
/// use agon_data::{Dataset, TwoMoons};
/// use burn::prelude::Device;
///
/// let points = TwoMoons::new().batches(256).batch(0, 7, &Device::default())?;
/// assert_eq!(points.dims(), [256, 2]);
/// assert_eq!(TwoMoons::distances([0.0, 1.0])[0], 0.0);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// The moons are where scikit-learn's `make_moons` puts them.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoMoons {
    noise: f32,
    extent: Extent,
}

impl Default for TwoMoons {
    fn default() -> Self {
        Self::new()
    }
}

impl TwoMoons {
    /// Noise 0.05; endless.
    pub fn new() -> Self {
        Self {
            noise: 0.05,
            extent: Extent::Endless,
        }
    }

    /// The standard deviation of the noise along both axes.
    pub fn noise(mut self, deviation: f32) -> Self {
        self.noise = deviation;
        self
    }

    /// Makes it a set of so many points, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the points that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Tells with each point which moon it is of.
    pub fn labelled(self) -> LabelledTwoMoons {
        LabelledTwoMoons { moons: self }
    }

    /// The first `n` points that a seed draws, each with its moon, 0 or 1. The i-th follows from the seed and i
    /// alone.
    ///
    /// # Errors
    /// If the noise is negative or no number.
    pub fn points(&self, n: usize, seed: u64) -> Result<Vec<([f32; 2], u8)>> {
        self.check()?;
        Ok((0..count(n)).map(|i| self.point(seed, i)).collect())
    }

    /// The distances of a point to the first and to the second curve.
    pub fn distances([x, y]: [f32; 2]) -> [f32; 2] {
        // The second moon is the first one turned by half around (1/2, 1/4).
        [to_upper([x, y]), to_upper([1.0 - x, 0.5 - y])]
    }

    /// How far samples are from the curves: of each, the distance to the nearer one.
    ///
    /// Points of the world itself are about 0.8 deviations of its noise away on average.
    ///
    /// # Shapes
    /// `samples`: `[n, 2]`.
    ///
    /// # Errors
    /// If the samples are not points of the plane, or cannot be read from their device.
    pub fn distances_of(samples: Tensor<2>) -> Result<Vec<f32>> {
        let width = samples.dims()[1];
        ensure(width == 2, "the width of samples of two moons", "2", width)?;
        let values = samples.try_into_vec_as::<f32>();
        let values = values.map_err(|error| Error::Device(error.to_string()))?;
        let nearer = |pair: &[f32]| {
            let [first, second] = Self::distances([pair[0], pair[1]]);
            first.min(second)
        };
        Ok(values.chunks_exact(2).map(nearer).collect())
    }

    fn point(&self, seed: u64, index: u64) -> ([f32; 2], u8) {
        let mut random = stream(seed, index);
        let moon = u8::from(random.random::<bool>());
        let (sin, cos) = (PI * random.random::<f32>()).sin_cos();
        let on_curve = match moon {
            0 => [cos, sin],
            _ => [1.0 - cos, 0.5 - sin],
        };
        let point = on_curve.map(|x| x + self.noise * random.sample::<f32, _>(StandardNormal));
        (point, moon)
    }

    fn gather_points(&self, items: &[u64], content: u64, device: &Device) -> Result<Tensor<2>> {
        self.check()?;
        let values: Vec<f32> = items.iter().flat_map(|&item| self.point(content, item).0).collect();
        Ok(Tensor::from_data(TensorData::new(values, [items.len(), 2]), device))
    }

    fn check(&self) -> Result<()> {
        let usable = self.noise.is_finite() && self.noise >= 0.0;
        ensure(usable, "the noise of two moons", "a number of at least 0", self.noise)
    }
}

/// The distance to the upper half of the unit circle.
fn to_upper([x, y]: [f32; 2]) -> f32 {
    if y >= 0.0 {
        (x.hypot(y) - 1.0).abs()
    } else {
        (x.abs() - 1.0).hypot(y)
    }
}

impl Dataset for TwoMoons {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<2>> {
        self.gather_points(items, self.extent.content(seed), device)
    }
}

/// [`TwoMoons`] whose points come with the moon they are of.
///
/// # Shapes
/// A batch: points `[size, 2]` and labels `[size]`, 0 or 1.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledTwoMoons {
    moons: TwoMoons,
}

impl Dataset for LabelledTwoMoons {
    type Batch = (Tensor<2>, Tensor<1, Int>);

    fn items(&self) -> Option<u64> {
        self.moons.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let content = self.moons.extent.content(seed);
        let points = self.moons.gather_points(items, content, device)?;
        let moon = |&item: &u64| i64::from(self.moons.point(content, item).1);
        let labels: Vec<i64> = items.iter().map(moon).collect();
        Ok((points, Tensor::from_data(labels.as_slice(), device)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_points_lie_on_the_curve_of_their_label() {
        let points = TwoMoons::new().noise(0.0).points(1000, 1).unwrap();
        let mut counts = [0; 2];
        for (point, moon) in points {
            let distances = TwoMoons::distances(point);
            assert!(distances[usize::from(moon)] < 1e-6, "{point:?} {moon}");
            assert!(distances[usize::from(1 - moon)] > 0.1);
            counts[usize::from(moon)] += 1;
        }
        assert!(counts[0] > 400 && counts[1] > 400, "{counts:?}");
    }

    /// The distances, against the nearest of many points along the curves.
    #[test]
    fn distances_are_those_to_the_nearest_point_of_the_curve() {
        let curve = |moon: usize| {
            (0..=2000).map(move |i| {
                let (sin, cos) = (PI * i as f32 / 2000.0).sin_cos();
                if moon == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
            })
        };
        for i in 0..200 {
            let point = [(i as f32 * 0.37).sin() * 2.5, (i as f32 * 0.61).cos() * 2.0];
            let found = TwoMoons::distances(point);
            for (moon, found) in found.into_iter().enumerate() {
                let nearest = curve(moon)
                    .map(|c| (c[0] - point[0]).hypot(c[1] - point[1]))
                    .fold(f32::MAX, f32::min);
                assert!((found - nearest).abs() < 2e-3, "{point:?}: {found}, {nearest}");
            }
        }
    }

    #[test]
    fn points_follow_from_seed_and_number_and_keep_their_distance() {
        let device = Device::default();
        let moons = TwoMoons::new().noise(0.1);
        let items: Vec<u64> = (0..2000).collect();
        let (points, labels) = moons
            .clone()
            .fixed_from(2000, 4)
            .labelled()
            .gather(&items, 1, &device)
            .unwrap();
        let labels = labels.try_into_vec_as::<i64>().unwrap();
        let known = moons.points(2000, 4).unwrap();
        assert!(
            known
                .iter()
                .zip(labels)
                .all(|((_, moon), label)| i64::from(*moon) == label)
        );
        let distances = TwoMoons::distances_of(points).unwrap();
        let mean = distances.iter().sum::<f32>() / 2000.0;
        // E |N(0, 0.1)|, a little less where the other moon is nearer.
        assert!((mean - 0.08).abs() < 0.005, "{mean}");
        assert_eq!(known[..5], moons.points(5, 4).unwrap());
        assert_ne!(known[..5], moons.points(5, 5).unwrap());
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for noise in [-0.1, f32::NAN] {
            let moons = TwoMoons::new().noise(noise);
            assert!(moons.points(1, 1).is_err());
            assert!(moons.labelled().batches(4).batch(0, 1, &Device::default()).is_err());
        }
        assert!(TwoMoons::distances_of(Tensor::zeros([2, 3], &Device::default())).is_err());
    }
}
