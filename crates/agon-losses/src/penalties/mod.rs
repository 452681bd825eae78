//! What is added to the discriminator's loss.

mod consistency;
mod dragan;
mod gradient;
mod gradient_penalty;
mod le_cam;
mod orthogonal;
mod r1;
mod r2;
mod zero_centered;

pub use consistency::Consistency;
pub use dragan::Dragan;
pub use gradient::norm_penalty;
pub use gradient_penalty::GradientPenalty;
pub use le_cam::LeCam;
pub use orthogonal::OrthogonalRegularization;
pub use r1::R1;
pub use r2::R2;
pub use zero_centered::ZeroCentered;
