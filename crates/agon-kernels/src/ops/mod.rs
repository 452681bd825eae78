//! The kernels as operations on burn's tensors, with their gradients.
//!
//! On burn's `flex` backend, in 32-bit floats, they run the kernels of this crate; on every other device and in every
//! other precision they are burn's own operations.

mod adam;
mod batch_norm;
mod convolution;
mod draw;
#[cfg(feature = "flex")]
mod flex;
mod largest;
mod linear;
mod noise;
mod resample;
mod unit;

#[cfg(test)]
mod tests;

pub use adam::adam;
pub use batch_norm::{Normalized, batch_norm, batch_norm_by};
pub use convolution::{conv_transpose1d, conv_transpose2d, conv1d, conv2d};
pub use draw::draw;
pub use largest::largest;
pub use linear::linear;
pub use noise::{mask_like, normal_like};
pub use resample::{mean_of_blocks, repeat_pixels};
pub use unit::{chained, unit};

use burn::tensor::{DType, Tensor};

/// Whether the kernels of this crate can work on all of these tensors.
fn is_ours<const D: usize>(tensor: &Tensor<D>) -> bool {
    cfg!(feature = "flex") && tensor.dtype() == DType::F32 && on_flex(tensor)
}

/// Whether they can, and no gradient wants to know.
#[cfg(feature = "flex")]
fn is_plain<const D: usize>(tensor: &Tensor<D>) -> bool {
    is_ours(tensor) && !tensor.device().is_autodiff()
}

#[cfg(feature = "flex")]
fn on_flex<const D: usize>(tensor: &Tensor<D>) -> bool {
    use burn::backend::DispatchDevice;

    fn plain(device: &DispatchDevice) -> bool {
        match device {
            DispatchDevice::Flex(_) => true,
            DispatchDevice::Autodiff(device) => plain(device),
            #[allow(unreachable_patterns, reason = "other backends are there by feature")]
            _ => false,
        }
    }
    plain(tensor.device().as_dispatch())
}

#[cfg(not(feature = "flex"))]
fn on_flex<const D: usize>(_: &Tensor<D>) -> bool {
    false
}
