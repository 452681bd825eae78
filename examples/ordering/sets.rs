//! Sets of images whose faults are known.

use agon::prelude::*;
use burn::tensor::{TensorData, module::conv2d, ops::ConvOptions};
use rand::{RngExt, SeedableRng};

/// What is wrong with a set of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: other glyphs of the same kind.
    None,
    /// Smeared by a Gaussian of 1.5 pixels.
    Blurred,
    /// Five of the ten digits only.
    Dropped,
    /// The training images themselves, slightly noisy.
    Memorised,
    /// No glyphs at all: each pixel by chance.
    Noise,
}

impl Fault {
    pub const ALL: [Self; 5] = [Self::None, Self::Blurred, Self::Dropped, Self::Memorised, Self::Noise];

    /// The title of its column.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "real",
            Self::Blurred => "blurred",
            Self::Dropped => "dropped",
            Self::Memorised => "memorised",
            Self::Noise => "noise",
        }
    }
}

/// Images `[n, 1, 32, 32]` and the digits they show, or pretend to.
pub type Set = (Tensor<4>, Vec<u8>);

/// The seed of the training images, and that of all others.
const TRAIN: u64 = 1;
const OTHERS: u64 = 2;

/// The training images.
pub fn train(n: usize, device: &Device) -> Result<Set> {
    let glyphs = Glyphs::new();
    Ok((glyphs.images(n, TRAIN, device)?, glyphs.labels(n, TRAIN)?))
}

/// Images with this fault.
pub fn with(fault: Fault, n: usize, device: &Device) -> Result<Set> {
    let glyphs = Glyphs::new();
    let fresh = |glyphs: Glyphs| -> Result<Set> { Ok((glyphs.images(n, OTHERS, device)?, glyphs.labels(n, OTHERS)?)) };
    Ok(match fault {
        Fault::None => fresh(glyphs)?,
        Fault::Blurred => {
            let (images, labels) = fresh(glyphs)?;
            (blurred(images), labels)
        }
        Fault::Dropped => fresh(glyphs.digits(&[0, 1, 2, 3, 4]))?,
        Fault::Memorised => {
            let (images, labels) = train(n, device)?;
            let noise = chance(n, device) * 0.02;
            ((images + noise).clamp(-1.0, 1.0), labels)
        }
        Fault::Noise => (chance(n, device), glyphs.labels(n, OTHERS)?),
    })
}

/// Each pixel uniform from -1 to 1.
fn chance(n: usize, device: &Device) -> Tensor<4> {
    let mut random = rand::rngs::ChaCha8Rng::seed_from_u64(OTHERS);
    let pixels: Vec<f32> = (0..n * 32 * 32).map(|_| random.random_range(-1.0..1.0)).collect();
    Tensor::from_data(TensorData::new(pixels, [n, 1, 32, 32]), device)
}

/// Smeared by a Gaussian of deviation 1.5, on black.
fn blurred(images: Tensor<4>) -> Tensor<4> {
    let weight = |i: i32| (-f64::from(i * i) / (2.0 * 1.5 * 1.5)).exp() as f32;
    let weights: Vec<f32> = (-4..=4).map(weight).collect();
    let sum: f32 = weights.iter().sum();
    let weights = Tensor::<1>::from_floats(&weights[..], &images.device()) / sum;
    let options = |padding| ConvOptions::new([1, 1], padding, [1, 1], 1);
    let down = conv2d(
        images + 1.0,
        weights.clone().reshape([1, 1, 9, 1]),
        None,
        options([4, 0]),
    );
    conv2d(down, weights.reshape([1, 1, 1, 9]), None, options([0, 4])) - 1.0
}
