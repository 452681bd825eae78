use burn::prelude::Tensor;

use super::gradient_difference::steps;
use crate::math::over;

/// Images should be smooth: neighbouring pixels alike.
///
/// ```text
/// E sum |dX|, over horizontal and vertical neighbours
/// ```
///
/// `X`: an image; `d`: the difference of neighbouring pixels; the sum runs over pixels and channels, the mean
/// over the batch. Some authors square the differences.
///
/// # Shapes
/// Images `[batch, channels, height, width]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let edge = Tensor::<4>::from_data([[[[0.0, 2.0], [0.0, 2.0]]]], &Device::default());
/// assert_eq!(agon_losses::total_variation(edge).into_scalar::<f32>(), 4.0);
/// ```
///
/// # References
/// Rudin, Osher, Fatemi 1992, "Nonlinear total variation based noise removal algorithms", Physica D 60; as a
/// term of a loss: Johnson, Alahi, Fei-Fei 2016, arXiv:1603.08155.
pub fn total_variation(images: Tensor<4>) -> Tensor<1> {
    let batch = images.dims()[0] as f64;
    let total = steps(images.clone(), 2).abs().sum() + steps(images, 3).abs().sum();
    over(total, batch)
}
