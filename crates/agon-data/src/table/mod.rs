//! Tables of numbers and categories.

mod column;
mod options;
mod read;
mod schema;
mod set;
mod survey;
mod value;

pub use column::{Column, ColumnKind};
pub use options::{Scaling, TableOptions};
pub use schema::Schema;
pub use set::Table;
pub use value::Value;
