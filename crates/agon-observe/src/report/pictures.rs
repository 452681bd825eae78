use agon_core::Result;
use serde::{Deserialize, Serialize};

use crate::Image;
use crate::image::encode;
use crate::page::base64;

/// The most pictures that are kept of one kind.
pub(super) const MOST: usize = 40;
/// The most letters that they take together.
const LETTERS: usize = 4_000_000;
/// The most pixels of one; larger ones are reduced.
const PIXELS: usize = 700_000;

/// One kind of picture over rounds, in bounded memory: when there are too many, every other one goes.
///
/// The first and the newest are always there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pictures {
    pub name: String,
    /// Rounds between two that stay.
    pub apart: u64,
    pub frames: Vec<Frame>,
}

/// The picture of one round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Frame {
    pub step: u64,
    pub width: usize,
    pub height: usize,
    /// A PNG file in base64.
    pub png: String,
}

impl Pictures {
    pub fn new(name: &str, every: u64) -> Self {
        Self {
            name: name.to_owned(),
            apart: every.max(1),
            frames: Vec::new(),
        }
    }

    /// Whether there is one of this round.
    pub fn has(&self, step: u64) -> bool {
        self.frames.last().is_some_and(|frame| frame.step == step)
    }

    /// Adds the picture of a round later than all before.
    pub fn push(&mut self, step: u64, image: &Image) -> Result<()> {
        let image = reduced(image);
        let frame = Frame {
            step,
            width: image.width,
            height: image.height,
            png: base64(&encode(&image)?),
        };
        // One that was only there as the newest makes place.
        self.frames.pop_if(|newest| !newest.step.is_multiple_of(self.apart));
        self.frames.push(frame);
        while self.is_too_much() {
            self.apart *= 2;
            let apart = self.apart;
            self.frames
                .retain(|frame| frame.step.is_multiple_of(apart) || frame.step == step);
        }
        Ok(())
    }

    /// Forgets what came after round `last`.
    pub fn keep(&mut self, last: u64) {
        self.frames.retain(|frame| frame.step <= last);
    }

    fn is_too_much(&self) -> bool {
        let staying = self.frames.iter().filter(|frame| frame.step.is_multiple_of(self.apart));
        let (count, letters) = staying.fold((0, 0), |(n, letters), frame| (n + 1, letters + frame.png.len()));
        count > MOST || (count > 2 && letters > LETTERS)
    }
}

/// The image, or one in which each pixel is the mean of a square of its pixels.
fn reduced(image: &Image) -> Image {
    let by = ((image.width * image.height) as f64 / PIXELS as f64).sqrt().ceil() as usize;
    let (width, height, channels) = (image.width / by.max(1), image.height / by.max(1), image.channels);
    if by <= 1 || width * height == 0 || image.bytes.len() < image.width * image.height * channels {
        return image.clone();
    }
    let mut bytes = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let row = |dy: usize| ((y * by + dy) * image.width + x * by) * channels + channel;
                let square = (0..by).flat_map(|dy| image.bytes[row(dy)..].iter().step_by(channels).take(by));
                let sum: usize = square.map(|&byte| usize::from(byte)).sum();
                bytes.push((sum / (by * by)) as u8);
            }
        }
    }
    Image {
        width,
        height,
        channels,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(step: u64) -> Image {
        Image::filled(4, 4, &[(step % 251) as u8])
    }

    /// Pictures every 20 rounds, and one when the run ends.
    fn run(pictures: &mut Pictures, from: u64, to: u64) {
        for step in from..=to {
            if (step.is_multiple_of(20) || step == to) && !pictures.has(step) {
                pictures.push(step, &grey(step)).unwrap();
            }
        }
    }

    #[test]
    fn long_runs_are_thinned_evenly() {
        let mut pictures = Pictures::new("samples", 20);
        run(&mut pictures, 0, 99_990);
        let steps: Vec<u64> = pictures.frames.iter().map(|frame| frame.step).collect();
        assert!(steps.len() > MOST / 2 && steps.len() <= MOST + 1, "{steps:?}");
        assert_eq!((steps[0], steps[steps.len() - 1]), (0, 99_990));
        let even = &steps[..steps.len() - 1];
        assert!(
            even.windows(2).all(|pair| pair[1] - pair[0] == pictures.apart),
            "{steps:?}"
        );
    }

    #[test]
    fn resumed_pictures_equal_those_never_stopped() {
        let mut whole = Pictures::new("samples", 20);
        run(&mut whole, 0, 5_000);
        for (stopped, resumed) in [(13, 13), (999, 500), (4_990, 1_234), (4_990, 4_990), (800, 0)] {
            let mut parts = Pictures::new("samples", 20);
            run(&mut parts, 0, stopped);
            parts.keep(resumed);
            run(&mut parts, resumed + 1, 5_000);
            assert_eq!(whole, parts, "stopped at {stopped}, resumed at {resumed}");
        }
    }

    #[test]
    fn large_pictures_are_few_and_reduced() {
        let mut pictures = Pictures::new("samples", 1);
        let noise = |step: u64| (0..1_200 * 900).map(move |i| agon_core::random::mix(step, i) as u8);
        for step in 0..12 {
            let image = Image {
                width: 1_200,
                height: 900,
                channels: 1,
                bytes: noise(step).collect(),
            };
            pictures.push(step, &image).unwrap();
        }
        let letters: usize = pictures.frames.iter().map(|frame| frame.png.len()).sum();
        assert!(letters < LETTERS + 1_000_000, "{letters}");
        assert_eq!((pictures.frames[0].width, pictures.frames[0].height), (600, 450));
        let flat = Image::filled(2_000, 2_000, &[10, 20, 30]);
        assert_eq!(reduced(&flat), Image::filled(666, 666, &[10, 20, 30]));
    }
}
