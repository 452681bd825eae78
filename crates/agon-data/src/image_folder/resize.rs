//! Resizing with the triangle filter, stretched when an image shrinks, so that every pixel counts.
//!
//! ```text
//! new[x] = sum_i w[i] old[i],    w[i] ~ max(0, 1 - |i + 1/2 - (x + 1/2) s| / max(s, 1)),    sum_i w[i] = 1
//! ```
//! with `s` old pixels to a new one: first along the rows, then along the columns, each rounded to bytes.
//! Weights are integers of 22 bits after the point. Pillow's `BILINEAR` does the same, and so the bytes are
//! the same; only that of 13.0 mixes the columns of some tall images first, which rounds differently.

use std::ops::Range;

use super::picture::{Picture, Window};

/// How many bits of a weight come after the point: two less than remain beside the eight of a pixel.
const POINT: u32 = 32 - 8 - 2;
const HALF: u32 = 1 << (POINT - 1);

/// A side of an image: how long it is, how long it shall be, and which part of that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    from: usize,
    to: usize,
    wanted: Range<usize>,
}

/// What each new pixel of a side is made of.
#[derive(Debug, Default)]
struct Mix {
    of: Option<Side>,
    /// Where the old pixels of a new one begin, and where its weights end.
    parts: Vec<(usize, usize)>,
    weights: Vec<u32>,
}

impl Mix {
    /// Computes the weights, unless they are these already.
    fn prepare(&mut self, side: Side) {
        if self.of.as_ref() == Some(&side) {
            return;
        }
        self.parts.clear();
        self.weights.clear();
        let scale = side.from as f64 / side.to as f64;
        let reach = scale.max(1.0);
        for new in side.wanted.clone() {
            let centre = (new as f64 + 0.5) * scale;
            let first = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(side.from);
            let weight = |old: usize| (1.0 - ((old as f64 - centre + 0.5) / reach).abs()).max(0.0);
            let sum: f64 = (first..end).map(weight).sum();
            let fixed = |old: usize| (weight(old) / sum * f64::from(1 << POINT) + 0.5) as u32;
            self.weights.extend((first..end).map(fixed));
            self.parts.push((first, self.weights.len()));
        }
        self.of = Some(side);
    }

    /// Of each new pixel the first old one and the weights.
    fn parts(&self) -> impl Iterator<Item = (usize, &[u32])> {
        let mut begin = 0;
        self.parts.iter().map(move |&(first, end)| {
            let weights = &self.weights[begin..end];
            begin = end;
            (first, weights)
        })
    }

    /// The old pixels that are needed at all.
    fn needed(&self) -> Range<usize> {
        let ends = self.parts().map(|(first, weights)| first + weights.len());
        let first = self.parts.first().map_or(0, |&(first, _)| first);
        first..ends.max().unwrap_or(first)
    }
}

/// Resizes images, and keeps what the next one can use again.
#[derive(Debug, Default)]
pub(crate) struct Resizer {
    across: Mix,
    down: Mix,
    pairs: Vec<u64>,
    narrow: Vec<u8>,
    sums: Vec<u32>,
}

impl Resizer {
    /// The given part of the image resized to `to`, width and height.
    pub(crate) fn resize(&mut self, picture: &Picture, to: (usize, usize), part: Window) -> Picture {
        self.across.prepare(Side {
            from: picture.width,
            to: to.0,
            wanted: part.left..part.left + part.width,
        });
        self.down.prepare(Side {
            from: picture.height,
            to: to.1,
            wanted: part.top..part.top + part.height,
        });
        let rows = self.down.needed();
        let stride = picture.width * picture.channels;
        let old = &picture.bytes[rows.start * stride..rows.end * stride];
        match picture.channels {
            1 => self.narrow::<1>(old, stride),
            _ => self.narrow::<3>(old, stride),
        }
        Picture {
            width: part.width,
            height: part.height,
            channels: picture.channels,
            bytes: self.shorten(rows.start, part.width * picture.channels),
        }
    }

    /// Mixes the pixels of every row.
    ///
    /// Two rows are mixed at a time. No weight is negative and every sum is less than 2^32, so that the sums
    /// of both rows fit into one number, side by side, and cost one product.
    fn narrow<const C: usize>(&mut self, old: &[u8], stride: usize) {
        let width = self.across.parts.len();
        self.pairs.resize(stride, 0);
        // Room for an even number of rows.
        self.narrow
            .resize((old.len() / stride).next_multiple_of(2) * width * C, 0);
        for (rows, new) in old.chunks(2 * stride).zip(self.narrow.chunks_exact_mut(2 * width * C)) {
            let (upper, lower) = rows.split_at(stride);
            let lower = if lower.is_empty() { upper } else { lower };
            for ((pair, &upper), &lower) in self.pairs.iter_mut().zip(upper).zip(lower) {
                *pair = u64::from(upper) | u64::from(lower) << 32;
            }
            let (pixels, _) = self.pairs.as_chunks::<C>();
            let (upper, lower) = new.split_at_mut(width * C);
            let new = upper
                .as_chunks_mut::<C>()
                .0
                .iter_mut()
                .zip(lower.as_chunks_mut::<C>().0);
            for ((first, weights), (upper, lower)) in self.across.parts().zip(new) {
                let mut sums = [u64::from(HALF) | u64::from(HALF) << 32; C];
                for (pixel, &weight) in pixels[first..].iter().zip(weights) {
                    for (sum, pair) in sums.iter_mut().zip(pixel) {
                        *sum += pair * u64::from(weight);
                    }
                }
                *upper = sums.map(|sum| rounded(sum as u32));
                *lower = sums.map(|sum| rounded((sum >> 32) as u32));
            }
        }
    }

