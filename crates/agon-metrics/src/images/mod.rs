//! Pairs of images, and the variety of a set of them.

mod diversity;
mod noise;
mod pairs;
mod path_length;
mod perceptual;
mod structure;

pub use diversity::Diversity;
pub use noise::peak_signal_to_noise;
pub use pairs::{Measure, MsSsim, Pairs, Psnr, Ssim};
pub use path_length::PathLength;
pub use perceptual::PerceptualDistance;
pub use structure::Structure;
