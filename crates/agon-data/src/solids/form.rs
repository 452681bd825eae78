/// What a solid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A cuboid.
    Box,
    /// A ball.
    Sphere,
    /// A round column.
    Cylinder,
    /// A round pyramid.
    Cone,
    /// A ring.
    Torus,
}

impl Form {
    /// Every form, in the order of their labels.
    pub const ALL: [Self; 5] = [Self::Box, Self::Sphere, Self::Cylinder, Self::Cone, Self::Torus];

    /// Its number in [`ALL`](Self::ALL).
    pub fn label(self) -> u8 {
        self as u8
    }
}

/// A place in space.
pub(crate) type Place = [f32; 3];

/// The distance to the surface of a cuboid with these half sides, negative inside.
pub(crate) fn cuboid(place: Place, half: Place) -> f32 {
    let over = [0, 1, 2].map(|k| place[k].abs() - half[k]);
    let outside = over.map(|v| v.max(0.0));
    length(outside) + over[0].max(over[1]).max(over[2]).min(0.0)
}

/// The distance to a cylinder around the third axis.
pub(crate) fn cylinder([x, y, z]: Place, radius: f32, half: f32) -> f32 {
    let (over, beyond) = (x.hypot(y) - radius, z.abs() - half);
    over.max(0.0).hypot(beyond.max(0.0)) + over.max(beyond).min(0.0)
}

/// The distance to a cone around the third axis, with its base at `-half` and its tip at `half`.
pub(crate) fn cone([x, y, z]: Place, radius: f32, half: f32) -> f32 {
    let around = x.hypot(y);
    // In the half plane through the axis it is a triangle: base, and the side from the rim to the tip.
    let to_base = (around - around.clamp(0.0, radius)).hypot(z + half);
    let (dx, dz) = (-radius, 2.0 * half);
    let along = ((around - radius) * dx + (z + half) * dz) / (dx * dx + dz * dz);
    let t = along.clamp(0.0, 1.0);
    let to_side = (around - radius - t * dx).hypot(z + half - t * dz);
    let beside = (around - radius) * dz - (z + half) * dx;
    let distance = to_base.min(to_side);
    if z > -half && beside < 0.0 { -distance } else { distance }
}

/// The distance to a ring around the third axis.
pub(crate) fn torus([x, y, z]: Place, radius: f32, tube: f32) -> f32 {
    (x.hypot(y) - radius).hypot(z) - tube
}

fn length([x, y, z]: Place) -> f32 {
    x.hypot(y).hypot(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_at_known_places() {
        let near = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
        near(cuboid([0.0, 0.0, 0.0], [1.0, 2.0, 3.0]), -1.0);
        near(cuboid([4.0, 6.0, 0.0], [1.0, 2.0, 3.0]), 5.0);
        near(cylinder([0.0, 0.0, 0.5], 1.0, 2.0), -1.0);
        near(cylinder([4.0, 0.0, 6.0], 1.0, 2.0), 5.0);
        near(cone([0.0, 0.0, 3.0], 1.0, 1.0), 2.0);
        near(cone([0.0, 0.0, -1.5], 1.0, 1.0), 0.5);
        near(cone([0.5, 0.0, 0.0], 1.0, 1.0), 0.0);
        near(cone([0.0, 0.0, 0.0], 1.0, 1.0), -1.0 / 5.0_f32.sqrt());
        near(torus([1.0, 0.0, 0.0], 1.0, 0.25), -0.25);
        near(torus([0.0, 0.0, 0.0], 1.0, 0.25), 0.75);
    }

    /// A distance changes by one per unit of way, wherever one goes away from the surface.
    #[test]
    fn distances_have_slope_one() {
        let solids: [&dyn Fn(Place) -> f32; 4] = [
            &|p| cuboid(p, [0.5, 0.3, 0.7]),
            &|p| cylinder(p, 0.4, 0.6),
            &|p| cone(p, 0.5, 0.6),
            &|p| torus(p, 0.6, 0.2),
        ];
        for distance in solids {
            for i in 0..100 {
                let t = i as f32;
                let place = [(t * 0.71).sin(), (t * 1.13).cos(), (t * 0.37).sin()];
                let slope = [0, 1, 2].map(|k| {
                    let (mut up, mut down) = (place, place);
                    up[k] += 1e-2;
                    down[k] -= 1e-2;
                    (distance(up) - distance(down)) / 2e-2
                });
                assert!(length(slope) < 1.001, "{place:?}: {slope:?}");
            }
        }
    }
}
