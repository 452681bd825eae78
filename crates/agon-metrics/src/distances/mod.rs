//! How far apart two distributions of features are.

mod bootstrap;
mod energy;
mod frechet;
mod frechet_infinity;
mod kernel;
mod kernel_distance;
mod laplacian;
mod maximum_mean_discrepancy;
mod moments;
mod sliced_wasserstein;
mod sums;

pub use energy::EnergyDistance;
pub use frechet::FrechetDistance;
pub use frechet_infinity::FrechetInfinity;
pub use kernel::Kernel;
pub use kernel_distance::KernelDistance;
pub use laplacian::LaplacianWasserstein;
pub use maximum_mean_discrepancy::MaximumMeanDiscrepancy;
pub use moments::Moments;
pub use sliced_wasserstein::SlicedWasserstein;
