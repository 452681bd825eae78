use agon_core::random::Random;
use burn::prelude::Tensor;
use rand::RngExt;

use super::lines;

/// Mirrors every other image, by chance, and shifts each by at most so many pixels in both directions; what
/// is shifted in is the reflection of the image at its edge.
///
/// # Shapes
/// Images `[batch, channels, height, width]`.
pub fn flip_and_shift(pixels: usize) -> impl Fn(&Tensor<4>, &mut Random) -> Tensor<4> + Send + 'static {
    move |images, random| {
        let [batch, _, height, width] = images.dims();
        let mut columns = Vec::with_capacity(batch * width);
        let mut rows = Vec::with_capacity(batch * height);
        for _ in 0..batch {
            let flip = random.random::<bool>();
            let across = sources(width, pixels, random);
            columns.extend(across.map(|x| if flip { width as i64 - 1 - x } else { x }));
            rows.extend(sources(height, pixels, random));
        }
        lines::rows(lines::columns(images.clone(), columns), rows)
    }
}

/// Where each pixel of a shifted line comes from.
fn sources(length: usize, pixels: usize, random: &mut Random) -> impl Iterator<Item = i64> + use<> {
    let (length, reach) = (length as i64, (pixels as i64).min(length as i64 - 1));
    let shift = random.random_range(-reach..=reach);
    (0..length).map(move |x| {
        let source = (x + shift).abs();
        if source < length {
            source
        } else {
            2 * (length - 1) - source
        }
    })
}
