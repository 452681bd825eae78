//! What a network's weights must obey.

pub(crate) mod matrix;
mod spectral_norm;
mod weight_clip;

pub use spectral_norm::{SpectralNorm, SpectralNormalized};
pub use weight_clip::WeightClip;
