use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::LabelledGlyphs;
use super::draw::{Desk, Style, label};
use crate::dataset::{Dataset, Extent, count};
use crate::drawing::draw;
use crate::error::{Result, ensure};

/// Handwritten digits that are drawn, not loaded: a world on which everything can be shown without a
/// download.
///
/// Each glyph is a digit in one of a few hands, written with a random slant, turn, size, tremor, thickness
/// and place, anti-aliased, and slightly noisy; white on black, or in two random colours. The i-th glyph of
/// a seed follows from the seed and i alone.
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many
/// glyphs. Settings that cannot work are errors of the first batch.
///
/// # Shapes
/// A batch: `[size, 1, pixels, pixels]`, or `[size, 3, pixels, pixels]` if coloured; values in `[-1, 1]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Glyphs};
/// use burn::prelude::Device;
///
/// let device = Device::default();
/// let images = Glyphs::new().batches(64).batch(0, 7, &device)?;
/// assert_eq!(images.dims(), [64, 1, 32, 32]);
///
/// let mut fives = Glyphs::new().size(28).coloured().digits(&[5]).fixed(1_000).labelled().batches(10);
/// let (images, labels) = fives.batch(0, 7, &device)?;
/// assert_eq!((images.dims(), labels.dims()), ([10, 3, 28, 28], [10]));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Glyphs {
    pub(super) style: Style,
    pub(super) extent: Extent,
    threads: usize,
}

impl Default for Glyphs {
    fn default() -> Self {
        Self::new()
    }
}

impl Glyphs {
    /// All ten digits, grey, 32 by 32 pixels, noise 0.02, endless.
    pub fn new() -> Self {
        let style = Style {
            size: 32,
            channels: 1,
            noise: 0.02,
            digits: (0..10).collect(),
            hands: usize::MAX,
        };
        Self {
            style,
            extent: Extent::Endless,
            threads: 1,
        }
    }

    /// The height and width of the images in pixels.
    pub fn size(mut self, pixels: usize) -> Self {
        self.style.size = pixels;
        self
    }

    /// Draws in random colours on random paper: three channels instead of one.
    pub fn coloured(mut self) -> Self {
        self.style.channels = 3;
        self
    }

    /// The standard deviation of the noise on every pixel. Values are kept within `[-1, 1]`.
    pub fn noise(mut self, deviation: f32) -> Self {
        self.style.noise = deviation;
        self
    }

    /// Which digits are drawn, each as often as it is given.
    pub fn digits(mut self, digits: &[u8]) -> Self {
        self.style.digits = digits.to_vec();
        self
    }

    /// Writes each digit in so many ways at most: of three or four, the first ones.
    pub fn hands(mut self, hands: usize) -> Self {
        self.style.hands = hands;
        self
    }

    /// Makes it a set of so many glyphs, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the glyphs that another seed draws: a set to test on, say.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// Draws with so many threads. The images are the same with any number of them.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Tells with each image which digit it is.
    pub fn labelled(self) -> LabelledGlyphs {
        LabelledGlyphs::new(self)
    }

    /// The first `n` images that a seed draws.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn images(&self, n: usize, seed: u64, device: &Device) -> Result<Tensor<4>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.gather_images(&items, seed, device)
    }

    /// The first `n` images that a seed draws, as values in `[-1, 1]`: image by image, channel by channel,
    /// row by row.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn pixels(&self, n: usize, seed: u64) -> Result<Vec<f32>> {
        let items: Vec<u64> = (0..count(n)).collect();
        self.draw(&items, seed)
    }

    /// Which digits the first `n` images of a seed show.
    ///
    /// # Errors
    /// If a setting cannot work.
    pub fn labels(&self, n: usize, seed: u64) -> Result<Vec<u8>> {
        self.check()?;
        Ok((0..count(n)).map(|i| label(&self.style, seed, i)).collect())
    }

    pub(super) fn gather_images(&self, items: &[u64], content: u64, device: &Device) -> Result<Tensor<4>> {
        let shape = [items.len(), self.style.channels, self.style.size, self.style.size];
        Ok(Tensor::from_data(
            TensorData::new(self.draw(items, content)?, shape),
            device,
        ))
    }

    fn draw(&self, items: &[u64], content: u64) -> Result<Vec<f32>> {
        self.check()?;
        let area = self.style.channels * self.style.size * self.style.size;
        let one = |desk: &mut Desk<'_>, item, image: &mut [f32]| {
            desk.draw(content, item, image);
        };
        Ok(draw(items, area, self.threads, || Desk::new(&self.style), one))
    }

    pub(super) fn check(&self) -> Result<()> {
        let Style {
            size,
            noise,
            digits,
            hands,
            ..
        } = &self.style;
        ensure(
            (8..=4096).contains(size),
            "the size of glyphs",
            "8 to 4096 pixels",
            size,
        )?;
        let usable = noise.is_finite() && *noise >= 0.0;
        ensure(usable, "the noise of glyphs", "a number of at least 0", noise)?;
        let usable = !digits.is_empty() && digits.iter().all(|&digit| digit < 10);
        ensure(
            usable,
            "the digits of glyphs",
            "at least one, each 0 to 9",
            format!("{digits:?}"),
        )?;
        ensure(*hands > 0, "the hands of glyphs", "at least 1", hands)?;
        ensure(
            self.threads > 0,
            "the threads that draw glyphs",
            "at least 1",
            self.threads,
        )
    }
}

