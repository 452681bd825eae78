mod canvas;
mod draw;
mod ink;
mod labelled;
mod pen;
mod pose;
mod set;
mod shapes;

pub use labelled::LabelledGlyphs;
pub use set::Glyphs;
