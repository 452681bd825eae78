use burn::prelude::{Device, Tensor};

use super::look::Look;
use super::set::Shapes;
use crate::dataset::{Dataset, count};
use crate::error::{Error, Result, ensure};

/// Pictures of the same [`Shapes`] in two looks: an image translation of which the truth is known.
///
/// Each picture of domain A determines its counterpart in domain B exactly. A translator can be trained on
/// pairs ([`paired`](Self::paired)), as pix2pix is, or on two sets that share no scene
/// ([`unpaired`](Self::unpaired)), as CycleGAN is, and be judged against the truth
/// ([`evaluate`](Self::evaluate)).
///
/// # Shapes
/// Pictures `[size, channels, pixels, pixels]`, values in `[-1, 1]`.
///
/// # Errors
/// Settings of the shapes that cannot work are errors of the first batch.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Shapes};
/// use burn::prelude::Device;
///
/// let device = Device::default();
/// let translation = Shapes::new().size(16).day_to_night();
/// let (day, night) = translation.clone().unpaired().batches(4).batch(0, 7, &device)?;
/// assert_eq!(day.dims(), night.dims());
///
/// // How good is a translator that turns light into dark? (0: perfect.)
/// let errors = translation.evaluate(100, 1, &device, |day| -day)?;
/// assert_eq!(errors.len(), 100);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// The settings of Isola, Zhu, Zhou and Efros 2017, arXiv:1611.07004, and Zhu, Park, Isola and Efros 2017,
/// arXiv:1703.10593.
#[derive(Debug, Clone)]
pub struct ShapeTranslation {
    shapes: Shapes,
    from: Look,
    to: Look,
}

impl ShapeTranslation {
    pub(super) fn new(shapes: Shapes, from: Look, to: Look) -> Self {
        Self { shapes, from, to }
    }

    /// From B to A.
    pub fn reversed(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
            ..self
        }
    }

    /// Both looks of the same scenes.
    pub fn paired(self) -> PairedShapes {
        PairedShapes { translation: self }
    }

    /// One look of some scenes and the other of others.
    pub fn unpaired(self) -> UnpairedShapes {
        UnpairedShapes { translation: self }
    }

    /// The first `n` pictures of domain A that a seed draws, and their true counterparts in domain B.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn pairs(&self, n: usize, seed: u64, device: &Device) -> Result<(Tensor<4>, Tensor<4>)> {
        let items: Vec<u64> = (0..count(n)).collect();
        Ok((
            self.domain(self.from, &items, seed, device)?,
            self.domain(self.to, &items, seed, device)?,
        ))
    }

    /// How far translated pictures are from the truth: the mean absolute difference of each, 0 to 2.
    ///
    /// # Errors
    /// If there are not as many of both, they differ in size, or cannot be read from their device.
    pub fn errors(translated: Tensor<4>, truth: Tensor<4>) -> Result<Vec<f32>> {
        let (found, expected) = (translated.dims(), truth.dims());
        let what = "translated pictures";
        ensure(found == expected, what, &format!("{expected:?}"), format!("{found:?}"))?;
        let difference = (translated.inner() - truth.inner()).abs().mean_dims(&[1, 2, 3]);
        difference
            .try_into_vec_as::<f32>()
            .map_err(|error| Error::Device(error.to_string()))
    }

    /// The [errors](Self::errors) of a translator on the first `n` pictures of a seed. Take a seed that it was
    /// not trained with.
    ///
    /// # Errors
    /// If a setting cannot work, or what is translated has another shape.
    pub fn evaluate(
        &self,
        n: usize,
        seed: u64,
        device: &Device,
        translate: impl FnOnce(Tensor<4>) -> Tensor<4>,
    ) -> Result<Vec<f32>> {
        let (from, truth) = self.pairs(n, seed, device)?;
        Self::errors(translate(from), truth)
    }

    fn domain(&self, look: Look, scenes: &[u64], content: u64, device: &Device) -> Result<Tensor<4>> {
        let shapes = Shapes {
            look,
            ..self.shapes.clone()
        };
        shapes.gather_images(scenes, content, device)
    }
}

/// Pictures of [`Shapes`] in two looks, pair by pair.
///
/// # Shapes
/// A batch: two of `[size, channels, pixels, pixels]`, of domain A and of domain B.
#[derive(Debug, Clone)]
pub struct PairedShapes {
    translation: ShapeTranslation,
}

impl Dataset for PairedShapes {
    type Batch = (Tensor<4>, Tensor<4>);

    fn items(&self) -> Option<u64> {
        self.translation.shapes.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let ShapeTranslation { shapes, from, to } = &self.translation;
        let content = shapes.extent.content(seed);
        Ok((
            self.translation.domain(*from, items, content, device)?,
            self.translation.domain(*to, items, content, device)?,
        ))
    }
}

/// Pictures of [`Shapes`] in one look, and of other scenes in another look: item `i` shows scene `2i` in domain
/// A and scene `2i + 1` in domain B. A fixed set of `n` items has `n` pictures on each side.
///
/// # Shapes
/// A batch: two of `[size, channels, pixels, pixels]`, of domain A and of domain B.
#[derive(Debug, Clone)]
pub struct UnpairedShapes {
    translation: ShapeTranslation,
}

