use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::form::Form;
use super::labelled::{LabelledSolids, ProjectedSolids};
use super::projection::{Projection, View};
use super::solid::Solid;
use crate::dataset::{Dataset, Extent, count};
use crate::drawing::draw;
use crate::error::{Result, ensure};

/// Solids in a cube of voxels: a box, sphere, cylinder, cone or torus of any measures, place and turn.
///
/// A voxel's value is how much of it is solid, 0 to 1; [`binary`](Self::binary) rounds. The i-th solid of a
/// seed follows from the seed and i alone, and its form, measures, pose and volume are known
/// ([`solids`](Self::solids)). Pictures of them from known views: [`projected`](Self::projected).
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many solids.
/// Settings that cannot work are errors of the first batch.
///
/// # Shapes
/// A batch: `[size, 1, voxels, voxels, voxels]` (away, down, to the right); values in `[0, 1]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Form, Projection, Solids, View};
/// use burn::prelude::Device;
///
/// let device = Device::default();
/// let solids = Solids::new().size(16).forms(&[Form::Cone, Form::Torus]);
/// assert_eq!(solids.clone().batches(4).batch(0, 7, &device)?.dims(), [4, 1, 16, 16, 16]);
///
/// let seen = solids.projected(Projection::Silhouette, &[View::Front, View::Top]);
/// let (voxels, pictures) = seen.batches(4).batch(0, 7, &device)?;
/// assert_eq!((voxels.dims(), pictures.dims()), ([4, 1, 16, 16, 16], [4, 2, 16, 16]));
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// A world for the generators of Wu, Zhang, Xue, Freeman and Tenenbaum 2016, "Learning a Probabilistic Latent
/// Space of Object Shapes via 3D Generative-Adversarial Modeling", arXiv:1610.07584.
#[derive(Debug, Clone)]
pub struct Solids {
    size: usize,
    pub(super) forms: Vec<Form>,
    pub(super) turned: bool,
    binary: bool,
    pub(super) extent: Extent,
    threads: usize,
}

impl Default for Solids {
    fn default() -> Self {
        Self::new()
    }
}

impl Solids {
    /// All forms, turned at random, 32 voxels to each side, endless.
    pub fn new() -> Self {
        Self {
            size: 32,
            forms: Form::ALL.to_vec(),
            turned: true,
            binary: false,
            extent: Extent::Endless,
            threads: 1,
        }
    }

    /// How many voxels each side of the cube has.
    pub fn size(mut self, voxels: usize) -> Self {
        self.size = voxels;
        self
    }

    /// Which forms are drawn, each as often as it is given.
    pub fn forms(mut self, forms: &[Form]) -> Self {
        self.forms = forms.to_vec();
        self
    }

    /// Leaves the solids as they stand: boxes along the axes, cylinders and cones upright, rings flat.
    pub fn upright(mut self) -> Self {
        self.turned = false;
        self
    }

    /// Voxels are solid (1) or empty (0), whichever is nearer.
    pub fn binary(mut self) -> Self {
        self.binary = true;
        self
    }

    /// Makes it a set of so many solids, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the solids that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Draws with so many threads. The solids are the same with any number of them.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Tells with each solid its form.
    pub fn labelled(self) -> LabelledSolids {
        LabelledSolids::new(self)
    }

    /// Shows with each solid its pictures from these views.
    pub fn projected(self, projection: Projection, views: &[View]) -> ProjectedSolids {
        ProjectedSolids::new(self, projection, views)
    }

