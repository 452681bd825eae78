/// Images with zeros around them, so that no tap of a kernel misses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub channels: usize,
    /// Height and width of the image.
    pub image: [usize; 2],
    /// Zeros before the image, above and to the left.
    pub before: [usize; 2],
    /// Height and width with the zeros.
    pub size: [usize; 2],
}

impl Frame {
    /// Numbers in a channel.
    pub(super) fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Numbers in all channels.
    pub(super) fn numbers(&self) -> usize {
        self.channels * self.plane()
    }

    /// Copies an image into its frame.
    pub(super) fn fill(&self, image: &[f32], framed: &mut [f32]) {
        let [height, width] = self.image;
        if self.size == self.image {
            framed.copy_from_slice(image);
            return;
        }
        framed.fill(0.0);
        let start = self.before[0] * self.size[1] + self.before[1];
        for (image, plane) in image
            .chunks_exact(height * width)
            .zip(framed.chunks_exact_mut(self.plane()))
        {
            for (row, framed) in image.chunks_exact(width).zip(plane[start..].chunks_mut(self.size[1])) {
                framed[..width].copy_from_slice(row);
            }
        }
    }
}
