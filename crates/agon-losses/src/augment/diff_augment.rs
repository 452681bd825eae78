use agon_core::random::Random;
use agon_core::{Augment, Error, Result, Round};
use burn::prelude::Tensor;
use rand::RngExt;

use super::lines;

/// Colours, place and completeness of images are drawn at random whenever the discriminator looks at them, so
/// that it cannot know a small set of real images by heart.
///
/// ```text
/// brightness   x + s (u - 1/2)
/// saturation   m + (x - m) (1 + s (2u - 1)),     m: mean over the channels of the pixel
/// contrast     m + (x - m) (1 + s (u - 1/2)),    m: mean over the image
/// translation  by up to `ratio` of each side, zeros move in
/// cutout       zeros in a window of `ratio` of each side, whose centre may lie anywhere
/// ```
/// with `u` uniform in `[0, 1)`, drawn for each image and each change; `s`: the strength, 1 in the paper. They
/// come in this order.
///
/// # Shapes
/// Images `[batch, channels, height, width]`, values in `[-1, 1]` (zero is grey then).
///
/// # Errors
/// In the first round of a game: a strength or ratio that is negative or no number, or a ratio above 1.
/// [`apply`](Self::apply) moves and cuts nothing at a ratio that cannot be.
///
/// # Example
/// ```
/// use agon_core::random;
/// use agon_losses::DiffAugment;
/// use burn::prelude::{Device, Tensor};
///
/// let augment = DiffAugment::new().colour().translation(0.125).cutout(0.5);
/// let images = Tensor::<4>::zeros([8, 3, 32, 32], &Device::default());
/// assert_eq!(augment.apply(&images, &mut random::stream(7, 0)).dims(), [8, 3, 32, 32]);
/// ```
/// In a game: `Gan::new(generator, discriminator).augment(augment)`.
///
/// # References
/// Zhao, Liu, Lin, Zhu and Han 2020, "Differentiable Augmentation for Data-Efficient GAN Training",
/// arXiv:2006.10738, and the authors' code.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DiffAugment {
    brightness: f64,
    saturation: f64,
    contrast: f64,
    translation: f64,
    cutout: f64,
}

impl DiffAugment {
    /// Changes nothing yet.
    pub const fn new() -> Self {
        Self {
            brightness: 0.0,
            saturation: 0.0,
            contrast: 0.0,
            translation: 0.0,
            cutout: 0.0,
        }
    }

    /// Everything, as strong as in the paper: colour, translation by an eighth, cutout of a half.
    pub const fn all() -> Self {
        Self::new().colour().translation(0.125).cutout(0.5)
    }

    /// Brightness, saturation and contrast as strong as in the paper.
    pub const fn colour(self) -> Self {
        self.brightness(1.0).saturation(1.0).contrast(1.0)
    }

    /// Makes images lighter or darker, by up to half the strength.
    pub const fn brightness(mut self, strength: f64) -> Self {
        self.brightness = strength;
        self
    }

    /// Makes colours paler or stronger; grey images stay as they are.
    pub const fn saturation(mut self, strength: f64) -> Self {
        self.saturation = strength;
        self
    }

    /// Makes images flatter or harder.
    pub const fn contrast(mut self, strength: f64) -> Self {
        self.contrast = strength;
        self
    }

    /// Moves images by whole pixels, up to this part of each side.
    pub const fn translation(mut self, ratio: f64) -> Self {
        self.translation = ratio;
        self
    }

    /// Blanks a window which is this part of each side.
    pub const fn cutout(mut self, ratio: f64) -> Self {
        self.cutout = ratio;
        self
    }

    /// The images, changed, as one function: for [`Consistency`](crate::Consistency), for example.
    pub fn apply(&self, images: &Tensor<4>, random: &mut Random) -> Tensor<4> {
        let mut images = images.clone();
        if self.brightness != 0.0 {
            let shift = factors(&images, random, |u| self.brightness * (u - 0.5));
            images = images + shift;
        }
        if self.saturation != 0.0 {
            let factor = factors(&images, random, |u| 1.0 + self.saturation * (2.0 * u - 1.0));
            let grey = images.clone().mean_dim(1);
            images = (images - grey.clone()) * factor + grey;
        }
        if self.contrast != 0.0 {
            let factor = factors(&images, random, |u| 1.0 + self.contrast * (u - 0.5));
            let mean = images.clone().mean_dims(&[1, 2, 3]);
            images = (images - mean.clone()) * factor + mean;
        }
        if self.translation != 0.0 {
            images = translated(images, self.translation, random);
        }
        if self.cutout != 0.0 {
            images = cut(images, self.cutout, random);
        }
        images
    }
}

