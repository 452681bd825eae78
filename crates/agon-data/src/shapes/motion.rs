use std::f32::consts::TAU;

use rand::RngExt;

use super::figure::Figure;
use super::scene::{BORDER, Scene};
use crate::random::stream;

/// What one video of [`MovingShapes`](super::MovingShapes) shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// The first frame.
    pub start: Scene,
    /// Where it moves at first: 0 to the right, and on clockwise in steps of 45 degrees to 7.
    pub direction: u8,
    /// How far it moves from frame to frame, in sides of the picture.
    pub speed: f32,
    /// By how much it turns from frame to frame, clockwise, in radians.
    pub spin: f32,
}

/// How many directions there are.
pub(super) const DIRECTIONS: u8 = 8;
const RADIUS: [f32; 2] = [0.12, 0.22];
const SPEED: [f32; 2] = [0.03, 0.08];
const SPIN: f32 = 0.12;

impl Motion {
    /// The motion `index` of `seed`.
    pub(super) fn draw(figures: &[Figure], seed: u64, index: u64) -> Self {
        let mut random = stream(seed, index);
        let start = Scene::random(figures, RADIUS, &mut random);
        Self {
            start,
            direction: random.random_range(0..DIRECTIONS),
            speed: SPEED[0] + (SPEED[1] - SPEED[0]) * random.random::<f32>(),
            spin: SPIN * (2.0 * random.random::<f32>() - 1.0),
        }
    }

    /// The velocity before the first bounce: to the right and downwards, in sides of the picture for a frame.
    pub fn velocity(&self) -> [f32; 2] {
        let (sin, cos) = (TAU * f32::from(self.direction) / f32::from(DIRECTIONS)).sin_cos();
        [self.speed * cos, self.speed * sin]
    }

    /// What frame `frame`, from 0, shows: the figure flies straight on and is thrown back by the edges.
    pub fn at(&self, frame: usize) -> Scene {
        let (time, low) = (frame as f32, self.start.radius + BORDER);
        let [x, y] = self.velocity();
        let [from_x, from_y] = self.start.centre;
        let centre = [from_x + x * time, from_y + y * time].map(|place| bounced(place, low, 1.0 - low));
        let scene = self.start.turned(self.spin * time);
        Scene { centre, ..scene }
    }
}

/// A place on a straight way, thrown back whenever it would leave the interval.
fn bounced(place: f32, low: f32, high: f32) -> f32 {
    let room = high - low;
    let way = (place - low).rem_euclid(2.0 * room);
    low + if way > room { 2.0 * room - way } else { way }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_bounces_at_both_ends() {
        for (place, expected) in [(0.3, 0.3), (0.9, 0.7), (1.2, 0.4), (0.1, 0.3), (1.5, 0.3), (-0.7, 0.5)] {
            assert!((bounced(place, 0.2, 0.8) - expected).abs() < 1e-6, "{place}");
        }
    }

    #[test]
    fn figures_move_at_their_speed_and_never_leave() {
        let mut bounces = 0;
        for i in 0..200 {
            let motion = Motion::draw(&Figure::ALL, 5, i);
            for frame in 0..40 {
                let (now, next) = (motion.at(frame), motion.at(frame + 1));
                let reach = now.radius + 0.069;
                assert!(now.centre.iter().all(|c| (reach..=1.0 - reach).contains(c)), "{now:?}");
                let [dx, dy] = [0, 1].map(|k| next.centre[k] - now.centre[k]);
                let moved = dx.hypot(dy);
                assert!(moved < motion.speed + 1e-5);
                bounces += usize::from(moved < motion.speed - 1e-4);
            }
        }
        assert!((100..4000).contains(&bounces), "{bounces}");
    }

    #[test]
    fn every_direction_is_drawn_and_is_where_the_figure_goes() {
        let mut seen = [0; 8];
        for i in 0..400 {
            let motion = Motion::draw(&Figure::ALL, 6, i);
            seen[usize::from(motion.direction)] += 1;
            let angle = motion.velocity()[1].atan2(motion.velocity()[0]).rem_euclid(TAU);
            let expected = TAU * f32::from(motion.direction) / 8.0;
            assert!((angle - expected).abs() < 1e-4 || (angle - expected).abs() > TAU - 1e-4);
        }
        assert!(seen.iter().all(|&count| count > 25), "{seen:?}");
    }
}
