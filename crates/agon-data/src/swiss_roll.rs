use std::f32::consts::PI;

use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::dataset::{Dataset, Extent, count};
use crate::error::{Result, ensure};
use crate::random::stream;

/// Points along a spiral in the plane: the Swiss roll seen from its side.
///
/// ```text
/// t = 1.5 pi (1 + 2 u),    x = (t cos t, t sin t) / scale + noise / scale * e
/// ```
/// with `u` uniform in `[0, 1)` and `e ~ N(0, I)`.
///
/// # Shapes
/// A batch: `[size, 2]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, SwissRoll};
/// use burn::prelude::Device;
///
/// let points = SwissRoll::new().batches(256).batch(0, 7, &Device::default())?;
/// assert_eq!(points.dims(), [256, 2]);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// Gulrajani et al. 2017, "Improved training of Wasserstein GANs", arXiv:1704.00028, whose scale of 7.5 and
/// noise of 0.25 are the defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct SwissRoll {
    noise: f32,
    scale: f32,
    extent: Extent,
}

impl Default for SwissRoll {
    fn default() -> Self {
        Self::new()
    }
}

impl SwissRoll {
    /// Noise 0.25 before division by 7.5; endless.
    pub fn new() -> Self {
        Self {
            noise: 0.25,
            scale: 7.5,
            extent: Extent::Endless,
        }
    }

    /// The standard deviation of the noise, before the roll is scaled.
    pub fn noise(mut self, noise: f32) -> Self {
        self.noise = noise;
        self
    }

    /// What everything is divided by: the roll reaches to `4.5 pi / scale`.
    pub fn scale(mut self, scale: f32) -> Self {
        self.scale = scale;
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

    /// The first `n` points that a seed draws. The i-th follows from the seed and i alone.
    ///
    /// # Errors
    /// If the noise is negative or the scale not positive.
    pub fn points(&self, n: usize, seed: u64) -> Result<Vec<[f32; 2]>> {
        self.check()?;
        Ok((0..count(n)).map(|i| self.point(seed, i)).collect())
    }

    fn point(&self, seed: u64, index: u64) -> [f32; 2] {
        let mut random = stream(seed, index);
        let t = 1.5 * PI * (1.0 + 2.0 * random.random::<f32>());
        let mut noise = || self.noise * random.sample::<f32, _>(StandardNormal);
        [t * t.cos() + noise(), t * t.sin() + noise()].map(|x| x / self.scale)
    }

    fn check(&self) -> Result<()> {
        let usable = self.noise.is_finite() && self.noise >= 0.0;
        ensure(
            usable,
            "the noise of a Swiss roll",
            "a number of at least 0",
            self.noise,
        )?;
        let usable = self.scale.is_finite() && self.scale > 0.0;
        ensure(usable, "the scale of a Swiss roll", "a number above 0", self.scale)
    }
}

impl Dataset for SwissRoll {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<2>> {
        self.check()?;
        let content = self.extent.content(seed);
        let values: Vec<f32> = items.iter().flat_map(|&item| self.point(content, item)).collect();
        Ok(Tensor::from_data(TensorData::new(values, [items.len(), 2]), device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_points_lie_on_the_spiral() {
        for [x, y] in SwissRoll::new().noise(0.0).scale(1.0).points(500, 1).unwrap() {
            let t = x.hypot(y);
            assert!((1.5 * PI - 1e-3..4.5 * PI + 1e-3).contains(&t));
            assert!((t.cos() - x / t).abs() < 1e-3 && (t.sin() - y / t).abs() < 1e-3);
        }
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        assert!(SwissRoll::new().noise(-1.0).points(1, 1).is_err());
        assert!(SwissRoll::new().scale(0.0).points(1, 1).is_err());
    }
}
