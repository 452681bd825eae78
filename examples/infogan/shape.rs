//! What can be measured of a glyph: how it leans, how thick its strokes are, how wide it is.

pub const NAMES: [&str; 3] = ["slant", "thickness", "width"];

/// Slant, thickness and width of an image with values in `[-1, 1]`, from its ink.
///
/// The slant is how far the ink moves to the right on its way up, by its second moments; thickness is twice the
/// area over the length of the edge; width is two deviations to each side.
pub fn measure(image: &[f32], side: usize) -> [f64; 3] {
    let ink = |x: usize, y: usize| f64::from((image[y * side + x] + 1.0) / 2.0);
    let (mut area, mut edge) = (0.0, 0.0);
    let (mut sums, mut squares, mut product) = ([0.0; 2], [0.0; 2], 0.0);
    for y in 0..side {
        for x in 0..side {
            let (v, place) = (ink(x, y), [x as f64, y as f64]);
            area += v;
            product += v * place[0] * place[1];
            for k in 0..2 {
                sums[k] += v * place[k];
                squares[k] += v * place[k] * place[k];
            }
            if x + 1 < side && y + 1 < side {
                edge += (ink(x + 1, y) - v).hypot(ink(x, y + 1) - v);
            }
        }
    }
    let area = area.max(1e-9);
    let mean = sums.map(|sum| sum / area);
    let variance = [0, 1].map(|k| squares[k] / area - mean[k] * mean[k]);
    let covariance = product / area - mean[0] * mean[1];
    [
        -covariance / variance[1].max(1e-9),
        2.0 * area / edge.max(1e-9),
        4.0 * variance[0].max(0.0).sqrt(),
    ]
}
