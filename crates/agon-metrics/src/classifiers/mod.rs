//! Scores by what classifiers say of samples, or learn from them.

mod accuracy_score;
mod am_score;
mod both_sides;
mod classifier;
mod inception_score;
mod judgements;
mod labelled;
mod lbfgs;
mod linear;
mod linear_probe;
mod mode_score;
mod per_class;
#[cfg(test)]
mod testing;

pub use accuracy_score::AccuracyScore;
pub use am_score::AmScore;
pub use classifier::Classifier;
pub use inception_score::InceptionScore;
pub use labelled::Labelled;
pub use linear::Linear;
pub use linear_probe::LinearProbe;
pub use mode_score::ModeScore;
pub use per_class::PerClass;
