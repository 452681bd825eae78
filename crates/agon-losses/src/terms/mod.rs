//! Terms beside the adversarial loss: functions of plain tensors.

mod auxiliary_classifier;
mod cycle_consistency;
mod feature_matching;
mod gradient_difference;
mod identity;
mod mutual_information;
mod perceptual;
mod pull_away;
mod reconstruction;
mod semi_supervised;
mod total_variation;

pub use auxiliary_classifier::auxiliary_classifier;
pub use cycle_consistency::cycle_consistency;
pub use feature_matching::feature_matching;
pub use gradient_difference::gradient_difference;
pub use identity::identity;
pub use mutual_information::{categorical_information, gaussian_divergence, gaussian_information};
pub use perceptual::perceptual;
pub use pull_away::pull_away;
pub use reconstruction::{l1, l2};
pub use semi_supervised::{semi_supervised_labelled, semi_supervised_unlabelled};
pub use total_variation::total_variation;
