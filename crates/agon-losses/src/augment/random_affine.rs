use agon_core::random::Random;
use agon_core::{Augment, Error, Result, Round};
use burn::prelude::Tensor;
use rand::RngExt;

use super::affine::Affine;
use super::warp::warp;

/// Turns, resizes, stretches and moves images a little, each by amounts of its own.
///
/// ```text
/// larger by s^u,    wider by t^u and lower by as much,    turned by a u radians,    moved by r u of each side
/// ```
/// with `u` uniform in `[-1, 1)`, drawn anew for each image and each change. One affine map for each image, whose pixels
/// are interpolated bilinearly, with the reflection of the image beyond its edge.
///
/// What is read from a sample that is seen in this way (a class, a code) cannot be its pose. As it is always on, a
/// generator may learn such poses too: choose amounts which the data has anyway.
///
/// # Shapes
/// Images `[batch, channels, height, width]`.
///
/// # Errors
/// In the first round: a scale or stretch below 1, a rotation or translation below 0, a translation above 1, or no number.
///
/// # Example
/// ```
/// use agon_core::random;
/// use agon_losses::RandomAffine;
/// use burn::prelude::{Device, Tensor};
///
/// let augment = RandomAffine::new().rotation(0.2).scale(1.2).translation(0.1);
/// let images = Tensor::<4>::zeros([8, 1, 28, 28], &Device::default());
/// assert_eq!(augment.apply(&images, &mut random::stream(7, 0)).dims(), [8, 1, 28, 28]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomAffine {
    rotation: f64,
    scale: f64,
    stretch: f64,
    translation: f64,
}

impl Default for RandomAffine {
    fn default() -> Self {
        Self::new()
    }
}

impl RandomAffine {
    /// Changes nothing yet.
    pub const fn new() -> Self {
        Self {
            rotation: 0.0,
            scale: 1.0,
            stretch: 1.0,
            translation: 0.0,
        }
    }

    /// Turns images by up to so many radians to either side.
    pub const fn rotation(mut self, most: f64) -> Self {
        self.rotation = most;
        self
    }

    /// Makes images up to so many times larger or smaller.
    pub const fn scale(mut self, most: f64) -> Self {
        self.scale = most;
        self
    }

    /// Makes images up to so many times wider and lower, or higher and narrower.
    pub const fn stretch(mut self, most: f64) -> Self {
        self.stretch = most;
        self
    }

    /// Moves images by up to this part of each side.
    pub const fn translation(mut self, most: f64) -> Self {
        self.translation = most;
        self
    }

    /// The images, each changed by its own amounts.
    pub fn apply(&self, images: &Tensor<4>, random: &mut Random) -> Tensor<4> {
        if *self == Self::new() {
            return images.clone();
        }
        let [batch, _, height, width] = images.dims();
        let maps: Vec<Affine> = (0..batch)
            .map(|_| self.map([height as f64, width as f64], random))
            .collect();
        warp(images.clone(), &maps)
    }

    fn map(&self, [height, width]: [f64; 2], random: &mut Random) -> Affine {
        let mut by = || random.random_range(-1.0..1.0);
        let (scale, stretch) = (self.scale.powf(by()), self.stretch.powf(by()));
        let angle = self.rotation * by();
        let [x, y] = [width * self.translation * by(), height * self.translation * by()];
        Affine::scaled(scale * stretch, scale / stretch)
            .then(Affine::rotated(angle))
            .then(Affine::moved(x, y))
    }
}

impl Augment<Tensor<4>> for RandomAffine {
    fn augment(&self, images: &Tensor<4>, round: &mut Round) -> Tensor<4> {
        self.apply(images, round.random())
    }

    fn name(&self) -> &'static str {
        "random affine"
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn check(&self) -> Result<()> {
        let usable = (0.0..f64::INFINITY).contains(&self.rotation)
            && (1.0..f64::INFINITY).contains(&self.scale)
            && (1.0..f64::INFINITY).contains(&self.stretch)
            && (0.0..=1.0).contains(&self.translation);
        if usable {
            return Ok(());
        }
        let expected = "rotation at least 0, scale and stretch at least 1, translation in [0, 1]";
        Err(Error::config("a random affine map", expected, format!("{self:?}")))
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random::stream;

    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    /// A map is known by what it does to the middle and to one pixel to its right.
    fn maps(augment: RandomAffine) -> Vec<Affine> {
        let mut random = stream(3, 0);
        (0..500).map(|_| augment.map([20.0, 40.0], &mut random)).collect()
    }

    #[test]
    fn amounts_stay_within_what_was_asked_for() {
        let turned = maps(RandomAffine::new().rotation(0.3).scale(1.5));
        for Affine([[a, b, _], [c, d, _]]) in turned {
            let (angle, shrunk) = (c.atan2(a).abs(), a.hypot(c));
            assert!(angle <= 0.3 && (1.0 / 1.5..=1.5).contains(&shrunk), "{angle} {shrunk}");
            assert!((a * d - b * c - shrunk * shrunk).abs() < 1e-9);
        }
        let stretched = maps(RandomAffine::new().stretch(1.2).translation(0.1));
        for Affine([[a, _, x], [_, d, y]]) in stretched {
            assert!((a * d - 1.0).abs() < 1e-9 && (1.0 / 1.2..=1.2).contains(&a));
            assert!((x / a).abs() <= 4.8 && (y / d).abs() <= 2.4, "{x} {y}");
        }
    }

    #[test]
    fn nothing_asked_for_is_nothing_done() {
        let images = picture([3, 1, 4, 5]);
        let seen = RandomAffine::new().apply(&images, &mut stream(1, 0));
        assert_eq!(seen.into_data(), images.into_data());
    }

    #[test]
    fn gradients_pass_through() {
        let augment = RandomAffine::new()
            .rotation(0.3)
            .scale(1.3)
            .stretch(1.2)
            .translation(0.1);
        gradient_is_right([2, 2, 4, 5], |images| augment.apply(images, &mut stream(5, 0)));
    }

    #[test]
    fn impossible_amounts_are_errors() {
        let new = RandomAffine::new();
        for wrong in [
            new.rotation(-0.1),
            new.scale(0.9),
            new.stretch(f64::NAN),
            new.translation(1.5),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        assert!(new.check().is_ok());
    }
}
