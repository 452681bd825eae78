use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::figure::Figure;
use super::labelled::LabelledShapes;
use super::look::Look;
use super::scene::Scene;
use super::translation::ShapeTranslation;
use crate::dataset::{Dataset, Extent, count};
use crate::drawing::draw;
use crate::error::{Result, ensure};

/// Coloured shapes: a circle, triangle, square, star or cross of any size, place, turn and colour on coloured
/// paper, filled or as an outline, by day (dark on light) or by night (light on dark).
///
/// The i-th scene of a seed follows from the seed and i alone, and every look renders the same scenes: between
/// two looks lies an image translation of which the truth is known ([`outline_to_filled`](Self::outline_to_filled),
/// [`day_to_night`](Self::day_to_night)). Pictures are anti-aliased.
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many pictures.
/// Settings that cannot work are errors of the first batch.
///
/// # Shapes
/// A batch: `[size, 3, pixels, pixels]`, or `[size, 1, pixels, pixels]` if grey; values in `[-1, 1]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Figure, Shapes};
/// use burn::prelude::Device;
///
/// let device = Device::default();
/// let images = Shapes::new().size(64).outlined().batches(16).batch(0, 7, &device)?;
/// assert_eq!(images.dims(), [16, 3, 64, 64]);
///
/// let scenes = Shapes::new().figures(&[Figure::Star]).scenes(10, 7)?;
/// assert!(scenes.iter().all(|scene| scene.figure == Figure::Star));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Shapes {
    pub(super) look: Look,
    pub(super) size: usize,
    pub(super) channels: usize,
    pub(super) figures: Vec<Figure>,
    pub(super) extent: Extent,
    pub(super) threads: usize,
}

impl Default for Shapes {
    fn default() -> Self {
        Self::new()
    }
}

impl Shapes {
    /// All figures, filled, by day, in colour, 32 by 32 pixels, endless.
    pub fn new() -> Self {
        Self {
            look: Look::FILLED_BY_DAY,
            size: 32,
            channels: 3,
            figures: Figure::ALL.to_vec(),
            extent: Extent::Endless,
            threads: 1,
        }
    }

    /// The height and width of the pictures in pixels.
    pub fn size(mut self, pixels: usize) -> Self {
        self.size = pixels;
        self
    }

    /// Draws in greys: one channel instead of three.
    pub fn grey(mut self) -> Self {
        self.channels = 1;
        self
    }

    /// Draws outlines only.
    pub fn outlined(mut self) -> Self {
        self.look.outlined = true;
        self
    }

    /// Draws light figures on dark paper, in the same hues.
    pub fn by_night(mut self) -> Self {
        self.look.night = true;
        self
    }

    /// Which figures are drawn, each as often as it is given.
    pub fn figures(mut self, figures: &[Figure]) -> Self {
        self.figures = figures.to_vec();
        self
    }

    /// Makes it a set of so many pictures, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the pictures that another seed draws: a set to test on, say.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Draws with so many threads. The pictures are the same with any number of them.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Tells with each picture which figure it shows.
    pub fn labelled(self) -> LabelledShapes {
        LabelledShapes::new(self)
    }

    /// From outlines to filled figures.
    pub fn outline_to_filled(self) -> ShapeTranslation {
        let (from, to) = (self.clone().outlined().look, self.look.filled());
        ShapeTranslation::new(self, from, to)
    }

    /// From day to night.
    pub fn day_to_night(self) -> ShapeTranslation {
        let (from, to) = (self.look.by_day(), self.clone().by_night().look);
        ShapeTranslation::new(self, from, to)
    }

