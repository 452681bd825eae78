use agon_core::random::Random;
use agon_core::{Augment, Error, Result, Round};
use burn::prelude::Tensor;
use rand::RngExt;

use super::lines;

/// Mirrors images left to right, each with the same probability.
///
/// At probability 1/2 the generator learns mirrored images too, as if the data had them: right for faces, wrong
/// for digits.
///
/// # Shapes
/// Images `[batch, channels, height, width]`.
///
/// # Errors
/// In the first round: a probability outside `[0, 1]`.
///
/// # Example
/// ```
/// use agon_core::random;
/// use agon_losses::HorizontalFlip;
/// use burn::prelude::{Device, Tensor};
///
/// let images = Tensor::<4>::zeros([8, 3, 16, 16], &Device::default());
/// let seen = HorizontalFlip::new(0.5).apply(&images, &mut random::stream(7, 0));
/// assert_eq!(seen.dims(), [8, 3, 16, 16]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HorizontalFlip {
    probability: f64,
}

impl HorizontalFlip {
    /// With this probability.
    pub const fn new(probability: f64) -> Self {
        Self { probability }
    }

    /// The images, some of them mirrored.
    pub fn apply(&self, images: &Tensor<4>, random: &mut Random) -> Tensor<4> {
        let [batch, _, _, width] = images.dims();
        let flips: Vec<bool> = (0..batch).map(|_| random.random::<f64>() < self.probability).collect();
        if !flips.contains(&true) {
            return images.clone();
        }
        let last = width as i64 - 1;
        let source = |flip: bool, x: i64| if flip { last - x } else { x };
        let sources = flips.iter().flat_map(|&flip| (0..=last).map(move |x| source(flip, x)));
        lines::columns(images.clone(), sources.collect())
    }
}

impl Augment<Tensor<4>> for HorizontalFlip {
    fn augment(&self, images: &Tensor<4>, round: &mut Round) -> Tensor<4> {
        self.apply(images, round.random())
    }

    fn name(&self) -> &'static str {
        "horizontal flip"
    }

    fn check(&self) -> Result<()> {
        if (0.0..=1.0).contains(&self.probability) {
            return Ok(());
        }
        let what = "the probability of a horizontal flip";
        Err(Error::config(what, "a number in [0, 1]", self.probability))
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random::stream;

    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    #[test]
    fn always_never_and_half_of_the_time() {
        let images = picture([400, 1, 2, 3]);
        let apply = |p: f64| HorizontalFlip::new(p).apply(&images, &mut stream(1, 0)).into_data();
        assert_eq!(apply(0.0), images.to_data());
        assert_eq!(apply(1.0), images.clone().flip([3]).into_data());
        let moved = HorizontalFlip::new(0.5).apply(&images, &mut stream(1, 0)) - images;
        let moved = moved.abs().sum_dims(&[1, 2, 3]).reshape([400]);
        let moved: Vec<f32> = moved.try_into_vec_as().unwrap();
        let flipped = moved.iter().filter(|&&difference| difference > 0.0).count();
        assert!((160..240).contains(&flipped), "{flipped} of 400");
    }

    #[test]
    fn the_gradient_is_mirrored_too() {
        gradient_is_right([3, 2, 3, 4], |images| {
            HorizontalFlip::new(0.5).apply(images, &mut stream(1, 0))
        });
    }

    #[test]
    fn no_probability_is_an_error() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert!(HorizontalFlip::new(wrong).check().is_err());
        }
    }
}
