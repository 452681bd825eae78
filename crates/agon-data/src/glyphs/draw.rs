//! One glyph, from its seed and number to its pixels.

use rand::{Rng, RngExt};

use super::canvas::Canvas;
use super::ink::Ink;
use super::pen::{Segment, trace};
use super::pose::Pose;
use super::shapes::{Point, SHAPES};
use crate::random::{Random, mix, stream};

/// What all glyphs of a set have in common.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub(crate) size: usize,
    pub(crate) channels: usize,
    pub(crate) noise: f32,
    pub(crate) digits: Vec<u8>,
    /// How many of the ways to write a digit there are at most.
    pub(crate) hands: usize,
}

/// A desk to draw on, reused from glyph to glyph.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    style: &'a Style,
    canvas: Canvas,
    segments: Vec<Segment>,
    points: Vec<Point>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self {
            style,
            canvas: Canvas::new(style.size),
            segments: Vec::new(),
            points: Vec::new(),
        }
    }

    /// Draws the glyph `index` of `seed` into `pixels` and says which digit it is.
    ///
    /// `pixels` holds `channels * size * size` values.
    pub(crate) fn draw(&mut self, seed: u64, index: u64, pixels: &mut [f32]) -> u8 {
        let mut random = stream(seed, index);
        let digit = digit(&self.style.digits, &mut random);
        let radius = self.write(digit, &mut random);
        let ink = match self.style.channels {
            1 => Ink::GREY,
            _ => Ink::random(&mut random),
        };
        let area = self.style.size * self.style.size;
        for (channel, plane) in pixels.chunks_mut(area).enumerate() {
            let (paper, pen) = (ink.paper[channel], ink.pen[channel]);
            for (pixel, coverage) in plane.iter_mut().zip(self.canvas.coverage(radius)) {
                *pixel = paper + (pen - paper) * coverage;
            }
        }
        if self.style.noise > 0.0 {
            add_noise(pixels, self.style.noise, random.next_u64());
        }
        digit
    }

    /// Writes the digit on the canvas and says how wide the strokes are to each side.
    fn write(&mut self, digit: u8, random: &mut Random) -> f32 {
        let shapes = SHAPES[usize::from(digit)];
        let shapes = &shapes[..shapes.len().min(self.style.hands)];
        let shape = shapes[random.random_range(0..shapes.len())];
        let size = self.style.size as f32;
        let pose = Pose::random(size, random);
        self.segments.clear();
        for stroke in shape {
            self.points.clear();
            self.points.extend(stroke.iter().map(|&point| pose.apply(point)));
            trace(&self.points, &mut self.segments);
        }
        pose.settle(&mut self.segments, size);
        self.canvas.clear();
        for (i, &segment) in self.segments.iter().enumerate() {
            self.canvas.draw(segment, pose.radius_at(i));
        }
        pose.radius
    }
}

/// Which digit the glyph `index` of `seed` is, without drawing it.
pub(crate) fn label(style: &Style, seed: u64, index: u64) -> u8 {
    digit(&style.digits, &mut stream(seed, index))
}

/// Always one draw, so that what follows does not depend on how many digits there are to choose from.
fn digit(digits: &[u8], random: &mut Random) -> u8 {
    let choice = (u128::from(random.next_u64()) * digits.len() as u128) >> 64;
    digits[choice as usize]
}

/// Adds noise of nearly normal distribution and keeps the values in `[-1, 1]`.
///
/// The sum of four uniform bytes has mean 510 and variance `4 (256^2 - 1) / 12`.
fn add_noise(pixels: &mut [f32], deviation: f32, seed: u64) {
    let scale = deviation / 147.801;
    for (i, pair) in pixels.chunks_mut(2).enumerate() {
        let bytes = mix(seed, i as u64).to_le_bytes();
        for (pixel, four) in pair.iter_mut().zip(bytes.chunks(4)) {
            let sum: u16 = four.iter().map(|&byte| u16::from(byte)).sum();
            *pixel = (*pixel + scale * (f32::from(sum) - 510.0)).clamp(-1.0, 1.0);
        }
    }
}
