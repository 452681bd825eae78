use burn::prelude::Tensor;

use super::structure::same_shape;
use crate::Result;
use crate::extractors::FeatureExtractor;

/// How far two images are apart in the eyes of a network.
///
/// ```text
/// d(a, b) = sum over layers of mean over places of | f(a) / |f(a)| - f(b) / |f(b)| |^2
/// ```
///
/// where `f` are the channels of a layer's map at a place. This is LPIPS without its calibration: all channels
/// count alike, where LPIPS weighs them by what people said. Its values compare with those of the same network
/// only, and with no published LPIPS; as orderings of distortions they serve as well for most purposes.
///
/// # Shapes
/// Images `[n, channels, height, width]` from -1 to 1; results `[n]`.
///
/// # Errors
/// Images of different shapes; whatever the network says.
///
/// # References
/// Zhang et al. 2018, "The unreasonable effectiveness of deep features as a perceptual metric",
/// arXiv:1801.03924.
#[derive(Debug, Clone)]
pub struct PerceptualDistance<E> {
    network: E,
}

impl<E: FeatureExtractor> PerceptualDistance<E> {
    /// By the maps of this network.
    pub fn by(network: E) -> Self {
        Self { network }
    }

    /// What it is called, as a protocol states it.
    pub fn name(&self) -> String {
        format!("uncalibrated, {}", self.network.name())
    }

    /// The distance of each pair.
    ///
    /// # Errors
    /// As for the type.
    pub fn distance(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        same_shape(&a, &b)?;
        let [n, ..] = a.dims();
        // Both at once, so that a network which rounds differently by the size of its batch does so for both.
        let maps = self.network.maps(Tensor::cat(vec![a.inner(), b.inner()], 0))?;
        let mut distance: Option<Tensor<1>> = None;
        for map in maps {
            let map = directions(map);
            let difference = map.clone().narrow(0, 0, n) - map.narrow(0, n, n);
            let apart = difference.square().sum_dim(1).mean_dims(&[2, 3]).reshape([n]);
            distance = Some(match distance {
                Some(distance) => distance + apart,
                None => apart,
            });
        }
        distance.ok_or_else(|| crate::Error::shape("the maps of a network", "at least one", "none"))
    }
}

/// The channels of each place as a vector of length one; none at all stays none.
fn directions(map: Tensor<4>) -> Tensor<4> {
    let length = map.clone().square().sum_dim(1).sqrt();
    map / (length + 1e-10)
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::extractors::{GlyphClassifier, Pixels};

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn opposite_directions_are_four_apart_and_lengths_do_not_count() {
        let device = Device::default();
        let a = Tensor::<4>::ones([1, 2, 3, 3], &device);
        let distance = PerceptualDistance::by(Pixels);
        let to = |b: Tensor<4>| values(distance.distance(a.clone(), b).unwrap())[0];
        assert!((to(-a.clone()) - 4.0).abs() < 1e-5);
        assert!(to(a.clone() * 0.3).abs() < 1e-6);
    }

    #[test]
    fn a_stronger_distortion_is_farther() {
        let device = Device::default();
        let side = 32;
        let value = |i: usize| {
            if (i / 4 + i / (side * 4)).is_multiple_of(2) {
                1.0
            } else {
                -1.0
            }
        };
        let values_of: Vec<f32> = (0..side * side).map(value).collect();
        let image = Tensor::<1>::from_floats(&values_of[..], &device).reshape([1, 1, side, side]);
        let noise: Vec<f32> = (0..side * side).map(|i| (i as f32 * 78.233).sin()).collect();
        let noise = Tensor::<1>::from_floats(&noise[..], &device).reshape([1, 1, side, side]);
        let distance = PerceptualDistance::by(GlyphClassifier::new(&device).unwrap());
        let at = |share: f32| {
            values(
                distance
                    .distance(image.clone(), image.clone() + noise.clone() * share)
                    .unwrap(),
            )[0]
        };
        assert!(
            at(0.0) == 0.0 && at(0.1) > 0.0 && at(0.4) > at(0.1),
            "{} {}",
            at(0.1),
            at(0.4)
        );
    }
}
