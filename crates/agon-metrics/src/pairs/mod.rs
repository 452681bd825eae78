//! All pairs of two sets of samples, tile by tile: what is kept is never a matrix of all distances.

mod frame;
mod neighbours;
mod shortlist;
mod survey;
mod tiles;

pub(crate) use frame::{Frame, Side, doubt};
pub use neighbours::Neighbours;
pub(crate) use neighbours::same_width;
pub(crate) use survey::Survey;
pub(crate) use tiles::{Tile, across, within};
