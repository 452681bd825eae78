//! A classifier of glyphs, whose weights come along.

mod extractor;
mod network;

pub use extractor::GlyphClassifier;
pub use network::GlyphNetwork;
