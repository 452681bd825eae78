//! Where strokes become pixels.

use super::pen::Segment;

/// For each pixel of a square image, the squared distance to the nearest stroke, in units of the stroke's
/// half width.
///
/// The square root is taken once per pixel at the end, and a piece of a stroke only touches the pixels of
/// its bounding box.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    size: usize,
    nearest: Vec<f32>,
}

/// How far the edge of a stroke reaches over its half width, in pixels.
const EDGE: f32 = 0.5;

impl Canvas {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size,
            nearest: vec![f32::MAX; size * size],
        }
    }

    /// Wipes everything off.
    pub(crate) fn clear(&mut self) {
        self.nearest.fill(f32::MAX);
    }

    /// Draws a piece of a stroke with the given half width.
    pub(crate) fn draw(&mut self, segment: Segment, radius: f32) {
        let Segment {
            from: [ax, ay],
            to: [bx, by],
        } = segment;
        let reach = radius + 2.0 * EDGE;
        let columns = span(ax, bx, reach, self.size);
        let rows = span(ay, by, reach, self.size);
        let (dx, dy) = (bx - ax, by - ay);
        let per_length = 1.0 / (dx * dx + dy * dy).max(1e-12);
        let per_radius = 1.0 / (radius * radius).max(1e-12);
        for row in rows {
            let y = row as f32 + 0.5 - ay;
            let start = row * self.size;
            let line = &mut self.nearest[start + columns.start..start + columns.end];
            for (i, nearest) in line.iter_mut().enumerate() {
                let x = (columns.start + i) as f32 + 0.5 - ax;
                let t = ((x * dx + y * dy) * per_length).clamp(0.0, 1.0);
                let (ex, ey) = (x - t * dx, y - t * dy);
                *nearest = nearest.min((ex * ex + ey * ey) * per_radius);
            }
        }
    }

    /// How much of each pixel is covered, 0 to 1, for strokes about `radius` pixels to each side.
    pub(crate) fn coverage(&self, radius: f32) -> impl Iterator<Item = f32> + '_ {
        self.nearest
            .iter()
            .map(move |nearest| (EDGE + radius * (1.0 - nearest.sqrt())).clamp(0.0, 1.0))
    }
}

/// The pixels whose centres lie within `reach` of the interval between `a` and `b`.
fn span(a: f32, b: f32, reach: f32, size: usize) -> std::ops::Range<usize> {
    let low = (a.min(b) - reach - 0.5).ceil().max(0.0) as usize;
    let high = (a.max(b) + reach + 0.5).floor().max(0.0) as usize;
    low.min(size)..high.clamp(low.min(size), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_what_it_should() {
        let mut canvas = Canvas::new(8);
        canvas.draw(
            Segment {
                from: [0.0, 4.0],
                to: [8.0, 4.0],
            },
            1.0,
        );
        let pixels: Vec<f32> = canvas.coverage(1.0).collect();
        let column: Vec<f32> = (0..8).map(|row| pixels[row * 8 + 4]).collect();
        assert_eq!(column, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn outside_the_image_nothing_happens() {
        let mut canvas = Canvas::new(4);
        canvas.draw(
            Segment {
                from: [-20.0, -20.0],
                to: [-10.0, -10.0],
            },
            1.0,
        );
        canvas.draw(
            Segment {
                from: [20.0, 2.0],
                to: [30.0, 2.0],
            },
            1.0,
        );
        assert!(canvas.coverage(1.0).all(|c| c == 0.0));
    }
}