impl Dataset for UnpairedShapes {
    type Batch = (Tensor<4>, Tensor<4>);

    fn items(&self) -> Option<u64> {
        self.translation.shapes.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let ShapeTranslation { shapes, from, to } = &self.translation;
        let content = shapes.extent.content(seed);
        let scenes = |side: u64| -> Vec<u64> {
            let scene = |&item: &u64| item.wrapping_mul(2).wrapping_add(side);
            items.iter().map(scene).collect()
        };
        Ok((
            self.translation.domain(*from, &scenes(0), content, device)?,
            self.translation.domain(*to, &scenes(1), content, device)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(images: &Tensor<4>) -> Vec<f32> {
        images.clone().try_into_vec_as().unwrap()
    }

    #[test]
    fn pairs_show_the_same_scenes() {
        let device = Device::default();
        let shapes = || Shapes::new().size(24);
        for (translation, from, to) in [
            (shapes().outline_to_filled(), shapes().outlined(), shapes()),
            (shapes().day_to_night(), shapes(), shapes().by_night()),
            (shapes().day_to_night().reversed(), shapes().by_night(), shapes()),
        ] {
            let (a, b) = translation.clone().paired().gather(&[0, 1, 2], 7, &device).unwrap();
            assert_eq!(values(&a), from.pixels(3, 7).unwrap());
            assert_eq!(values(&b), to.pixels(3, 7).unwrap());
            assert_ne!(values(&a), values(&b));
            let (first, truth) = translation.pairs(3, 7, &device).unwrap();
            assert_eq!((values(&first), values(&truth)), (values(&a), values(&b)));
        }
    }

    /// The counterpart depends on the picture alone: pixel by pixel, a colour of the day has one of the night,
    /// and what is outlined encloses what is filled.
    #[test]
    fn a_picture_determines_its_counterpart() {
        let device = Device::default();
        let (day, night) = Shapes::new().size(24).day_to_night().pairs(50, 7, &device).unwrap();
        let (day, night) = (values(&day), values(&night));
        for (day, night) in day.chunks(3 * 24 * 24).zip(night.chunks(3 * 24 * 24)) {
            // Both are mixtures of two colours with the same weights: night is affine in day, channel by channel.
            for (day, night) in day.chunks(24 * 24).zip(night.chunks(24 * 24)) {
                let far = (0..day.len()).max_by(|&i, &j| (day[i] - day[0]).abs().total_cmp(&(day[j] - day[0]).abs()));
                let far = far.unwrap();
                if (day[far] - day[0]).abs() < 0.05 {
                    continue;
                }
                let slope = (night[far] - night[0]) / (day[far] - day[0]);
                let affine =
                    |i: usize| (night[i] - night[0] - slope * (day[i] - day[0])).abs() < 1e-3 + slope.abs() * 1e-4;
                assert!((0..day.len()).all(affine));
            }
        }
        let (outline, filled) = Shapes::new().grey().outline_to_filled().pairs(50, 7, &device).unwrap();
        let covered = (outline - filled.clone()).try_into_vec_as::<f32>().unwrap();
        assert!(
            covered.iter().all(|&difference| difference > -1e-6),
            "ink of an outline is ink of the figure"
        );
    }

    #[test]
    fn unpaired_sides_share_no_scene() {
        let device = Device::default();
        let unpaired = Shapes::new().size(16).outline_to_filled().unpaired();
        let items: Vec<u64> = (0..20).collect();
        let (a, b) = unpaired.gather(&items, 7, &device).unwrap();
        let all = 40;
        let outlines = values(&Shapes::new().size(16).outlined().images(all, 7, &device).unwrap());
        let filled = values(&Shapes::new().size(16).images(all, 7, &device).unwrap());
        let area = 3 * 16 * 16;
        let scenes = |images: &Tensor<4>, known: &[f32]| -> Vec<usize> {
            let known: Vec<&[f32]> = known.chunks(area).collect();
            values(images)
                .chunks(area)
                .filter_map(|image| known.iter().position(|other| *other == image))
                .collect()
        };
        let (a, b) = (scenes(&a, &outlines), scenes(&b, &filled));
        assert_eq!((a.len(), b.len()), (20, 20));
        assert!(a.iter().all(|scene| !b.contains(scene)));
    }

    #[test]
    fn the_truth_has_no_error_and_anything_else_has() {
        let device = Device::default();
        let translation = Shapes::new().size(16).outline_to_filled();
        let (a, b) = translation.pairs(10, 1, &device).unwrap();
        let truth = b.clone();
        assert!(
            translation
                .evaluate(10, 1, &device, |_| truth)
                .unwrap()
                .iter()
                .all(|&e| e == 0.0)
        );
        let same = translation.evaluate(10, 1, &device, |a| a).unwrap();
        assert!(same.iter().all(|&error| error > 0.01), "{same:?}");
        assert_eq!(same, ShapeTranslation::errors(a.clone(), b).unwrap());
        assert!(ShapeTranslation::errors(a, Tensor::zeros([9, 3, 16, 16], &device)).is_err());
    }
}
