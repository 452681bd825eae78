//! What lies between, beside and beyond the codes of a generator, as images.
//!
//! [`Latent`] draws walks between codes, sums of them, truncated ones, and walks along single coordinates.
//! The mathematics behind it stands by itself: [`linear`] and [`spherical`] interpolation, [`between`],
//! [`mean`] and [`analogy`].

mod codes;
mod explorer;

pub use codes::{Walk, analogy, between, linear, mean, spherical};
pub use explorer::{Latent, Truncation, class_grid};
