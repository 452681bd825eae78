mod form;
mod labelled;
mod projection;
mod set;
mod solid;

pub use form::Form;
pub use labelled::{LabelledSolids, ProjectedSolids};
pub use projection::{Projection, View};
pub use set::Solids;
pub use solid::Solid;
