use std::f32::consts::TAU;

use rand::{Rng, RngExt};

use super::figure::Figure;
use super::polygon::Point;
use crate::random::{Random, stream};

/// What one picture of [`Shapes`](super::Shapes) shows, however it is rendered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scene {
    /// The figure.
    pub figure: Figure,
    /// Where its middle is: `x` to the right, `y` downwards, in sides of the picture.
    pub centre: [f32; 2],
    /// The radius of the circle it fits into, in sides of the picture.
    pub radius: f32,
    /// By how much it is turned clockwise, in radians, up to its [symmetry](Figure::symmetry).
    pub angle: f32,
    /// Its hue, 0 (red) to 1 (red again); of grey pictures, its tone.
    pub hue: f32,
    /// The hue of what is behind it.
    pub paper: f32,
}

/// What is left free at the edge of the picture, in its sides: from 24 pixels on, no ink touches the edge.
pub(super) const BORDER: f32 = 0.07;
const RADIUS: [f32; 2] = [0.2, 0.36];

impl Scene {
    /// The scene `index` of `seed`.
    pub(super) fn draw(figures: &[Figure], seed: u64, index: u64) -> Self {
        Self::random(figures, RADIUS, &mut stream(seed, index))
    }

    /// A random scene whose figure lies within the picture.
    pub(super) fn random(figures: &[Figure], [low, high]: [f32; 2], random: &mut Random) -> Self {
        // Always one draw, so that what follows does not depend on how many figures there are to choose from.
        let choice = (u128::from(random.next_u64()) * figures.len() as u128) >> 64;
        let figure = figures[choice as usize];
        let mut uniform = || random.random::<f32>();
        let radius = low + (high - low) * uniform();
        let reach = radius + BORDER;
        let mut place = || reach + (1.0 - 2.0 * reach) * uniform();
        let centre = [place(), place()];
        Self {
            figure,
            centre,
            radius,
            angle: figure.symmetry() * uniform(),
            hue: uniform(),
            paper: uniform(),
        }
    }

    /// The distance of a place in the picture to the border of the figure, negative inside, in sides.
    pub(super) fn distance(&self, [x, y]: Point) -> f32 {
        let (sin, cos) = self.angle.sin_cos();
        let (x, y) = ((x - self.centre[0]) / self.radius, (y - self.centre[1]) / self.radius);
        self.radius * self.figure.distance([cos * x + sin * y, cos * y - sin * x])
    }

    /// Turned further.
    pub(super) fn turned(self, by: f32) -> Self {
        let angle = (self.angle + by).rem_euclid(TAU);
        Self { angle, ..self }
    }
}
