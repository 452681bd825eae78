//! Statistics of a reference set, computed once.

mod file;
mod npz;
mod reference;

pub use reference::{Recipe, ReferenceStatistics};
