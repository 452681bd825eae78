mod column;
mod truth;
mod world;

pub use column::Mode;
pub use world::Tabular;
