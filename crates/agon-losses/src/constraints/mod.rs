//! What a network's weights must obey.

mod equalized_rate;
pub(crate) mod matrix;
mod spectral_norm;
mod weight_clip;

pub use equalized_rate::{Equalized, EqualizedRate};
pub use spectral_norm::{SpectralNorm, SpectralNormalized};
pub use weight_clip::WeightClip;
