mod column;
mod schema;
mod truth;
mod world;

pub use column::Mode;
pub use schema::{Field, FieldKind, TabularSchema, Value};
pub use world::Tabular;
