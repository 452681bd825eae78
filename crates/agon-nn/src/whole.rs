use burn::prelude::Tensor;
use burn::tensor::ops::PadMode;

/// Runs a network that halves pictures several times on pictures of any size.
///
/// Both sides are continued to a multiple of `n` by repeating the last row and column; of what the network makes, the
/// part that belongs to the picture is kept.
///
/// # Shapes
/// `[batch, channels, height, width]`; the network keeps height and width.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let images = Tensor::<4>::zeros([1, 3, 9, 14], &Device::default());
/// let same = agon_nn::in_multiples_of(4, images, |whole| {
///     assert_eq!(whole.dims(), [1, 3, 12, 16]);
///     whole
/// });
/// assert_eq!(same.dims(), [1, 3, 9, 14]);
/// ```
pub fn in_multiples_of(n: usize, images: Tensor<4>, network: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = images.dims();
    let missing = |side: usize| side.next_multiple_of(n) - side;
    if missing(height) + missing(width) == 0 {
        return network(images);
    }
    let whole = images.pad([(0, missing(height)), (0, missing(width))], PadMode::Edge);
    network(whole).narrow(2, 0, height).narrow(3, 0, width)
}
