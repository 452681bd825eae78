use std::f32::consts::PI;

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::form::{self, Form, Place};
use crate::random::{Random, stream};

/// What one item of [`Solids`](super::Solids) is, in units of the side of the cube it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solid {
    /// The form.
    pub form: Form,
    /// Its measures: half sides of a box; radius of a sphere; radius and half height of a cylinder and of a
    /// cone; radii of the ring and of its tube. What is not needed is zero.
    pub measures: [f32; 3],
    /// Where its middle is, 0 to 1 along each axis: to the right, downwards, away from who looks from the front.
    pub centre: [f32; 3],
    /// How it is turned: the rows are its own three axes, the last of which is the one of cylinder, cone and
    /// torus.
    pub axes: [[f32; 3]; 3],
}

/// No solid reaches farther from its middle than this.
const REACH: f32 = 0.44;

impl Solid {
    /// The solid `index` of `seed`.
    pub(super) fn draw(forms: &[Form], turned: bool, seed: u64, index: u64) -> Self {
        let mut random = stream(seed, index);
        // Always one draw, so that what follows does not depend on how many forms there are to choose from.
        let choice = (u128::from(random.next_u64()) * forms.len() as u128) >> 64;
        let form = forms[choice as usize];
        let shares = [0; 3].map(|_| random.random::<f32>());
        let measures = measures(form, shares);
        let axes = axes(&mut random);
        let free = REACH - reach(form, measures);
        let centre = [0; 3].map(|_| 0.5 + free * (2.0 * random.random::<f32>() - 1.0));
        // Cylinders and cones stand: their own third axis points up, and `y` points down.
        let upright = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]];
        Self {
            form,
            measures,
            centre,
            axes: if turned { axes } else { upright },
        }
    }

    /// The distance of a place in the cube to the surface, negative inside.
    pub fn distance(&self, place: [f32; 3]) -> f32 {
        let from = [0, 1, 2].map(|k| place[k] - self.centre[k]);
        let own = self
            .axes
            .map(|axis| axis[0] * from[0] + axis[1] * from[1] + axis[2] * from[2]);
        let [a, b, _] = self.measures;
        match self.form {
            Form::Box => form::cuboid(own, self.measures),
            Form::Sphere => form::torus(own, 0.0, a),
            Form::Cylinder => form::cylinder(own, a, b),
            Form::Cone => form::cone(own, a, b),
            Form::Torus => form::torus(own, a, b),
        }
    }

    /// Its volume; the cube's is 1.
    pub fn volume(&self) -> f32 {
        let [a, b, c] = self.measures;
        match self.form {
            Form::Box => 8.0 * a * b * c,
            Form::Sphere => 4.0 / 3.0 * PI * a.powi(3),
            Form::Cylinder => 2.0 * PI * a * a * b,
            Form::Cone => 2.0 / 3.0 * PI * a * a * b,
            Form::Torus => 2.0 * PI * PI * a * b * b,
        }
    }
}

/// Measures between their bounds, from numbers in `[0, 1)`.
fn measures(form: Form, [u, v, w]: [f32; 3]) -> [f32; 3] {
    let between = |low: f32, high: f32, u: f32| low + (high - low) * u;
    match form {
        Form::Box => [u, v, w].map(|u| between(0.1, 0.25, u)),
        Form::Sphere => [between(0.18, 0.36, u), 0.0, 0.0],
        Form::Cylinder => [between(0.1, 0.22, u), between(0.15, 0.34, v), 0.0],
        Form::Cone => [between(0.18, 0.28, u), between(0.2, 0.32, v), 0.0],
        Form::Torus => [between(0.2, 0.28, u), between(0.07, 0.13, v), 0.0],
    }
}

/// How far a solid reaches from its middle.
fn reach(form: Form, [a, b, c]: [f32; 3]) -> f32 {
    match form {
        Form::Box => a.hypot(b).hypot(c),
        Form::Sphere => a,
        Form::Cylinder | Form::Cone => a.hypot(b),
        Form::Torus => a + b,
    }
}

/// Three axes turned at random, every way equally likely: a quaternion of four normal numbers.
fn axes(random: &mut Random) -> [Place; 3] {
    let mut four = [0; 4].map(|_| random.sample::<f32, _>(StandardNormal));
    let length = four.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    four.iter_mut().for_each(|v| *v /= length);
    let [w, x, y, z] = four;
    [
        [
            1.0 - 2.0 * (y * y + z * z),
            2.0 * (x * y - w * z),
            2.0 * (x * z + w * y),
        ],
        [
            2.0 * (x * y + w * z),
            1.0 - 2.0 * (x * x + z * z),
            2.0 * (y * z - w * x),
        ],
        [
            2.0 * (x * z - w * y),
            2.0 * (y * z + w * x),
            1.0 - 2.0 * (x * x + y * y),
        ],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solids_lie_within_their_cube_and_fill_their_volume() {
        let side = 40;
        for form in Form::ALL {
            for index in 0..5 {
                let solid = Solid::draw(&[form], true, 3, index);
                let mut inside = 0;
                for i in 0..side * side * side {
                    let place = [i / (side * side), i / side % side, i % side].map(|k| (k as f32 + 0.5) / side as f32);
                    let distance = solid.distance(place);
                    let edge = place.iter().any(|&p| !(0.05..0.95).contains(&p));
                    assert!(distance > 0.0 || !edge, "{solid:?} at {place:?}");
                    inside += usize::from(distance < 0.0);
                }
                let volume = inside as f32 / (side * side * side) as f32;
                assert!(
                    (volume / solid.volume() - 1.0).abs() < 0.05,
                    "{solid:?}: {volume}, {}",
                    solid.volume()
                );
            }
        }
    }

    #[test]
    fn axes_stay_at_right_angles() {
        for index in 0..50 {
            let axes = Solid::draw(&Form::ALL, true, 1, index).axes;
            for i in 0..3 {
                for j in 0..3 {
                    let dot: f32 = (0..3).map(|k| axes[i][k] * axes[j][k]).sum();
                    assert!((dot - f32::from(u8::from(i == j))).abs() < 1e-5);
                }
            }
        }
    }
}
