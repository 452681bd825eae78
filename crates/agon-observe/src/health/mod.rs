//! A physician for runs: what goes wrong with adversarial training, how it is seen, and what is done about it.

mod condition;
mod detector;
mod monitor;
mod remedy;
mod samples;
mod state;
mod symptom;
mod treatment;
mod vitals;

pub(crate) use condition::{Condition, is_monitor};
pub use monitor::Health;
pub use remedy::{Remedy, SlowDown};
pub use samples::{FeaturesOf, NoSamples, SampleFeatures};
pub use symptom::{Symptom, Trouble};