impl Dataset for Glyphs {
    type Batch = Tensor<4>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<4>> {
        self.gather_images(items, self.extent.content(seed), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glyph_follows_from_its_seed_and_number() {
        let glyphs = Glyphs::new();
        let few = glyphs.pixels(4, 7).unwrap();
        let many = glyphs.pixels(16, 7).unwrap();
        assert_eq!(few, many[..few.len()]);
        assert_ne!(few, glyphs.pixels(4, 8).unwrap());
    }

    #[test]
    fn threads_change_nothing() {
        let glyphs = Glyphs::new().coloured().size(28);
        let one = glyphs.pixels(13, 7).unwrap();
        for threads in [2, 3, 64] {
            assert_eq!(one, glyphs.clone().threads(threads).pixels(13, 7).unwrap());
        }
    }

    #[test]
    fn every_digit_of_every_size_is_ink_within_the_frame() {
        for size in [8, 28, 33, 64] {
            let pixels = Glyphs::new().size(size).noise(0.0).pixels(200, 1).unwrap();
            for image in pixels.chunks(size * size) {
                assert!(image.iter().all(|v| (-1.0..=1.0).contains(v)));
                let ink = image.iter().filter(|&&v| v > 0.0).count() as f32 / (size * size) as f32;
                assert!((0.01..0.5).contains(&ink), "{ink} of an image of {size} pixels is ink");
                let top_left: f32 = image[..size].iter().sum::<f32>() + image.iter().step_by(size).sum::<f32>();
                assert_eq!(top_left, -2.0 * size as f32, "ink on the edge");
            }
        }
    }

    #[test]
    fn one_hand_writes_a_digit_in_one_way() {
        // The second and third hand give the one a flag; the flag is ink to the left of its top.
        let leaning = |hands: usize| {
            let ones = Glyphs::new().digits(&[1]).hands(hands).noise(0.0);
            let pixels = ones.pixels(200, 1).unwrap();
            let width = |image: &[f32]| {
                let columns = (0..32).filter(|x| image.iter().skip(*x).step_by(32).any(|&v| v > 0.0));
                columns.count()
            };
            pixels.chunks(32 * 32).map(width).sum::<usize>()
        };
        assert!(leaning(1) < leaning(2) && leaning(2) < leaning(3));
        assert_eq!(leaning(4), leaning(100));
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let clean = Glyphs::new().coloured().noise(0.0).pixels(50, 3).unwrap();
        let noisy = Glyphs::new().coloured().noise(0.05).pixels(50, 3).unwrap();
        let inner = clean.iter().zip(&noisy).filter(|(c, _)| c.abs() < 0.7);
        let squares: Vec<f32> = inner.map(|(c, n)| (c - n).powi(2)).collect();
        let deviation = (squares.iter().sum::<f32>() / squares.len() as f32).sqrt();
        assert!((deviation - 0.05).abs() < 0.001, "{deviation}");
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            Glyphs::new().size(0),
            Glyphs::new().noise(-0.1),
            Glyphs::new().digits(&[]),
            Glyphs::new().digits(&[3, 10]),
            Glyphs::new().hands(0),
            Glyphs::new().threads(0),
        ] {
            assert!(wrong.pixels(1, 1).is_err());
            assert!(wrong.labels(1, 1).is_err());
            assert!(wrong.batches(4).batch(0, 1, &Device::default()).is_err());
        }
    }

    #[test]
    fn a_fixed_set_is_the_same_in_every_run() {
        let device = Device::default();
        let first = |seed| {
            let images = Glyphs::new().fixed(20).gather(&[0, 19], seed, &device).unwrap();
            images.into_data().try_into_vec::<f32>().unwrap()
        };
        assert_eq!(first(1), first(2));
    }
}
