use std::f64::consts::TAU;

use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::dataset::{Dataset, Extent, count};
use crate::error::{Result, ensure};
use crate::random::{Random, mix, stream};

const PACKING: u64 = 0xbac4;

/// Points around a few centres in the plane, the classical world in which generators lose modes.
///
/// ```text
/// x = mean_k + sd * e,    k uniform over the modes,    e ~ N(0, I)
/// ```
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many
/// points, which is the protocol of PacGAN (100,000 points, shuffled for every epoch). What a generator
/// has learned of it is told by [`coverage`](Self::coverage).
///
/// # Shapes
/// A batch: `[size, 2 * packing]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, GaussianMixture};
/// use burn::prelude::Device;
///
/// let ring = GaussianMixture::ring();
/// let coverage = ring.coverage(&ring.points(2_500, 7)?);
/// assert_eq!(coverage.modes, 8);
///
/// let mut batches = GaussianMixture::grid().packed(2).fixed(100_000).batches(100);
/// assert_eq!(batches.batch(0, 7, &Device::default())?.dims(), [100, 4]);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", arXiv:1712.04086;
/// Srivastava et al. 2017, "VEEGAN", arXiv:1705.07761; R15: Veenman, Reinders and Backer 2002, "A maximum variance
/// cluster algorithm", PAMI 24. The demonstration of unrolled GANs (arXiv:1611.02163)
/// places 8 angles from 0 to 2 pi with both ends, and so has 7 distinct modes, one of double weight; here
/// there are 8.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianMixture {
    means: Vec<[f32; 2]>,
    sd: f32,
    packing: usize,
    extent: Extent,
}

impl GaussianMixture {
    /// PacGAN's ring: 8 modes on the unit circle, standard deviation 0.01.
    pub fn ring() -> Self {
        Self::ring_of(8, 1.0, 0.01)
    }

    /// So many modes, evenly on a circle around the origin, the first on the x axis.
    pub fn ring_of(modes: usize, radius: f32, sd: f32) -> Self {
        let on_circle = |i: usize| {
            let (sin, cos) = (TAU * i as f64 / modes as f64).sin_cos();
            [radius * cos as f32, radius * sin as f32]
        };
        Self::at((0..modes).map(on_circle).collect(), sd)
    }

    /// PacGAN's grid: 25 modes on `{-4, -2, 0, 2, 4}^2`, standard deviation 0.05.
    pub fn grid() -> Self {
        Self::grid_of(5, 2.0, 0.05)
    }

    /// `side * side` modes, `spacing` apart, around the origin.
    pub fn grid_of(side: usize, spacing: f32, sd: f32) -> Self {
        let along = |i: usize| spacing * (i as f32 - 0.5 * (side as f32 - 1.0));
        Self::at(
            (0..side * side).map(|i| [along(i / side), along(i % side)]).collect(),
            sd,
        )
    }

    /// R15: a mode in the middle and two rings of 7 around it, of the radii and the deviation that the 600 published
    /// points have (which lie around (10, 10) instead of the origin).
    pub fn r15() -> Self {
        let sd = 0.3;
        let rings = [2.1, 6.4].map(|radius| Self::ring_of(7, radius, sd).means);
        Self::at([vec![[0.0; 2]], rings.concat()].concat(), sd)
    }

    /// Modes anywhere.
    pub fn at(means: Vec<[f32; 2]>, sd: f32) -> Self {
        Self {
            means,
            sd,
            packing: 1,
            extent: Extent::Endless,
        }
    }

    /// Makes it a set of so many items, the same in every run.
    ///
    /// With packing, the slots of an item are filled from a set of so many points, with replacement.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the items that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Puts `m` independent points side by side in every item, for discriminators that judge several
    /// samples at once. 1 is the plain mixture.
    pub fn packed(mut self, m: usize) -> Self {
        self.packing = m;
        self
    }

    /// The centres of the modes.
    pub fn means(&self) -> &[[f32; 2]] {
        &self.means
    }

    /// The standard deviation of every mode, the same along both axes.
    pub fn sd(&self) -> f32 {
        self.sd
    }

    /// The first `n` points that a seed draws. The i-th follows from the seed and i alone.
    ///
    /// # Errors
    /// If there are no modes, or the standard deviation is negative or no number.
    pub fn points(&self, n: usize, seed: u64) -> Result<Vec<[f32; 2]>> {
        self.check()?;
        Ok((0..count(n)).map(|i| self.point(seed, i)).collect())
    }

    fn point(&self, seed: u64, index: u64) -> [f32; 2] {
        let mut random = stream(seed, index);
        let mean = self.means[random.random_range(0..self.means.len())];
        mean.map(|m| m + self.sd * normal(&mut random))
    }

