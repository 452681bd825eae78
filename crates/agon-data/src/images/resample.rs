/// Brings planes of one size to another: the largest part in the middle with the new proportions, resampled
/// by a triangle as wide as the pixels that become one (bilinear with antialiasing).
///
/// It has two passes, rows first, whose weights are computed once for all images of a size.
#[derive(Debug, Clone)]
pub(super) struct Resample {
    from: [usize; 2],
    rows: Vec<Taps>,
    columns: Vec<Taps>,
}

/// What one new pixel takes: from this old one on, so much of each.
#[derive(Debug, Clone)]
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Resample {
    pub(super) fn new(from: [usize; 2], to: [usize; 2]) -> Self {
        let [height, width] = from.map(|side| side as f64);
        let [new_height, new_width] = to.map(|side| side as f64);
        let scale = (new_height / height).max(new_width / width);
        Self {
            from,
            rows: taps(from[0], new_height / scale, to[0]),
            columns: taps(from[1], new_width / scale, to[1]),
        }
    }

    /// Appends the plane in its new size.
    pub(super) fn plane(&self, plane: &[f32], into: &mut Vec<f32>) {
        let [height, width] = self.from;
        let mut narrow = Vec::with_capacity(height * self.columns.len());
        for row in plane.chunks_exact(width.max(1)) {
            narrow.extend(self.columns.iter().map(|taps| taps.of(row)));
        }
        let width = self.columns.len();
        for taps in &self.rows {
            let start = into.len();
            into.resize(start + width, 0.0);
            let rows = narrow.chunks_exact(width.max(1)).skip(taps.first);
            for (row, weight) in rows.zip(&taps.weights) {
                for (sum, value) in into.iter_mut().skip(start).zip(row) {
                    *sum += weight * value;
                }
            }
        }
    }
}

impl Taps {
    fn of(&self, row: &[f32]) -> f32 {
        let values = row.iter().skip(self.first);
        values.zip(&self.weights).map(|(value, weight)| value * weight).sum()
    }
}

/// The weights of `to` pixels that cover `part` of `from` in the middle.
fn taps(from: usize, part: f64, to: usize) -> Vec<Taps> {
    let scale = part / to as f64;
    let reach = scale.max(1.0);
    let start = (from as f64 - part) / 2.0;
    let one = |pixel: usize| {
        let centre = start + (pixel as f64 + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(from);
        let weight = |old: usize| (1.0 - ((old as f64 + 0.5 - centre) / reach).abs()).max(0.0);
        let total: f64 = (first..end).map(weight).sum();
        let weights = (first..end).map(|old| (weight(old) / total) as f32).collect();
        Taps { first, weights }
    };
    (0..to).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same picture in Pillow: `resize((width, height), Image.BILINEAR, box)` of the part in the middle, of
    /// an image of mode F.
    #[test]
    fn planes_are_those_of_pillow() {
        let cases: [([usize; 2], [usize; 2], &[f32]); 3] = [
            (
                [7, 5],
                [3, 3],
                &[
                    0.35826, 0.48785, 0.62165, 0.40179, 0.50772, 0.42063, 0.65402, 0.34722, 0.55692,
                ],
            ),
            (
                [2, 3],
                [4, 4],
                &[
                    0.17188, 0.51562, 0.59375, 0.40625, 0.21875, 0.5625, 0.64062, 0.45312, 0.3125, 0.65625, 0.73438,
                    0.54688, 0.35938, 0.70312, 0.78125, 0.59375,
                ],
            ),
            (
                [5, 8],
                [5, 4],
                &[
                    0.3125, 1.0, 0.625, 0.25, 0.5, 0.125, 0.8125, 0.4375, 0.6875, 0.3125, 1.0, 0.625, 0.875, 0.5,
                    0.125, 0.8125, 0.0, 0.6875, 0.3125, 1.0,
                ],
            ),
        ];
        for (from, to, expected) in cases {
            let pixel = |i: usize| ((i / from[1] * 37 + i % from[1] * 11) % 17) as f32 / 16.0;
            let plane: Vec<f32> = (0..from[0] * from[1]).map(pixel).collect();
            let mut got = Vec::new();
            Resample::new(from, to).plane(&plane, &mut got);
            assert_eq!(got.len(), expected.len());
            for (got, expected) in got.iter().zip(expected) {
                assert!((got - expected).abs() < 2e-5, "{got} for {expected}");
            }
        }
    }

    #[test]
    fn one_pixel_becomes_any_number_and_back() {
        for (from, to) in [([1, 1], [5, 3]), ([5, 3], [1, 1]), ([1, 100], [7, 7])] {
            let mut got = Vec::new();
            Resample::new(from, to).plane(&vec![0.5; from[0] * from[1]], &mut got);
            assert_eq!(got.len(), to[0] * to[1]);
            assert!(got.iter().all(|value| (value - 0.5).abs() < 1e-6));
        }
    }
}