/// A number for each image, from a uniform one.
fn factors(images: &Tensor<4>, random: &mut Random, formula: impl Fn(f64) -> f64) -> Tensor<4> {
    let batch = images.dims()[0];
    let values = (0..batch).map(|_| formula(random.random()) as f32).collect();
    lines::by_image(values, images)
}

/// This part of a side, in whole pixels, rounded as the authors do; nothing of it for a ratio that `check` refuses.
fn part(side: usize, ratio: f64) -> i64 {
    match (0.0..=1.0).contains(&ratio) {
        true => (side as f64 * ratio + 0.5) as i64,
        false => 0,
    }
}

fn translated(images: Tensor<4>, ratio: f64, random: &mut Random) -> Tensor<4> {
    let [batch, _, height, width] = images.dims();
    let (mut columns, mut rows) = (Shift::default(), Shift::default());
    for _ in 0..batch {
        columns.draw(width, part(width, ratio), random);
        rows.draw(height, part(height, ratio), random);
    }
    let inside = lines::by_column(columns.inside, &images) * lines::by_row(rows.inside, &images);
    lines::rows(lines::columns(images, columns.sources), rows.sources) * inside
}

/// Where the lines of shifted images come from, and whether from inside (1) or not (0).
#[derive(Default)]
struct Shift {
    sources: Vec<i64>,
    inside: Vec<f32>,
}

impl Shift {
    fn draw(&mut self, side: usize, reach: i64, random: &mut Random) {
        let shift = random.random_range(-reach..=reach);
        let last = side as i64 - 1;
        for line in 0..=last {
            let source = line + shift;
            self.sources.push(source.clamp(0, last));
            self.inside.push(f32::from(u8::from((0..=last).contains(&source))));
        }
    }
}

fn cut(images: Tensor<4>, ratio: f64, random: &mut Random) -> Tensor<4> {
    let [batch, _, height, width] = images.dims();
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..batch {
        window(&mut columns, width, part(width, ratio), random);
        window(&mut rows, height, part(height, ratio), random);
    }
    let window = lines::by_column(columns, &images) * lines::by_row(rows, &images);
    images * (window.neg() + 1.0)
}

/// 1 for the lines of a window with a random centre, 0 for the others.
fn window(lines: &mut Vec<f32>, side: usize, length: i64, random: &mut Random) {
    let side = side as i64;
    // An even window has one place more, so that both borders are cut alike.
    let centre = random.random_range(0..side + 1 - length % 2);
    let start = centre - length / 2;
    lines.extend((0..side).map(|line| f32::from(u8::from((start..start + length).contains(&line)))));
}

impl Augment<Tensor<4>> for DiffAugment {
    fn augment(&self, images: &Tensor<4>, round: &mut Round) -> Tensor<4> {
        self.apply(images, round.random())
    }

