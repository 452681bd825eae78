use agon_core::random::Random;
use burn::prelude::Tensor;
use rand::RngExt;
use rand_distr::StandardNormal;
use std::f64::consts::PI;

use super::affine::Affine;
use super::colour::{Colour, recoloured};
use super::warp::warp;

/// The changes of images that [`Ada`](super::Ada) makes, each with probability `p`, image by image.
///
/// | group | changes, in this order |
/// |---|---|
/// | [`blitting`](Self::blitting) | mirrored or not; 0 to 3 quarter turns; moved by whole pixels, up to 1/8 of each side |
/// | [`geometry`](Self::geometry) | larger by `2^N(0, 0.2)`; turned by any angle; wider by `2^N(0, 0.2)` and lower by as much; turned again; moved by `N(0, 1/8)` of each side |
/// | [`colour`](Self::colour) | brighter by `N(0, 0.2)`; contrast times `2^N(0, 0.5)`; light and dark exchanged or not; hue turned by any angle; saturation times `2^N(0, 1)` |
///
/// A change which is drawn with probability `p` and otherwise left out can be undone as a map of distributions
/// as long as `p < 1`: the unchanged images stand out, so that the generator learns no mirrored, turned or
/// recoloured ones. Each of the two turnings has probability `1 - sqrt(1 - p)`, so that `1 - p` of the images
/// are not turned at all.
///
/// All geometry is one affine map for each image, whose pixels are interpolated bilinearly, with the reflection
/// of the image beyond its edge. (The paper resamples with a wavelet's low-pass filter at twice the size, which
/// keeps more of the finest detail.)
///
/// # Shapes
/// Images `[batch, channels, height, width]`. Hue takes three channels; everything else takes any number.
///
/// # Example
/// ```
/// use agon_core::random;
/// use agon_losses::AdaPipeline;
/// use burn::prelude::{Device, Tensor};
///
/// let images = Tensor::<4>::zeros([8, 3, 32, 32], &Device::default());
/// let seen = AdaPipeline::all().apply(&images, 0.4, &mut random::stream(7, 0));
/// assert_eq!(seen.dims(), [8, 3, 32, 32]);
/// ```
///
/// # References
/// Karras, Aittala, Hellsten, Laine, Lehtinen and Aila 2020, "Training Generative Adversarial Networks with
/// Limited Data", arXiv:2006.06676, appendix B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdaPipeline {
    blitting: bool,
    geometry: bool,
    colour: bool,
}

/// Standard deviation of scales, as a power of two.
const SCALE: f64 = 0.2;
/// How far an image is moved, as a part of its side.
const MOVE: f64 = 0.125;
const BRIGHTNESS: f64 = 0.2;
const CONTRAST: f64 = 0.5;
const SATURATION: f64 = 1.0;

impl AdaPipeline {
    /// Changes nothing yet.
    pub const fn new() -> Self {
        Self {
            blitting: false,
            geometry: false,
            colour: false,
        }
    }

    /// Blitting, geometry and colour: what the paper recommends.
    pub const fn all() -> Self {
        Self::new().blitting().geometry().colour()
    }

    /// With flips, quarter turns and moves by whole pixels.
    pub const fn blitting(mut self) -> Self {
        self.blitting = true;
        self
    }

    /// With scales, turns and moves between pixels.
    pub const fn geometry(mut self) -> Self {
        self.geometry = true;
        self
    }

    /// With brightness, contrast, inversion, hue and saturation.
    pub const fn colour(mut self) -> Self {
        self.colour = true;
        self
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::new()
    }

    /// The images, each changed in each way with probability `p`.
    pub fn apply(&self, images: &Tensor<4>, p: f64, random: &mut Random) -> Tensor<4> {
        let mut images = images.clone();
        if p <= 0.0 {
            return images;
        }
        let [batch, channels, height, width] = images.dims();
        let mut chance = Chance { p, random };
        if self.blitting || self.geometry {
            let maps: Vec<Affine> = (0..batch).map(|_| self.map(height, width, &mut chance)).collect();
            if maps.iter().any(|&map| map != Affine::IDENTITY) {
                images = warp(images, &maps);
            }
        }
        if self.colour {
            let still = Colour::identity(channels);
            let colours: Vec<Colour> = (0..batch).map(|_| recolouring(still.clone(), &mut chance)).collect();
            if colours.iter().any(|colour| *colour != still) {
                images = recoloured(&images, &colours);
            }
        }
        images
    }

    fn map(&self, height: usize, width: usize, chance: &mut Chance<'_>) -> Affine {
        let mut map = Affine::IDENTITY;
        let mut change = |change: Option<Affine>| {
            if let Some(change) = change {
                map = map.then(change);
            }
        };
        let (height, width) = (height as f64, width as f64);
        if self.blitting {
            change(
                chance
                    .taken(|r| r.random::<bool>())
                    .filter(|&mirror| mirror)
                    .map(|_| Affine::mirrored()),
            );
            change(chance.taken(|r| r.random_range(0..4)).map(Affine::quarters));
            let by = chance.taken(|r| [uniform(MOVE, r), uniform(MOVE, r)]);
            change(by.map(|[x, y]| Affine::moved((x * width).round(), (y * height).round())));
        }
        if self.geometry {
            let angle = |r: &mut Random| uniform(PI, r);
            let turning = 1.0 - (1.0 - chance.p).sqrt();
            let scale = chance.taken(|r| (SCALE * normal(r)).exp2());
            change(scale.map(|s| Affine::scaled(s, s)));
            change(chance.taken_at(turning, angle).map(Affine::rotated));
            let stretch = chance.taken(|r| (SCALE * normal(r)).exp2());
            change(stretch.map(|s| Affine::scaled(s, 1.0 / s)));
            change(chance.taken_at(turning, angle).map(Affine::rotated));
            let by = chance.taken(|r| [MOVE * normal(r), MOVE * normal(r)]);
            change(by.map(|[x, y]| Affine::moved(x * width, y * height)));
        }
        map
    }
}

