//! How good single samples are, and how much of the data they cover.

mod class_histogram;
mod classifier_test;
mod density_coverage;
mod mode_coverage;
mod nearest_neighbour_test;
mod neighbourhoods;
mod precision_recall;

pub use class_histogram::{ClassHistogram, stacked_classes};
pub use classifier_test::ClassifierTest;
pub use density_coverage::DensityCoverage;
pub use mode_coverage::ModeCoverage;
pub use nearest_neighbour_test::NearestNeighbourTest;
pub use neighbourhoods::Neighbourhoods;
pub use precision_recall::PrecisionRecall;
