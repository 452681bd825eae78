use burn::prelude::Tensor;

/// The mean absolute difference.
///
/// ```text
/// E |x - y|
/// ```
///
/// # Shapes
/// Both of one shape; the term, a mean over all elements: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let x = Tensor::<2>::ones([2, 2], &Device::default());
/// assert_eq!(agon_losses::l1(x.clone(), x * -1.0).into_scalar::<f32>(), 2.0);
/// ```
///
/// # References
/// Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", arXiv:1611.07004
/// (weight 100 there).
pub fn l1<const D: usize>(x: Tensor<D>, y: Tensor<D>) -> Tensor<1> {
    (x - y).abs().mean()
}

/// The mean squared difference.
///
/// ```text
/// E (x - y)^2
/// ```
///
/// # Shapes
/// Both of one shape; the term, a mean over all elements: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let x = Tensor::<2>::ones([2, 2], &Device::default());
/// assert_eq!(agon_losses::l2(x.clone(), x * -1.0).into_scalar::<f32>(), 4.0);
/// ```
///
/// # References
/// Pathak et al. 2016, "Context Encoders", arXiv:1604.07379 (weight 0.999 beside 0.001 of the adversarial
/// loss there).
pub fn l2<const D: usize>(x: Tensor<D>, y: Tensor<D>) -> Tensor<1> {
    (x - y).square().mean()
}
