//! Changes of a sample that should not change what it is, for [`Consistency`](super::Consistency).
//!
//! Each function returns a function of samples; all random choices are drawn on the host.

use agon_core::Sample;
use agon_core::random::{self, Random};
use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;

/// Adds normal noise of this standard deviation to every value.
pub fn jitter<S: Sample>(deviation: f64) -> impl Fn(&S, &mut Random) -> S + Send + 'static {
    move |sample, random| {
        let rows = sample.rows();
        let noise = random::normal(rows.dims(), random, &rows.device()).cast(rows.dtype());
        sample.with_rows(rows + noise * deviation)
    }
}

/// Mirrors every other image, by chance, and shifts each by at most so many pixels in both directions; what
/// is shifted in is the reflection of the image at its edge.
///
/// # Shapes
/// Images `[batch, channels, height, width]`.
pub fn flip_and_shift(pixels: usize) -> impl Fn(&Tensor<4>, &mut Random) -> Tensor<4> + Send + 'static {
    move |images, random| {
        let [batch, channels, height, width] = images.dims();
        let mut columns = Vec::with_capacity(batch * width);
        let mut rows = Vec::with_capacity(batch * height);
        for _ in 0..batch {
            let flip = random.random::<bool>();
            let across = sources(width, pixels, random);
            columns.extend(across.map(|x| if flip { width as i64 - 1 - x } else { x }));
            rows.extend(sources(height, pixels, random));
        }
        let device = images.device();
        let shape = [batch, channels, height, width];
        let columns = Tensor::<4, Int>::from_data(TensorData::new(columns, [batch, 1, 1, width]), &device);
        let rows = Tensor::<4, Int>::from_data(TensorData::new(rows, [batch, 1, height, 1]), &device);
        images
            .clone()
            .gather(3, columns.expand(shape))
            .gather(2, rows.expand(shape))
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
