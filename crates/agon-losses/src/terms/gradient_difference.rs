use burn::prelude::Tensor;

use crate::math::over;

/// Edges should be as sharp as those of the target.
///
/// ```text
/// E sum | |dY| - |dX| |^alpha, over horizontal and vertical neighbours
/// ```
///
/// `Y`: the target; `X`: the image made; `d`: the difference of neighbouring pixels; the sum runs over
/// pixels and channels, the mean over the batch.
///
/// # Shapes
/// Images `[batch, channels, height, width]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let edge = Tensor::<4>::from_data([[[[0.0, 2.0], [0.0, 2.0]]]], &device);
/// let loss = agon_losses::gradient_difference(edge.zeros_like(), edge, 1.0);
/// assert_eq!(loss.into_scalar::<f32>(), 4.0);
/// ```
///
/// # References
/// Mathieu, Couprie, LeCun 2016, "Deep multi-scale video prediction beyond mean square error",
/// arXiv:1511.05440, equation 6 (alpha 1 or 2).
pub fn gradient_difference(image: Tensor<4>, target: Tensor<4>, alpha: f64) -> Tensor<1> {
    let batch = image.dims()[0] as f64;
    let along = |axis| {
        let edges = |pixels: &Tensor<4>| steps(pixels.clone(), axis).abs();
        power((edges(&target) - edges(&image)).abs(), alpha).sum()
    };
    over(along(2) + along(3), batch)
}

/// Differences of neighbours along an axis.
pub(super) fn steps(pixels: Tensor<4>, axis: usize) -> Tensor<4> {
    let inner = pixels.dims()[axis] - 1;
    pixels.clone().narrow(axis, 1, inner) - pixels.narrow(axis, 0, inner)
}

/// `x^alpha` of what is not negative, with a finite slope at zero.
fn power(x: Tensor<4>, alpha: f64) -> Tensor<4> {
    if alpha == 1.0 {
        x
    } else if alpha == 2.0 {
        x.square()
    } else {
        x.clamp_min(1e-12).powf_scalar(alpha)
    }
}
