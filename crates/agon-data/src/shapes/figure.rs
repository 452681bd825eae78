use super::polygon::{Point, distance};

/// What a coloured shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Figure {
    /// Round.
    Circle,
    /// Three equal sides.
    Triangle,
    /// Four equal sides.
    Square,
    /// Five points.
    Star,
    /// Four arms.
    Cross,
}

impl Figure {
    /// Every figure, in the order of their labels.
    pub const ALL: [Self; 5] = [Self::Circle, Self::Triangle, Self::Square, Self::Star, Self::Cross];

    /// Its number in [`ALL`](Self::ALL).
    pub fn label(self) -> u8 {
        self as u8
    }

    /// By which angle it can be turned without looking different, in radians.
    pub fn symmetry(self) -> f32 {
        let full = std::f32::consts::TAU;
        match self {
            Self::Circle => 0.0,
            Self::Triangle => full / 3.0,
            Self::Square | Self::Cross => full / 4.0,
            Self::Star => full / 5.0,
        }
    }

    /// The distance to its border, negative inside. It fits into the circle of radius one.
    pub(crate) fn distance(self, point: Point) -> f32 {
        match self {
            Self::Circle => point[0].hypot(point[1]) - 0.84,
            Self::Triangle => distance(point, &TRIANGLE),
            Self::Square => distance(point, &SQUARE),
            Self::Star => distance(point, &STAR),
            Self::Cross => distance(point, &CROSS),
        }
    }
}

const TRIANGLE: [Point; 3] = [[0.0, -1.0], [0.866_025_4, 0.5], [-0.866_025_4, 0.5]];

const SQUARE: [Point; 4] = [[-0.7, -0.7], [0.7, -0.7], [0.7, 0.7], [-0.7, 0.7]];

/// Points on the circle of radius 1, and between them corners on that of radius 0.42.
const STAR: [Point; 10] = [
    [0.0, -1.0],
    [0.246_869_8, -0.339_787_1],
    [0.951_056_5, -0.309_017],
    [0.399_443_7, 0.129_787_1],
    [0.587_785_3, 0.809_017],
    [0.0, 0.42],
    [-0.587_785_3, 0.809_017],
    [-0.399_443_7, 0.129_787_1],
    [-0.951_056_5, -0.309_017],
    [-0.246_869_8, -0.339_787_1],
];

const CROSS: [Point; 12] = [
    [-0.3, -0.95],
    [0.3, -0.95],
    [0.3, -0.3],
    [0.95, -0.3],
    [0.95, 0.3],
    [0.3, 0.3],
    [0.3, 0.95],
    [-0.3, 0.95],
    [-0.3, 0.3],
    [-0.95, 0.3],
    [-0.95, -0.3],
    [-0.3, -0.3],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn turned([x, y]: Point, angle: f32) -> Point {
        let (sin, cos) = angle.sin_cos();
        [cos * x - sin * y, sin * x + cos * y]
    }

    #[test]
    fn figures_look_the_same_after_a_turn_by_their_symmetry() {
        for figure in Figure::ALL {
            for i in 0..200 {
                let point = [(i as f32 * 0.7).sin() * 1.2, (i as f32 * 1.3).cos() * 1.2];
                let difference = figure.distance(point) - figure.distance(turned(point, figure.symmetry()));
                assert!(difference.abs() < 1e-5, "{figure:?}");
            }
        }
    }

    #[test]
    fn figures_fit_their_circle_and_have_labels_in_order() {
        for (i, figure) in Figure::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(figure.label()), i);
            assert!(figure.distance([0.0, 0.0]) < -0.2);
            for i in 0..360 {
                let on_circle = turned([1.001, 0.0], (i as f32).to_radians());
                assert!(figure.distance(on_circle) > 0.0);
            }
        }
    }
}