    /// What the first `n` items of a seed are.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn solids(&self, n: usize, seed: u64) -> Result<Vec<Solid>> {
        self.check()?;
        let solid = |i| Solid::draw(&self.forms, self.turned, seed, i);
        Ok((0..count(n)).map(solid).collect())
    }

    /// The first `n` grids that a seed draws.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn voxels(&self, n: usize, seed: u64, device: &Device) -> Result<Tensor<5>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.gather_voxels(&items, seed, device)
    }

    pub(super) fn gather_voxels(&self, items: &[u64], content: u64, device: &Device) -> Result<Tensor<5>> {
        self.check()?;
        let size = self.size;
        let one = |(): &mut (), item, voxels: &mut [f32]| {
            let solid = Solid::draw(&self.forms, self.turned, content, item);
            self.fill(&solid, voxels);
        };
        let values = draw(items, size * size * size, self.threads, || (), one);
        let shape = [items.len(), 1, size, size, size];
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }

    fn fill(&self, solid: &Solid, voxels: &mut [f32]) {
        let size = self.size;
        let middle = |index: usize| (index as f32 + 0.5) / size as f32;
        for (i, voxel) in voxels.iter_mut().enumerate() {
            let place = [middle(i % size), middle(i / size % size), middle(i / (size * size))];
            let part = (0.5 - solid.distance(place) * size as f32).clamp(0.0, 1.0);
            *voxel = if self.binary {
                f32::from(u8::from(part > 0.5))
            } else {
                part
            };
        }
    }

    fn check(&self) -> Result<()> {
        ensure(
            (4..=256).contains(&self.size),
            "the size of solids",
            "4 to 256 voxels",
            self.size,
        )?;
        ensure(!self.forms.is_empty(), "the forms of solids", "at least one", 0)?;
        let what = "the threads that draw solids";
        ensure(self.threads > 0, what, "at least 1", self.threads)
    }
}

impl Dataset for Solids {
    type Batch = Tensor<5>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<5>> {
        self.gather_voxels(items, self.extent.content(seed), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solid_follows_from_its_seed_and_number() {
        let device = Device::default();
        let solids = Solids::new().size(12);
        let values = |voxels: Tensor<5>| voxels.try_into_vec_as::<f32>().unwrap();
        let few = values(solids.voxels(2, 7, &device).unwrap());
        let many = values(solids.clone().threads(3).voxels(6, 7, &device).unwrap());
        assert_eq!(few, many[..few.len()]);
        assert!(many.iter().all(|value| (0.0..=1.0).contains(value)));
        assert_ne!(few, values(solids.voxels(2, 8, &device).unwrap()));
        let mut fixed = solids.clone().fixed(9);
        let once = values(fixed.gather(&[8], 1, &device).unwrap());
        assert_eq!(once, values(fixed.gather(&[8], 2, &device).unwrap()));
        let binary = values(solids.binary().voxels(2, 7, &device).unwrap());
        assert!(
            binary
                .iter()
                .zip(few)
                .all(|(&bit, part)| (bit == 0.0 || bit == 1.0) && (bit - part).abs() <= 0.5)
        );
    }

    #[test]
    fn the_voxels_fill_the_volume_around_the_centre() {
        let device = Device::default();
        let size = 32;
        let solids = Solids::new().size(size);
        let voxels = solids.voxels(12, 3, &device).unwrap().try_into_vec_as::<f32>().unwrap();
        for (voxels, solid) in voxels.chunks(size * size * size).zip(solids.solids(12, 3).unwrap()) {
            let total: f32 = voxels.iter().sum();
            let volume = total / voxels.len() as f32;
            assert!(
                (volume / solid.volume() - 1.0).abs() < 0.03,
                "{solid:?}: {volume}, {}",
                solid.volume()
            );
            if solid.form == Form::Cone {
                continue;
            }
            let place =
                |i: usize| [i % size, i / size % size, i / (size * size)].map(|k| (k as f32 + 0.5) / size as f32);
            for k in 0..3 {
                let mean: f32 = voxels.iter().enumerate().map(|(i, v)| v * place(i)[k]).sum::<f32>() / total;
                assert!((mean - solid.centre[k]).abs() < 0.005, "{solid:?}");
            }
        }
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            Solids::new().size(0),
            Solids::new().forms(&[]),
            Solids::new().threads(0),
        ] {
            assert!(wrong.solids(1, 1).is_err());
            let device = Device::default();
            assert!(
                wrong
                    .clone()
                    .projected(Projection::Depth, &[View::Top])
                    .batches(1)
                    .batch(0, 1, &device)
                    .is_err()
            );
            assert!(wrong.batches(4).batch(0, 1, &device).is_err());
        }
    }
}
