//! What a run was, and what came of it: enough to repeat it and to compare.

mod differences;
mod environment;
mod observer;
mod record;

pub use differences::Difference;
pub use environment::{Command, Machine, Versions};
pub use observer::RunManifest;
pub use record::{PlayerRecord, RunRecord};
