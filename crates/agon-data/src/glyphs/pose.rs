//! How a hand varies what it writes: size, lean, turn, tremor, thickness and place.

use rand::RngExt;

use super::pen::Segment;
use super::shapes::Point;
use crate::random::Random;

/// The variations of one glyph.
#[derive(Debug, Clone)]
pub(crate) struct Pose {
    /// From the unit square to pixels around the origin.
    matrix: [Point; 2],
    /// A slow wave that bends the strokes without tearing them apart.
    waves: [Wave; 2],
    /// Half the width of the strokes, in pixels.
    pub(crate) radius: f32,
    /// How the width swells and shrinks along the way.
    pressure: (f32, f32),
    /// Where in the free space the glyph lies, -1 to 1 for each axis.
    place: Point,
}

#[derive(Debug, Clone, Copy)]
struct Wave {
    along: Point,
    phase: f32,
    height: f32,
}

impl Pose {
    /// A random pose on an image of `size` pixels.
    pub(crate) fn random(size: f32, random: &mut Random) -> Self {
        let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
        let height = size * between(0.56, 0.76);
        let width = height * between(0.72, 1.08);
        let (sin, cos) = between(-0.22, 0.22).sin_cos();
        let shear = between(-0.30, 0.12);
        let mut wave = || Wave {
            along: [between(-3.5, 3.5), between(-3.5, 3.5)],
            phase: between(0.0, std::f32::consts::TAU),
            height: between(0.0, 0.07),
        };
        let waves = [wave(), wave()];
        Self {
            matrix: [
                [width * cos, height * (shear * cos - sin)],
                [width * sin, height * (shear * sin + cos)],
            ],
            waves,
            radius: size * between(0.026, 0.062),
            pressure: (between(0.0, std::f32::consts::TAU), between(0.02, 0.16)),
            place: [between(-1.0, 1.0), between(-1.0, 1.0)],
        }
    }

    /// Where a point of the unit square comes to lie, before [`Pose::settle`].
    pub(crate) fn apply(&self, point: Point) -> Point {
        let bend = |wave: &Wave| wave.height * (wave.along[0] * point[0] + wave.along[1] * point[1] + wave.phase).sin();
        let x = point[0] + bend(&self.waves[0]) - 0.5;
        let y = point[1] + bend(&self.waves[1]) - 0.5;
        self.matrix.map(|row| row[0] * x + row[1] * y)
    }

    /// Half the width of the stroke at its `i`-th piece.
    pub(crate) fn radius_at(&self, i: usize) -> f32 {
        let (phase, depth) = self.pressure;
        self.radius * (1.0 + depth * (phase + 0.25 * i as f32).sin())
    }

    /// Moves the pieces into an image of `size` pixels, shrinking them if they would not fit.
    pub(crate) fn settle(&self, segments: &mut [Segment], size: f32) {
        let (low, high) = bounds(segments);
        // The widest stroke with its soft edge ends before the outermost pixels.
        let border = 0.5 + (1.0 + self.pressure.1) * (self.radius + 0.5);
        let room = (size - 2.0 * border).max(1.0);
        let extent = (high[0] - low[0]).max(high[1] - low[1]);
        let shrink = (room / extent.max(f32::MIN_POSITIVE)).min(1.0);
        let shift: Point = std::array::from_fn(|k| {
            let free = 0.5 * (room - shrink * (high[k] - low[k]));
            0.5 * size - shrink * 0.5 * (low[k] + high[k]) + self.place[k] * free.clamp(0.0, 0.08 * size)
        });
        let settle = |p: Point| [shrink * p[0] + shift[0], shrink * p[1] + shift[1]];
        for segment in segments {
            segment.from = settle(segment.from);
            segment.to = settle(segment.to);
        }
    }
}

fn bounds(segments: &[Segment]) -> (Point, Point) {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for point in segments.iter().flat_map(|s| [s.from, s.to]) {
        for k in 0..2 {
            low[k] = low[k].min(point[k]);
            high[k] = high[k].max(point[k]);
        }
    }
    (low, high)
}