fn recolouring(mut colour: Colour, chance: &mut Chance<'_>) -> Colour {
    if let Some(by) = chance.taken(|r| BRIGHTNESS * normal(r)) {
        colour.brighter(by);
    }
    if let Some(factor) = chance.taken(|r| (CONTRAST * normal(r)).exp2()) {
        colour.contrasted(factor);
    }
    if let Some(true) = chance.taken(|r| r.random::<bool>()) {
        colour.inverted();
    }
    if let Some(angle) = chance.taken(|r| uniform(PI, r)) {
        colour.turned(angle);
    }
    if let Some(factor) = chance.taken(|r| (SATURATION * normal(r)).exp2()) {
        colour.saturated(factor);
    }
    colour
}

/// Draws what is done with probability `p`.
struct Chance<'a> {
    p: f64,
    random: &'a mut Random,
}

impl Chance<'_> {
    fn taken<T>(&mut self, draw: impl FnOnce(&mut Random) -> T) -> Option<T> {
        self.taken_at(self.p, draw)
    }

    /// Draws in any case, so that what follows does not depend on `p`.
    fn taken_at<T>(&mut self, p: f64, draw: impl FnOnce(&mut Random) -> T) -> Option<T> {
        let taken = self.random.random::<f64>() < p;
        let drawn = draw(self.random);
        taken.then_some(drawn)
    }
}

/// Uniform between `-most` and `most`.
fn uniform(most: f64, random: &mut Random) -> f64 {
    most * (2.0 * random.random::<f64>() - 1.0)
}

fn normal(random: &mut Random) -> f64 {
    random.sample(StandardNormal)
}

#[cfg(test)]
mod tests {
    use agon_core::random::stream;

    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    /// Which of the images are as they were.
    fn unchanged(pipeline: AdaPipeline, p: f64, images: &Tensor<4>) -> f64 {
        let batch = images.dims()[0];
        let moved = pipeline.apply(images, p, &mut stream(9, 0)) - images.clone();
        let moved: Vec<f64> = moved
            .abs()
            .sum_dims(&[1, 2, 3])
            .reshape([batch])
            .try_into_vec_as()
            .unwrap();
        moved.iter().filter(|&&difference| difference == 0.0).count() as f64 / batch as f64
    }

    #[test]
    fn at_probability_zero_nothing_changes() {
        let images = picture([4, 3, 6, 6]);
        let seen = AdaPipeline::all().apply(&images, 0.0, &mut stream(1, 0));
        assert_eq!(seen.into_data(), images.to_data());
        assert!(AdaPipeline::new().is_empty() && !AdaPipeline::all().is_empty());
    }

    /// What cannot leak: images that were left alone stand out, as often as they should.
    #[test]
    fn each_change_is_left_out_as_often_as_it_should_be() {
        let images = picture([4000, 3, 5, 5]);
        let p: f64 = 0.4;
        let alone = |change: f64| 1.0 - p * change;
        // Mirrored half of the time; turned three times in four; moved by at most round(5 / 8) = 1 pixel, in
        // whole pixels: 0 on each axis with probability 4 / 5.
        let blitting = alone(0.5) * alone(0.75) * alone(1.0 - 0.8 * 0.8);
        let geometry = (1.0 - p).powi(4);
        let colour = alone(0.5) * (1.0 - p).powi(4);
        let new = AdaPipeline::new();
        for (pipeline, expected) in [
            (new.blitting(), blitting),
            (new.geometry(), geometry),
            (new.colour(), colour),
        ] {
            let found = unchanged(pipeline, p, &images);
            // Four standard deviations of 4,000 draws. A turn by a half and a mirror image can undo nothing here.
            let spread = 4.0 * (expected * (1.0 - expected) / 4000.0).sqrt();
            assert!(
                (found - expected).abs() < spread,
                "{pipeline:?}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn gradients_pass_through() {
        for (shape, p) in [([4, 3, 4, 4], 0.6), ([3, 1, 5, 4], 1.0)] {
            gradient_is_right(shape, |images| AdaPipeline::all().apply(images, p, &mut stream(5, 0)));
        }
    }

    #[test]
    fn a_greater_probability_changes_more_images_and_keeps_the_others() {
        let images = picture([64, 1, 8, 8]);
        let little = AdaPipeline::new().blitting().apply(&images, 0.2, &mut stream(2, 0));
        let much = AdaPipeline::new().blitting().apply(&images, 0.8, &mut stream(2, 0));
        let same = |a: Tensor<4>| -> Vec<bool> {
            let d: Vec<f64> = (a - images.clone())
                .abs()
                .sum_dims(&[1, 2, 3])
                .reshape([64])
                .try_into_vec_as()
                .unwrap();
            d.into_iter().map(|d| d == 0.0).collect()
        };
        let (little, much) = (same(little), same(much));
        let count = |same: &[bool]| same.iter().filter(|&&same| same).count();
        assert!(count(&little) > count(&much) + 10);
    }
}
