use burn::prelude::{Device, Int, Tensor};
use burn::tensor::TensorData;

use super::figure::Figure;
use super::look::Look;
use super::motion::Motion;
use crate::dataset::{Dataset, Extent, count};
use crate::drawing::draw;
use crate::error::{Result, ensure};

/// Videos of coloured shapes that fly straight on, turn slowly and are thrown back by the edges.
///
/// Where the shape is in every frame is known ([`motions`](Self::motions)). The i-th video of a seed follows
/// from the seed and i alone; longer videos begin like shorter ones. Frames are anti-aliased.
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many videos.
/// Settings that cannot work are errors of the first batch.
///
/// # Shapes
/// A batch: `[size, 3, frames, pixels, pixels]`, or `[size, 1, frames, pixels, pixels]` if grey; values in
/// `[-1, 1]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, MovingShapes};
/// use burn::prelude::Device;
///
/// let moving = MovingShapes::new().size(24).frames(8);
/// let videos = moving.clone().batches(4).batch(0, 7, &Device::default())?;
/// assert_eq!(videos.dims(), [4, 3, 8, 24, 24]);
///
/// let motion = moving.motions(1, 7)?[0];
/// let (before, after) = (motion.at(0).centre, motion.at(1).centre);
/// assert_ne!(before, after);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MovingShapes {
    look: Look,
    size: usize,
    channels: usize,
    frames: usize,
    figures: Vec<Figure>,
    extent: Extent,
    threads: usize,
}

impl Default for MovingShapes {
    fn default() -> Self {
        Self::new()
    }
}

impl MovingShapes {
    /// All figures, filled, by day, in colour, 16 frames of 32 by 32 pixels, endless.
    pub fn new() -> Self {
        Self {
            look: Look::FILLED_BY_DAY,
            size: 32,
            channels: 3,
            frames: 16,
            figures: Figure::ALL.to_vec(),
            extent: Extent::Endless,
            threads: 1,
        }
    }

    /// The height and width of the frames in pixels.
    pub fn size(mut self, pixels: usize) -> Self {
        self.size = pixels;
        self
    }

    /// How many frames a video has.
    pub fn frames(mut self, frames: usize) -> Self {
        self.frames = frames;
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

    /// Draws light figures on dark paper.
    pub fn by_night(mut self) -> Self {
        self.look.night = true;
        self
    }

    /// Which figures are drawn, each as often as it is given.
    pub fn figures(mut self, figures: &[Figure]) -> Self {
        self.figures = figures.to_vec();
        self
    }

    /// Makes it a set of so many videos, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the videos that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Draws with so many threads. The videos are the same with any number of them.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Tells with each video its figure and its direction.
    pub fn labelled(self) -> LabelledMovingShapes {
        LabelledMovingShapes { moving: self }
    }

    /// What the first `n` videos of a seed show.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn motions(&self, n: usize, seed: u64) -> Result<Vec<Motion>> {
        self.check()?;
        Ok((0..count(n)).map(|i| Motion::draw(&self.figures, seed, i)).collect())
    }

    /// The first `n` videos that a seed draws.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn videos(&self, n: usize, seed: u64, device: &Device) -> Result<Tensor<5>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.gather_videos(&items, seed, device)
    }

    fn gather_videos(&self, items: &[u64], content: u64, device: &Device) -> Result<Tensor<5>> {
        self.check()?;
        let (frames, pixels) = (self.frames, self.size * self.size);
        let one = |coverage: &mut Vec<f32>, item, video: &mut [f32]| {
            let motion = Motion::draw(&self.figures, content, item);
            // Channels lie outside frames: a frame is a plane out of each channel.
            let mut channels: Vec<_> = video
                .chunks_mut(frames * pixels)
                .map(|c| c.chunks_mut(pixels))
                .collect();
            for frame in 0..frames {
                let mut planes: Vec<&mut [f32]> = channels.iter_mut().filter_map(Iterator::next).collect();
                self.look.render(&motion.at(frame), self.size, coverage, &mut planes);
            }
        };
        let area = self.channels * frames * pixels;
        let values = draw(items, area, self.threads, || vec![0.0; pixels], one);
        let shape = [items.len(), self.channels, frames, self.size, self.size];
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }

    fn check(&self) -> Result<()> {
        ensure(
            (8..=1024).contains(&self.size),
            "the size of moving shapes",
            "8 to 1024 pixels",
            self.size,
        )?;
        ensure(
            (1..=4096).contains(&self.frames),
            "the frames of moving shapes",
            "1 to 4096",
            self.frames,
        )?;
        let what = "the figures of moving shapes";
        ensure(!self.figures.is_empty(), what, "at least one", 0)?;
        let what = "the threads that draw moving shapes";
        ensure(self.threads > 0, what, "at least 1", self.threads)
    }
}

