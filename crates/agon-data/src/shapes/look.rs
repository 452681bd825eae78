//! How scenes become pictures.

use super::scene::Scene;

/// One way to render any scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) outlined: bool,
    pub(super) night: bool,
}

/// Half the width of an outline, in sides of the picture; never less than this many pixels.
const LINE: f32 = 0.028;
const LEAST_LINE: f32 = 0.6;

impl Look {
    pub(super) const FILLED_BY_DAY: Self = Self {
        outlined: false,
        night: false,
    };

    /// Renders a scene, square, channel after channel, into values in `[-1, 1]`.
    pub(super) fn render(self, scene: &Scene, size: usize, coverage: &mut [f32], planes: &mut [&mut [f32]]) {
        self.cover(scene, size, coverage);
        let (paper, ink) = self.colours(scene, planes.len());
        for (channel, plane) in planes.iter_mut().enumerate() {
            let (paper, ink) = (paper[channel], ink[channel]);
            for (pixel, covered) in plane.iter_mut().zip(coverage.iter()) {
                *pixel = paper + (ink - paper) * covered;
            }
        }
    }

    /// How much of each pixel the figure covers, 0 to 1.
    fn cover(self, scene: &Scene, size: usize, coverage: &mut [f32]) {
        let side = size as f32;
        let line = (LINE * side).max(LEAST_LINE);
        for (row, pixels) in coverage.chunks_mut(size).enumerate() {
            for (column, pixel) in pixels.iter_mut().enumerate() {
                let place = [(column as f32 + 0.5) / side, (row as f32 + 0.5) / side];
                let distance = side * scene.distance(place);
                // Filled, a figure reaches as far as the outer edge of its outline.
                let distance = if self.outlined { distance.abs() } else { distance };
                *pixel = (0.5 + line - distance).clamp(0.0, 1.0);
            }
        }
    }

    /// The colours of paper and figure, channel by channel, in `[-1, 1]`.
    fn colours(self, scene: &Scene, channels: usize) -> ([f32; 3], [f32; 3]) {
        let colours = match (channels, self.night) {
            (1, false) => ([0.84 + 0.16 * scene.paper; 3], [0.4 * scene.hue; 3]),
            (1, true) => ([0.16 - 0.16 * scene.paper; 3], [1.0 - 0.4 * scene.hue; 3]),
            (_, false) => (colour(scene.paper, 0.45, 0.88), colour(scene.hue, 0.85, 0.42)),
            (_, true) => (colour(scene.paper, 0.55, 0.13), colour(scene.hue, 0.9, 0.68)),
        };
        let spread = |colour: [f32; 3]| colour.map(|value| 2.0 * value - 1.0);
        (spread(colours.0), spread(colours.1))
    }
}

/// Red, green and blue, 0 to 1, of a hue, a saturation and a lightness.
fn colour(hue: f32, saturation: f32, lightness: f32) -> [f32; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset| {
        let k = (offset + 12.0 * hue) % 12.0;
        lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::colour;

    #[test]
    fn hues_go_from_red_over_green_and_blue() {
        for (hue, expected) in [
            (0.0, [1.0, 0.0, 0.0]),
            (1.0 / 3.0, [0.0, 1.0, 0.0]),
            (2.0 / 3.0, [0.0, 0.0, 1.0]),
        ] {
            let found = colour(hue, 1.0, 0.5);
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5),
                "{found:?}"
            );
        }
        assert_eq!(colour(0.4, 0.0, 0.7), [0.7; 3]);
    }
}
