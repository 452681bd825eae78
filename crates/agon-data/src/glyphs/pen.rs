//! From the points that a pen passes to short straight segments.

use super::shapes::Point;

/// A straight piece of a stroke, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) from: Point,
    pub(crate) to: Point,
}

/// Pieces are about this many pixels long: short enough for curves to look round.
const LENGTH: f32 = 1.5;
const MOST_PIECES: f32 = 64.0;

/// Follows the smooth curve through the points (Catmull and Rom's spline) and adds its pieces.
pub(crate) fn trace(points: &[Point], segments: &mut Vec<Segment>) {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return;
    };
    let at = |i: usize| points.get(i).copied().unwrap_or(last);
    let mut from = first;
    for i in 1..points.len() {
        let (before, start, end, after) = (at(i.saturating_sub(2)), at(i - 1), at(i), at(i + 1));
        let pieces = (length(start, end) / LENGTH).ceil().clamp(0.0, MOST_PIECES) as usize;
        for piece in 1..=pieces {
            let to = spline([before, start, end, after], piece as f32 / pieces as f32);
            segments.push(Segment { from, to });
            from = to;
        }
    }
}

fn length(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The curve from the second to the third of four points, at `t` in `[0, 1]`.
fn spline([a, b, c, d]: [Point; 4], t: f32) -> Point {
    std::array::from_fn(|k| {
        let linear = c[k] - a[k];
        let quadratic = 2.0 * a[k] - 5.0 * b[k] + 4.0 * c[k] - d[k];
        let cubic = 3.0 * (b[k] - c[k]) + d[k] - a[k];
        b[k] + 0.5 * t * (linear + t * (quadratic + t * cubic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_passes_its_points() {
        let points = [[0.0, 0.0], [10.0, 3.0], [12.0, 9.0], [12.0, 9.0], [0.0, 9.0]];
        let mut segments = Vec::new();
        trace(&points, &mut segments);
        for point in points {
            let near = segments
                .iter()
                .any(|s| length(s.from, point).min(length(s.to, point)) < 1e-4);
            assert!(near, "{point:?} is not on the curve");
        }
        assert!(segments.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn fewer_than_two_points_leave_no_trace() {
        let mut segments = Vec::new();
        trace(&[], &mut segments);
        trace(&[[1.0, 2.0]], &mut segments);
        assert!(segments.is_empty());
    }
}