    /// The point in the given slot of an item.
    fn slot(&self, content: u64, item: u64, slot: u64) -> [f32; 2] {
        let packing = count(self.packing);
        match self.extent {
            _ if packing == 1 => self.point(content, item),
            Extent::Endless => self.point(content, item.wrapping_mul(packing).wrapping_add(slot)),
            Extent::Fixed { items, .. } => {
                let mut random = stream(mix(content, PACKING.wrapping_add(slot)), item);
                self.point(content, random.random_range(0..items))
            }
        }
    }

    fn check(&self) -> Result<()> {
        ensure(!self.means.is_empty(), "the modes of a mixture", "at least 1", 0)?;
        let usable = self.sd.is_finite() && self.sd >= 0.0;
        ensure(
            usable,
            "the standard deviation of a mixture",
            "a number of at least 0",
            self.sd,
        )?;
        ensure(self.packing > 0, "the packing of a mixture", "at least 1", self.packing)
    }
}

impl Dataset for GaussianMixture {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<2>> {
        self.check()?;
        let content = self.extent.content(seed);
        let slots = 0..count(self.packing);
        let values: Vec<f32> = items
            .iter()
            .flat_map(|&item| slots.clone().flat_map(move |slot| [(item, slot)]))
            .flat_map(|(item, slot)| self.slot(content, item, slot))
            .collect();
        Ok(Tensor::from_data(
            TensorData::new(values, [items.len(), 2 * self.packing]),
            device,
        ))
    }
}

fn normal(random: &mut Random) -> f32 {
    random.sample(StandardNormal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn the_modes_are_where_the_papers_put_them() {
        let ring = GaussianMixture::ring();
        assert_eq!(ring.means().len(), 8);
        assert_eq!(ring.means()[0], [1.0, 0.0]);
        let half = 0.5_f32.sqrt();
        assert!((ring.means()[3][0] + half).abs() < 1e-6 && (ring.means()[3][1] - half).abs() < 1e-6);
        let grid = GaussianMixture::grid();
        assert_eq!(
            (grid.means()[0], grid.means()[7], grid.means()[24]),
            ([-4.0, -4.0], [-2.0, 0.0], [4.0, 4.0])
        );
        // Means of the 40 points that R15 has in each of these, less the middle of the whole.
        let r15 = GaussianMixture::r15();
        for (mode, published) in [
            (0, [0.0, 0.06]),
            (1, [2.06, 0.03]),
            (6, [-0.53, -2.01]),
            (9, [3.95, 4.95]),
        ] {
            let [x, y] = r15.means()[mode];
            assert!((x - published[0]).hypot(y - published[1]) < 0.15, "{mode}: {x}, {y}");
        }
    }

    #[test]
    fn points_have_the_deviation_asked_for() {
        let one = GaussianMixture::at(vec![[3.0, -1.0]], 0.5);
        let points = one.points(20_000, 1).unwrap();
        for (k, mean) in [3.0_f64, -1.0].into_iter().enumerate() {
            let deviations = points.iter().map(|p| f64::from(p[k]) - mean);
            let (sum, squares) = deviations.fold((0.0, 0.0), |(s, q), d| (s + d, q + d * d));
            assert!((sum / 2e4).abs() < 0.015 && (squares / 2e4 - 0.25).abs() < 0.01);
        }
    }

    #[test]
    fn a_fixed_set_is_the_same_in_every_run_and_an_endless_one_is_not() {
        let device = Device::default();
        let fixed = |seed| {
            values(
                GaussianMixture::ring()
                    .fixed(10)
                    .gather(&[3, 4], seed, &device)
                    .unwrap(),
            )
        };
        assert_eq!(fixed(1), fixed(2));
        let endless = |seed| values(GaussianMixture::ring().gather(&[3, 4], seed, &device).unwrap());
        assert_ne!(endless(1), endless(2));
        assert_eq!(endless(1), endless(1));
    }

    #[test]
    fn packed_items_are_points_of_the_set() {
        let device = Device::default();
        let packed = GaussianMixture::ring().fixed(50).packed(3);
        let set = packed.points(50, 0).unwrap();
        let items: Vec<u64> = (0..50).collect();
        let batch = packed.gather(&items, 9, &device).unwrap();
        assert_eq!(batch.dims(), [50, 6]);
        assert!(
            values(batch)
                .chunks(2)
                .all(|point| set.iter().any(|known| known == point))
        );
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let device = Device::default();
        for wrong in [
            GaussianMixture::ring_of(0, 1.0, 0.1),
            GaussianMixture::ring_of(8, 1.0, -0.1),
            GaussianMixture::ring_of(8, 1.0, f32::NAN),
            GaussianMixture::ring().packed(0),
        ] {
            assert!(wrong.gather(&[0], 1, &device).is_err());
        }
    }
}