    /// Mixes the rows, the first of which is the given one.
    fn shorten(&mut self, first_row: usize, stride: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.down.parts.len() * stride];
        self.sums.resize(stride, 0);
        for ((first, weights), new) in self.down.parts().zip(bytes.chunks_exact_mut(stride)) {
            self.sums.fill(HALF);
            let rows = self.narrow[(first - first_row) * stride..].chunks_exact(stride);
            for (row, &weight) in rows.zip(weights) {
                for (sum, &byte) in self.sums.iter_mut().zip(row) {
                    *sum += u32::from(byte) * weight;
                }
            }
            for (new, &sum) in new.iter_mut().zip(&self.sums) {
                *new = rounded(sum);
            }
        }
        bytes
    }
}

fn rounded(sum: u32) -> u8 {
    (sum >> POINT).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An image of numbers that jump about.
    fn sample(width: usize, height: usize, channels: usize) -> Picture {
        let bytes = (0..width * height * channels).map(|i| (i * i * 7 + i * 31) as u8);
        Picture {
            width,
            height,
            channels,
            bytes: bytes.collect(),
        }
    }

    fn whole((width, height): (usize, usize)) -> Window {
        Window {
            left: 0,
            top: 0,
            width,
            height,
        }
    }

    #[test]
    fn the_bytes_are_those_of_pillow() {
        // Image.resize(to, Image.BILINEAR) of Pillow 13.0
        let cases: [(Picture, (usize, usize), &[u8]); 4] = [
            (
                sample(7, 5, 3),
                (3, 2),
                &[
                    130, 139, 101, 116, 119, 142, 150, 133, 134, 93, 164, 115, 145, 118, 120, 177, 95, 115,
                ],
            ),
            (
                sample(13, 4, 1),
                (5, 6),
                &[
                    47, 152, 131, 138, 157, 71, 177, 103, 146, 132, 100, 185, 87, 161, 115, 122, 120, 139, 186, 151,
                    137, 124, 145, 159, 137, 146, 145, 138, 124, 114,
                ],
            ),
            (
                sample(3, 3, 1),
                (7, 4),
                &[
                    0, 5, 22, 38, 60, 83, 90, 98, 106, 135, 162, 127, 92, 80, 166, 166, 166, 166, 144, 123, 115, 182,
                    163, 105, 48, 106, 165, 184,
                ],
            ),
            (
                sample(40, 30, 1),
                (4, 3),
                &[122, 132, 125, 130, 126, 126, 126, 128, 129, 126, 131, 121],
            ),
        ];
        let mut resizer = Resizer::default();
        for (picture, to, expected) in cases {
            assert_eq!(resizer.resize(&picture, to, whole(to)).bytes, expected, "to {to:?}");
        }
    }

    #[test]
    fn a_part_is_cut_from_the_whole() {
        let mut resizer = Resizer::default();
        for (channels, to) in [(1, (9, 11)), (3, (9, 11)), (3, (40, 20)), (1, (17, 13))] {
            let picture = sample(17, 13, channels);
            let all = resizer.resize(&picture, to, whole(to));
            let part = Window {
                left: 2,
                top: 3,
                width: 5,
                height: 6,
            };
            let rows = all.bytes.chunks_exact(to.0 * channels).skip(part.top).take(part.height);
            let cut = rows.flat_map(|row| &row[part.left * channels..(part.left + part.width) * channels]);
            let cut: Vec<u8> = cut.copied().collect();
            assert_eq!(resizer.resize(&picture, to, part).bytes, cut);
        }
    }

    #[test]
    fn nothing_changes_without_need() {
        for channels in [1, 3] {
            let picture = sample(6, 7, channels);
            assert_eq!(Resizer::default().resize(&picture, (6, 7), whole((6, 7))), picture);
        }
    }

    #[test]
    fn one_colour_stays_that_colour() {
        let mut resizer = Resizer::default();
        for (byte, from, to) in [(255, (301, 2), (7, 5)), (1, (1, 999), (3, 64)), (77, (5000, 3), (1, 1))] {
            let picture = Picture {
                width: from.0,
                height: from.1,
                channels: 3,
                bytes: vec![byte; from.0 * from.1 * 3],
            };
            let bytes = resizer.resize(&picture, to, whole(to)).bytes;
            assert!(bytes.iter().all(|&b| b == byte), "{from:?} to {to:?}");
        }
    }
}
