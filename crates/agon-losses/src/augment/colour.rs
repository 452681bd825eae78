//! Affine maps of colours, an image's own.

use burn::prelude::Tensor;

use super::lines::beside;

/// `colour -> matrix colour + shift`, for any number of channels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Colour {
    /// Row by row.
    matrix: Vec<f64>,
    shift: Vec<f64>,
}

impl Colour {
    pub(super) fn identity(channels: usize) -> Self {
        Self {
            matrix: scaled_with_mean(channels, 1.0, 0.0),
            shift: vec![0.0; channels],
        }
    }

    fn channels(&self) -> usize {
        self.shift.len()
    }

    /// This much lighter.
    pub(super) fn brighter(&mut self, by: f64) {
        self.shift.iter_mut().for_each(|value| *value += by);
    }

    /// So many times farther from zero.
    pub(super) fn contrasted(&mut self, factor: f64) {
        self.multiply(&scaled_with_mean(self.channels(), factor, 0.0));
    }

    /// Dark becomes light and light becomes dark; hue and saturation stay.
    pub(super) fn inverted(&mut self) {
        self.multiply(&scaled_with_mean(self.channels(), 1.0, -2.0));
    }

    /// So many times farther from the grey of the same lightness.
    pub(super) fn saturated(&mut self, factor: f64) {
        self.multiply(&scaled_with_mean(self.channels(), factor, 1.0 - factor));
    }

    /// Turned around the axis of greys by an angle. Only three channels have a hue.
    pub(super) fn turned(&mut self, angle: f64) {
        if self.channels() != 3 {
            return;
        }
        // Rodrigues' formula for the axis (1, 1, 1) / sqrt 3.
        let (sin, cos) = angle.sin_cos();
        let (mean, cross) = ((1.0 - cos) / 3.0, sin / 3.0_f64.sqrt());
        let (same, next, last) = (cos + mean, mean - cross, mean + cross);
        self.multiply(&[same, next, last, last, same, next, next, last, same]);
    }

    fn multiply(&mut self, left: &[f64]) {
        let n = self.channels();
        let row = |i: usize| &left[i * n..(i + 1) * n];
        let dot =
            |i: usize, column: &dyn Fn(usize) -> f64| row(i).iter().enumerate().map(|(k, &v)| v * column(k)).sum();
        self.matrix = (0..n * n)
            .map(|at| dot(at / n, &|k| self.matrix[k * n + at % n]))
            .collect();
        self.shift = (0..n).map(|i| dot(i, &|k| self.shift[k])).collect();
    }
}

/// `factor I + by M`, where `M` is the mean over the channels.
fn scaled_with_mean(channels: usize, factor: f64, by: f64) -> Vec<f64> {
    let entry = |at: usize| f64::from(u8::from(at / channels == at % channels)) * factor + by / channels as f64;
    (0..channels * channels).map(entry).collect()
}

/// Images in other colours. A sum over channels, and not a matrix product, which some devices round coarsely.
pub(super) fn recoloured(images: &Tensor<4>, colours: &[Colour]) -> Tensor<4> {
    let [batch, channels, ..] = images.dims();
    let shift = colours
        .iter()
        .flat_map(|colour| &colour.shift)
        .map(|&value| value as f32)
        .collect();
    let mut sum = beside(shift, [batch, channels, 1, 1], images);
    for from in 0..channels {
        let column = |colour: &Colour| {
            (0..channels)
                .map(|to| colour.matrix[to * channels + from] as f32)
                .collect::<Vec<_>>()
        };
        let weights = beside(
            colours.iter().flat_map(column).collect(),
            [batch, channels, 1, 1],
            images,
        );
        sum = sum + images.clone().narrow(1, from, 1) * weights;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::testing::{gradient_is_right, picture};

    fn applied(colour: &Colour, to: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| (0..3).map(|k| colour.matrix[i * 3 + k] * to[k]).sum::<f64>() + colour.shift[i])
    }

    fn changed(change: impl Fn(&mut Colour), to: [f64; 3]) -> [f64; 3] {
        let mut colour = Colour::identity(3);
        change(&mut colour);
        applied(&colour, to)
    }

    #[track_caller]
    fn close(found: [f64; 3], expected: [f64; 3]) {
        let worst = found
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        assert!(worst < 1e-12, "{found:?}, expected {expected:?}");
    }

    #[test]
    fn colours_change_as_they_should() {
        let orange = [0.9, 0.3, -0.6];
        close(changed(|c| c.brighter(0.1), orange), [1.0, 0.4, -0.5]);
        close(changed(|c| c.contrasted(0.5), orange), [0.45, 0.15, -0.3]);
        close(changed(|c| c.inverted(), orange), [0.5, -0.1, -1.0]);
        close(changed(|c| c.saturated(0.0), orange), [0.2; 3]);
        // A third of a turn makes red green, green blue and blue red.
        close(
            changed(|c| c.turned(std::f64::consts::TAU / 3.0), orange),
            [-0.6, 0.9, 0.3],
        );
        let there_and_back = |c: &mut Colour| {
            c.turned(0.7);
            c.brighter(0.2);
            c.brighter(-0.2);
            c.turned(-0.7);
        };
        close(changed(there_and_back, orange), orange);
        let in_order = |c: &mut Colour| {
            c.brighter(1.0);
            c.contrasted(2.0);
        };
        close(changed(in_order, [0.0, 0.5, 1.0]), [2.0, 3.0, 4.0]);
    }

    #[test]
    fn grey_images_have_neither_hue_nor_saturation() {
        let mut colour = Colour::identity(1);
        colour.turned(1.0);
        colour.saturated(3.0);
        assert!((colour.matrix[0] - 1.0).abs() < 1e-15);
        colour.inverted();
        assert!((colour.matrix[0] + 1.0).abs() < 1e-15);
    }

    #[test]
    fn images_change_pixel_by_pixel_and_gradients_pass() {
        let mut colour = Colour::identity(3);
        colour.turned(0.5);
        colour.brighter(0.25);
        let images = picture([2, 3, 2, 2]);
        let seen = recoloured(&images, &[Colour::identity(3), colour.clone()]);
        let pixel = |images: &Tensor<4>, i: usize| -> [f64; 3] {
            let all: Vec<f64> = images.clone().try_into_vec_as().unwrap();
            std::array::from_fn(|k| all[12 + 4 * k + i])
        };
        let worst = |i| {
            let (found, expected) = (pixel(&seen, i), applied(&colour, pixel(&images, i)));
            found
                .iter()
                .zip(expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max)
        };
        assert!((0..4).all(|i| worst(i) < 1e-6));
        assert_eq!(seen.narrow(0, 0, 1).into_data(), images.narrow(0, 0, 1).into_data());
        gradient_is_right([2, 3, 2, 2], |images| {
            recoloured(images, &[colour.clone(), Colour::identity(3)])
        });
    }
}
