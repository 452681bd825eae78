//! From images to features: pixels, a classifier of glyphs that comes along, Inception-V3, any network.

mod custom;
mod extractor;
mod glyphs;
mod inception;
mod pixels;
mod resize;

pub use custom::Custom;
pub use extractor::{Extracted, FeatureExtractor};
pub use glyphs::{GlyphClassifier, GlyphNetwork};
pub use inception::{Inception, Tap, Weights};
pub use pixels::Pixels;
pub use resize::resize_as_tensorflow_1;