    fn name(&self) -> &'static str {
        "DiffAugment"
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn check(&self) -> Result<()> {
        let usable = |value: f64, most: f64, what: &str, expected: &str| {
            if value >= 0.0 && value <= most {
                return Ok(());
            }
            Err(Error::config(format!("the {what} of DiffAugment"), expected, value))
        };
        let finite = "a number of at least 0";
        usable(self.brightness, f64::MAX, "brightness", finite)?;
        usable(self.saturation, f64::MAX, "saturation", finite)?;
        usable(self.contrast, f64::MAX, "contrast", finite)?;
        usable(self.translation, 1.0, "translation", "a part of the side, 0 to 1")?;
        usable(self.cutout, 1.0, "cutout", "a part of the side, 0 to 1")
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random::stream;
    use burn::prelude::Device;

    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    fn values(images: Tensor<4>) -> Vec<f32> {
        images.try_into_vec_as().unwrap()
    }

    #[test]
    fn ratios_that_are_refused_change_nothing() {
        let images = picture([3, 3, 6, 5]);
        for ratio in [-0.5, 2.0, f64::NAN, f64::INFINITY] {
            let augment = DiffAugment::new().translation(ratio).cutout(ratio);
            assert_eq!(
                values(augment.apply(&images, &mut stream(1, 0))),
                values(images.clone())
            );
            assert!(augment.check().is_err());
        }
    }

    #[test]
    fn nothing_is_changed_at_no_strength() {
        let images = picture([3, 3, 6, 5]);
        let mut random = stream(1, 0);
        for nothing in [
            DiffAugment::new(),
            DiffAugment::new().translation(0.0).cutout(0.0).brightness(0.0),
        ] {
            assert_eq!(nothing.apply(&images, &mut random).into_data(), images.to_data());
        }
        // So little that no pixel moves: the whole path is taken.
        let still = DiffAugment::new().translation(1e-3).cutout(1e-3);
        assert_eq!(still.apply(&images, &mut random).into_data(), images.to_data());
    }

    #[test]
    fn gradients_pass_through_every_change() {
        let new = DiffAugment::new;
        for augment in [
            new().brightness(1.0),
            new().saturation(1.0),
            new().contrast(1.0),
            new().translation(0.4),
            new().cutout(0.5),
            DiffAugment::all(),
        ] {
            gradient_is_right([3, 3, 4, 5], |images| augment.apply(images, &mut stream(3, 0)));
        }
    }

    #[test]
    fn colours_move_as_far_as_the_paper_says() {
        let images = Tensor::<4>::from_data([[[[0.2, -0.6]], [[0.5, 0.1]], [[-0.1, 0.9]]]], &Device::default())
            .repeat_dim(0, 4000);
        let extremes = |augment: DiffAugment, pick: fn(&[f32]) -> f32| {
            let seen = values(augment.apply(&images, &mut stream(2, 0)));
            let picked: Vec<f32> = seen.chunks(6).map(pick).collect();
            let mean = picked.iter().sum::<f32>() / picked.len() as f32;
            let low = picked.iter().copied().fold(f32::MAX, f32::min);
            let high = picked.iter().copied().fold(f32::MIN, f32::max);
            [low, mean, high]
        };
        let near = |found: [f32; 3], expected: [f32; 3]| {
            let worst = found
                .iter()
                .zip(expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.02, "{found:?}, expected {expected:?}");
        };
        // The first pixel of the first channel is 0.2, the mean of its channels 0.2 too; that of the image 1/6.
        near(extremes(DiffAugment::new().brightness(1.0), |x| x[0]), [-0.3, 0.2, 0.7]);
        near(extremes(DiffAugment::new().saturation(1.0), |x| x[2]), [0.2, 0.5, 0.8]);
        near(
            extremes(DiffAugment::new().contrast(1.0), |x| x[5]),
            [0.533, 0.9, 1.267],
        );
    }

    #[test]
    fn translations_are_even_and_fill_with_zeros() {
        let images = Tensor::<4>::ones([3000, 1, 8, 8], &Device::default());
        let seen = values(DiffAugment::new().translation(0.125).apply(&images, &mut stream(4, 0)));
        let mut counts = [0; 3];
        for image in seen.chunks(64) {
            // The row in the middle of the image: is its left or its right end empty?
            let shift = match (image[4 * 8], image[4 * 8 + 7]) {
                (0.0, 1.0) => 0,
                (1.0, 1.0) => 1,
                (1.0, 0.0) => 2,
                other => panic!("{other:?}"),
            };
            counts[shift] += 1;
        }
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_cut_image_lacks_a_window() {
        let images = Tensor::<4>::ones([500, 2, 9, 6], &Device::default());
        let seen = values(DiffAugment::new().cutout(0.5).apply(&images, &mut stream(5, 0)));
        for image in seen.chunks(2 * 54) {
            let (first, second) = image.split_at(54);
            assert_eq!(first, second, "channels are cut alike");
            let empty = first.iter().filter(|&&value| value == 0.0).count();
            // 5 rows and 3 columns, of which at least 3 and 2 lie within the image.
            assert!((6..=15).contains(&empty), "{empty} pixels");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for wrong in [
            DiffAugment::new().brightness(-1.0),
            DiffAugment::new().contrast(f64::NAN),
            DiffAugment::new().saturation(f64::INFINITY),
            DiffAugment::new().translation(1.5),
            DiffAugment::new().cutout(-0.5),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        assert!(DiffAugment::all().check().is_ok());
    }
}
