mod csv;
mod json_lines;
mod log;

pub use log::{LogFormat, MetricsLog};