impl Dataset for MovingShapes {
    type Batch = Tensor<5>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<5>> {
        self.gather_videos(items, self.extent.content(seed), device)
    }
}

/// [`MovingShapes`] that come with the [`Figure`] they show and the direction in which it moves at first.
///
/// # Shapes
/// A batch: videos `[size, channels, frames, pixels, pixels]` and labels `[size, 2]`: the figure's number, and
/// the direction, 0 (to the right) and on clockwise to 7.
#[derive(Debug, Clone)]
pub struct LabelledMovingShapes {
    moving: MovingShapes,
}

impl Dataset for LabelledMovingShapes {
    type Batch = (Tensor<5>, Tensor<2, Int>);

    fn items(&self) -> Option<u64> {
        self.moving.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let content = self.moving.extent.content(seed);
        let videos = self.moving.gather_videos(items, content, device)?;
        let labels = |&item: &u64| {
            let motion = Motion::draw(&self.moving.figures, content, item);
            [motion.start.figure.label(), motion.direction].map(i64::from)
        };
        let labels: Vec<i64> = items.iter().flat_map(labels).collect();
        let labels = Tensor::from_data(TensorData::new(labels, [items.len(), 2]), device);
        Ok((videos, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_follows_from_its_seed_and_number() {
        let device = Device::default();
        let moving = MovingShapes::new().size(16).frames(5);
        let values = |videos: Tensor<5>| videos.try_into_vec_as::<f32>().unwrap();
        let few = values(moving.videos(2, 7, &device).unwrap());
        let many = values(moving.clone().threads(3).videos(6, 7, &device).unwrap());
        assert_eq!(few, many[..few.len()]);
        assert!(many.iter().all(|value| (-1.0..=1.0).contains(value)));
        // A longer video begins like a shorter one.
        let longer = moving.clone().frames(9).videos(2, 7, &device).unwrap();
        assert_eq!(few, values(longer.narrow(2, 0, 5)));
        let mut fixed = moving.fixed(9);
        let once = values(fixed.gather(&[8], 1, &device).unwrap());
        assert_eq!(once, values(fixed.gather(&[8], 2, &device).unwrap()));
    }

    #[test]
    fn the_ink_is_where_the_motion_says() {
        let device = Device::default();
        let moving = MovingShapes::new().grey().size(48).frames(6);
        let videos = moving.videos(10, 3, &device).unwrap().try_into_vec_as::<f32>().unwrap();
        let motions = moving.motions(10, 3).unwrap();
        for (video, motion) in videos.chunks(6 * 48 * 48).zip(motions) {
            for (frame, image) in video.chunks(48 * 48).enumerate() {
                let (mut mass, mut x, mut y) = (0.0, 0.0, 0.0);
                for (i, pixel) in image.iter().enumerate() {
                    let ink = image[0] - pixel;
                    mass += ink;
                    x += ink * ((i % 48) as f32 + 0.5) / 48.0;
                    y += ink * ((i / 48) as f32 + 0.5) / 48.0;
                }
                let [cx, cy] = motion.at(frame).centre;
                assert!((x / mass - cx).hypot(y / mass - cy) < 0.01, "{motion:?}, frame {frame}");
            }
        }
    }

    #[test]
    fn labels_tell_figure_and_direction() {
        let device = Device::default();
        let moving = MovingShapes::new()
            .size(8)
            .frames(2)
            .figures(&[Figure::Star, Figure::Cross]);
        let (videos, labels) = moving.clone().labelled().gather(&[0, 1, 2, 3], 7, &device).unwrap();
        assert_eq!(videos.dims(), [4, 3, 2, 8, 8]);
        let labels = labels.try_into_vec_as::<i64>().unwrap();
        for (label, motion) in labels.chunks(2).zip(moving.motions(4, 7).unwrap()) {
            assert_eq!(label, [motion.start.figure.label(), motion.direction].map(i64::from));
        }
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            MovingShapes::new().size(0),
            MovingShapes::new().frames(0),
            MovingShapes::new().figures(&[]),
            MovingShapes::new().threads(0),
        ] {
            assert!(wrong.motions(1, 1).is_err());
            assert!(wrong.batches(4).batch(0, 1, &Device::default()).is_err());
        }
    }
}