    /// What the first `n` pictures of a seed show.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn scenes(&self, n: usize, seed: u64) -> Result<Vec<Scene>> {
        self.check()?;
        Ok((0..count(n)).map(|i| Scene::draw(&self.figures, seed, i)).collect())
    }

    /// The first `n` pictures that a seed draws.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn images(&self, n: usize, seed: u64, device: &Device) -> Result<Tensor<4>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.gather_images(&items, seed, device)
    }

    /// The first `n` pictures that a seed draws, as values in `[-1, 1]`: picture by picture, channel by
    /// channel, row by row.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn pixels(&self, n: usize, seed: u64) -> Result<Vec<f32>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.draw(&items, seed)
    }

    pub(super) fn gather_images(&self, items: &[u64], content: u64, device: &Device) -> Result<Tensor<4>> {
        let shape = [items.len(), self.channels, self.size, self.size];
        Ok(Tensor::from_data(
            TensorData::new(self.draw(items, content)?, shape),
            device,
        ))
    }

    fn draw(&self, items: &[u64], content: u64) -> Result<Vec<f32>> {
        self.check()?;
        let pixels = self.size * self.size;
        let one = |coverage: &mut Vec<f32>, item, image: &mut [f32]| {
            let scene = Scene::draw(&self.figures, content, item);
            let mut planes: Vec<&mut [f32]> = image.chunks_mut(pixels).collect();
            self.look.render(&scene, self.size, coverage, &mut planes);
        };
        Ok(draw(
            items,
            self.channels * pixels,
            self.threads,
            || vec![0.0; pixels],
            one,
        ))
    }

    pub(super) fn check(&self) -> Result<()> {
        ensure(
            (8..=4096).contains(&self.size),
            "the size of shapes",
            "8 to 4096 pixels",
            self.size,
        )?;
        ensure(!self.figures.is_empty(), "the figures of shapes", "at least one", 0)?;
        ensure(
            self.threads > 0,
            "the threads that draw shapes",
            "at least 1",
            self.threads,
        )
    }
}

impl Look {
    fn filled(self) -> Self {
        Self {
            outlined: false,
            ..self
        }
    }

    fn by_day(self) -> Self {
        Self { night: false, ..self }
    }
}

impl Dataset for Shapes {
    type Batch = Tensor<4>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<4>> {
        self.gather_images(items, self.extent.content(seed), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_follows_from_its_seed_and_number() {
        let shapes = Shapes::new();
        let few = shapes.pixels(4, 7).unwrap();
        let many = shapes.clone().threads(3).pixels(16, 7).unwrap();
        assert_eq!(few, many[..few.len()]);
        assert_ne!(few, shapes.pixels(4, 8).unwrap());
        let device = Device::default();
        let fixed = |seed| {
            let images = shapes.clone().fixed(20).gather(&[0, 19], seed, &device).unwrap();
            images.into_data().try_into_vec::<f32>().unwrap()
        };
        assert_eq!(fixed(1), fixed(2));
    }

    #[test]
    fn every_figure_lies_within_its_picture_and_in_range() {
        for (size, shapes) in [
            (24, Shapes::new().outlined()),
            (32, Shapes::new().grey()),
            (50, Shapes::new().by_night()),
        ] {
            let channels = shapes.channels;
            let pixels = shapes.size(size).pixels(100, 1).unwrap();
            assert!(pixels.iter().all(|value| (-1.0..=1.0).contains(value)));
            for image in pixels.chunks(channels * size * size) {
                let plane = &image[..size * size];
                let paper = plane[0];
                let edge = plane[..size].iter().chain(plane.iter().step_by(size));
                assert!(edge.clone().all(|&pixel| pixel == paper), "ink on the edge");
                assert!(image.iter().any(|&pixel| (pixel - paper).abs() > 0.2));
            }
        }
    }

    #[test]
    fn the_ink_is_where_the_scene_says() {
        let shapes = Shapes::new().size(64).grey();
        let pixels = shapes.pixels(200, 3).unwrap();
        for (image, scene) in pixels.chunks(64 * 64).zip(shapes.scenes(200, 3).unwrap()) {
            let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
            for (i, pixel) in image.iter().enumerate() {
                let ink = image[0] - pixel;
                mass += ink;
                x += ink * ((i % 64) as f32 + 0.5) / 64.0;
                y += ink * ((i / 64) as f32 + 0.5) / 64.0;
            }
            let distance = (x / mass - scene.centre[0]).hypot(y / mass - scene.centre[1]);
            assert!(distance < 0.01, "{scene:?}: {distance}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            Shapes::new().size(0),
            Shapes::new().figures(&[]),
            Shapes::new().threads(0),
        ] {
            assert!(wrong.pixels(1, 1).is_err());
            assert!(wrong.scenes(1, 1).is_err());
            assert!(wrong.clone().day_to_night().pairs(1, 1, &Device::default()).is_err());
            assert!(wrong.batches(4).batch(0, 1, &Device::default()).is_err());
        }
    }
}
