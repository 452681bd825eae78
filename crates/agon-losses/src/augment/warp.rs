//! Images resampled by affine maps, with operations that every backend can differentiate.

use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;

use super::affine::Affine;

/// Images whose pixels come from where an affine map of each takes them from; beyond its edge an image goes on
/// as its reflection. Places between pixels are interpolated bilinearly; whole pixels are copied exactly.
pub(super) fn warp(images: Tensor<4>, maps: &[Affine]) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    let same_middle = (height + width).is_multiple_of(2);
    let whole = same_middle && maps.iter().all(Affine::is_whole);
    let [x, y] = places(&images, maps);
    let pixels = Pixels {
        flat: images.reshape([batch, channels, height * width]),
        height,
        width,
    };
    let changed = if whole { pixels.at(x, y) } else { pixels.between(x, y) };
    changed.reshape([batch, channels, height, width])
}

/// Where each pixel comes from, in pixels from the upper left one: columns and rows, `[batch, 1, pixels]` each.
fn places(images: &Tensor<4>, maps: &[Affine]) -> [Tensor<3>; 2] {
    let [batch, _, height, width] = images.dims();
    let middle = |side: usize| (side as f64 - 1.0) / 2.0;
    let (middle_x, middle_y) = (middle(width), middle(height));
    let tensor = |values: Vec<f64>, shape: [usize; 3]| {
        let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
        Tensor::<3>::from_data(TensorData::new(values, shape), &images.device())
    };
    let grid = |value: &dyn Fn(usize) -> f64| {
        let pixels = height * width;
        tensor((0..pixels).map(value).collect(), [1, 1, pixels])
    };
    let across = grid(&|i| (i % width) as f64 - middle_x);
    let down = grid(&|i| (i / width) as f64 - middle_y);
    [(0, middle_x), (1, middle_y)].map(|(row, middle)| {
        let entry = |of: &dyn Fn(&[f64; 3]) -> f64| {
            let values = maps.iter().map(|map| of(&map.0[row])).collect();
            tensor(values, [batch, 1, 1])
        };
        let (x, y, shift) = (entry(&|m| m[0]), entry(&|m| m[1]), entry(&|m| m[2] + middle));
        across.clone() * x + down.clone() * y + shift
    })
}

/// Images, pixel after pixel: `[batch, channels, pixels]`.
struct Pixels {
    flat: Tensor<3>,
    height: usize,
    width: usize,
}

impl Pixels {
    /// The pixels in whole columns and rows.
    fn at(&self, x: Tensor<3>, y: Tensor<3>) -> Tensor<3> {
        let places = reflected(y, self.height) * self.width as f64 + reflected(x, self.width);
        let places: Tensor<3, Int> = places.int();
        self.flat.clone().gather(2, places.expand(self.flat.dims()))
    }

    /// Means of the four pixels around each place, weighted by nearness.
    fn between(&self, x: Tensor<3>, y: Tensor<3>) -> Tensor<3> {
        let (left, top) = (x.clone().floor(), y.clone().floor());
        let (right, bottom) = (left.clone() + 1.0, top.clone() + 1.0);
        let to_right = (x - left.clone()).cast(self.flat.dtype());
        let to_bottom = (y - top.clone()).cast(self.flat.dtype());
        let to_left = to_right.clone().neg() + 1.0;
        let to_top = to_bottom.clone().neg() + 1.0;
        let above =
            self.at(left.clone(), top.clone()) * to_left.clone() + self.at(right.clone(), top) * to_right.clone();
        let below = self.at(left, bottom.clone()) * to_left + self.at(right, bottom) * to_right;
        above * to_top + below * to_bottom
    }
}

/// Lines beyond the first and the last are those on its other side: `-1` is `1`.
fn reflected(line: Tensor<3>, lines: usize) -> Tensor<3> {
    let last = lines as f64 - 1.0;
    if lines == 1 {
        return line.zeros_like();
    }
    let once = line.abs().remainder_scalar(2.0 * last);
    (once - last).abs().neg() + last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    fn values(images: Tensor<4>) -> Vec<f64> {
        images.try_into_vec_as().unwrap()
    }

    #[test]
    fn whole_pixels_are_copied_exactly() {
        let images = picture([2, 2, 4, 4]);
        let same = warp(images.clone(), &[Affine::IDENTITY; 2]);
        assert_eq!(values(same), values(images.clone()));
        let mirrored = warp(images.clone(), &[Affine::mirrored(), Affine::IDENTITY]);
        let expected = Tensor::cat(
            vec![images.clone().narrow(0, 0, 1).flip([3]), images.clone().narrow(0, 1, 1)],
            0,
        );
        assert_eq!(values(mirrored), values(expected));
        // A quarter turn: what is on top comes to the right.
        let turned = warp(images.clone(), &[Affine::quarters(3); 2]);
        assert_eq!(values(turned), values(images.clone().swap_dims(2, 3).flip([3])));
        let through = warp(images.clone(), &[Affine::quarters(1).then(Affine::quarters(3)); 2]);
        assert_eq!(values(through), values(images));
    }

    #[test]
    fn images_go_on_as_their_reflection() {
        let row = Tensor::<1>::from_floats([0.0, 1.0, 2.0, 3.0], &Default::default()).reshape([1, 1, 1, 4]);
        let moved = |by: f64| values(warp(row.clone(), &[Affine::moved(by, 0.0)]));
        assert_eq!(moved(2.0), [2.0, 1.0, 0.0, 1.0]);
        assert_eq!(moved(-3.0), [3.0, 2.0, 1.0, 0.0]);
        assert_eq!(moved(6.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(moved(0.5), [0.5, 0.5, 1.5, 2.5]);
    }

    #[test]
    fn a_ramp_is_interpolated_exactly() {
        let [height, width] = [7, 6];
        let ramp: Vec<f32> = (0..height * width)
            .map(|i| (i % width) as f32 + 10.0 * (i / width) as f32)
            .collect();
        let ramp = Tensor::<1>::from_floats(&ramp[..], &Default::default()).reshape([1, 1, 7, 6]);
        let map = Affine::rotated(0.2).then(Affine::scaled(2.0, 3.0));
        let changed = values(warp(ramp, &[map]));
        let Affine([[a, b, _], [d, e, _]]) = map;
        for (i, found) in changed.into_iter().enumerate() {
            let (x, y) = ((i % width) as f64 - 2.5, (i / width) as f64 - 3.0);
            let expected = (a * x + b * y + 2.5) + 10.0 * (d * x + e * y + 3.0);
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn gradients_pass_through() {
        let maps = [
            Affine::rotated(0.7)
                .then(Affine::scaled(1.3, 0.8))
                .then(Affine::moved(0.4, -1.2)),
            Affine::quarters(1).then(Affine::moved(2.0, 0.0)),
        ];
        gradient_is_right([2, 2, 4, 5], |images| warp(images.clone(), &maps));
        gradient_is_right([2, 2, 4, 4], |images| warp(images.clone(), &[maps[1]; 2]));
    }
}
