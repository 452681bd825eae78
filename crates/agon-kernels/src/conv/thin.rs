//! Correlations with few channels.

use super::correlate::{Correlation, Images, Places};
use crate::scratch;
use crate::tile::{Isa, LANES, Strip, shape, thin};

impl Correlation {
    /// Pixels from the first to the last, those between two rows of the result included.
    fn run(&self) -> usize {
        (self.grid[0] - 1) * self.frame.size[1] + self.grid[1]
    }

    /// The result of the images of a chunk, which are followed by as many numbers as a tile is wide.
    pub(super) fn of_chunk_thin(
        &self,
        isa: Isa,
        framed: &[f32],
        weights: &[f32],
        batch: std::ops::Range<usize>,
        places: Places,
        images: Images<'_>,
    ) {
        let (channels, vectors) = shape(self.channels);
        let length = self.run().next_multiple_of(vectors * LANES);
        scratch::with(channels * length, |sums| {
            for (i, image) in batch.enumerate() {
                let frame = &framed[i * self.frame.numbers()..];
                for first in (0..length).step_by(vectors * LANES) {
                    let strip = Strip {
                        a: frame[first..].as_ptr(),
                        b: weights.as_ptr(),
                        c: sums[first..].as_mut_ptr(),
                        stride: length,
                    };
                    // SAFETY: the run and the taps lie in the frame, and a tile's width follows the last frame;
                    // the weights have a row for each tap, and the sums one for each channel.
                    unsafe { thin(isa, self.channels, &self.taps, strip) };
                }
                self.place_thin(sums, length, image, places, images);
            }
        });
    }

    fn place_thin(&self, sums: &[f32], length: usize, image: usize, places: Places, images: Images<'_>) {
        let area = places.image[0] * places.image[1];
        let channel = image * images.to_channels.of + images.to_channels.first;
        // SAFETY: each task has images of its own.
        let to = unsafe { images.to.part(channel * area, self.channels * area) };
        for (i, (sums, to)) in sums.chunks_exact(length).zip(to.chunks_exact_mut(area)).enumerate() {
            let bias = images.bias.map_or(0.0, |bias| bias[images.to_channels.first + i]);
            let rows = sums
                .chunks(self.frame.size[1])
                .map(|row| &row[..self.grid[1].min(row.len())]);
            places.scatter(rows.take(self.grid[0]), to, bias);
        }
    }
}
