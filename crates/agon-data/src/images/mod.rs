//! Images from arrays of numbers, and from whatever is at a path.

mod cifar;
mod open;
mod options;
mod picture;
mod range;
mod recognise;
mod resample;
mod set;

pub use cifar::Cifar;
pub use open::{open_images, open_labelled_images};
pub use options::{ImageOptions, Split};
pub use set::Images;
