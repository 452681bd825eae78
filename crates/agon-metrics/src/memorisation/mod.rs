//! Whether a generator repeats what it has learnt from.

mod authenticity;
mod cosine;
mod mifid;
mod nearest_ratio;

pub use authenticity::Authenticity;
pub use mifid::Mifid;
pub use nearest_ratio::NearestRatio;
