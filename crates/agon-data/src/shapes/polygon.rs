//! Distances to polygons.

/// A place in the plane.
pub(crate) type Point = [f32; 2];

/// The distance to the border of a polygon, negative inside.
pub(crate) fn distance([x, y]: Point, corners: &[Point]) -> f32 {
    let mut nearest = f32::MAX;
    let mut inside = false;
    let mut previous = corners.last().copied().unwrap_or_default();
    for &corner in corners {
        let [ax, ay] = previous;
        let [bx, by] = corner;
        let (dx, dy) = (bx - ax, by - ay);
        let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
        let t = along.clamp(0.0, 1.0);
        let (ex, ey) = (x - ax - t * dx, y - ay - t * dy);
        nearest = nearest.min(ex * ex + ey * ey);
        // A ray to the right crosses the border an odd number of times from inside.
        if (ay > y) != (by > y) && x < ax + (y - ay) / dy * dx {
            inside = !inside;
        }
        previous = corner;
    }
    if inside { -nearest.sqrt() } else { nearest.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_to_a_square() {
        let square = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        for (point, expected) in [
            ([0.0, 0.0], -1.0),
            ([0.5, 0.0], -0.5),
            ([3.0, 0.0], 2.0),
            ([4.0, 5.0], 5.0),
            ([0.0, -1.0], 0.0),
        ] {
            assert!((distance(point, &square) - expected).abs() < 1e-6, "{point:?}");
        }
    }
}
