use crate::Image;

const PAPER: [u8; 3] = [255, 255, 255];
const REAL: [f32; 3] = [150.0, 150.0, 150.0];
const FAKE: [f32; 3] = [214.0, 64.0, 38.0];
/// Half the width of a dot, as a share of the image's.
const DOT: f32 = 1.0 / 240.0;
/// How much one dot hides of what is under it.
const OPACITY: f32 = 0.55;
/// The frame reaches over the real points by this share of their extent.
const MARGIN: f32 = 0.15;

/// Draws points of the plane: real ones grey, generated ones in colour on top.
///
/// The frame is a square around the real points (around the generated ones if there are no real ones);
/// what lies outside, or nowhere, is left out. `y` grows upwards.
///
/// # Example
/// ```
/// use agon_observe::scatter;
///
/// let image = scatter(&[[-1.0, -1.0], [1.0, 1.0]], &[[0.0, 0.0]], 200);
/// assert_eq!((image.width, image.height, image.channels), (200, 200, 3));
/// ```
pub fn scatter(real: &[[f32; 2]], fake: &[[f32; 2]], size: usize) -> Image {
    let mut image = Image::filled(size, size, &PAPER);
    let frame = Frame::around(if real.is_empty() { fake } else { real });
    for (points, colour) in [(real, REAL), (fake, FAKE)] {
        for &point in points {
            dot(&mut image, frame.place(point).map(|x| x * size as f32), colour);
        }
    }
    image
}

/// The part of the plane that is shown: a square.
struct Frame {
    corner: [f32; 2],
    side: f32,
}

impl Frame {
    fn around(points: &[[f32; 2]]) -> Self {
        let mut low = [f32::INFINITY; 2];
        let mut high = [f32::NEG_INFINITY; 2];
        for point in points.iter().filter(|point| point.iter().all(|x| x.is_finite())) {
            for k in 0..2 {
                low[k] = low[k].min(point[k]);
                high[k] = high[k].max(point[k]);
            }
        }
        if low[0] > high[0] {
            return Self {
                corner: [-1.0; 2],
                side: 2.0,
            };
        }
        let extent = (high[0] - low[0]).max(high[1] - low[1]).max(1e-6);
        let side = extent * (1.0 + 2.0 * MARGIN);
        let corner = std::array::from_fn(|k| 0.5 * (low[k] + high[k] - side));
        Self { corner, side }
    }

    /// Where a point lies, from the upper left corner (0, 0) to the lower right (1, 1).
    fn place(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y]: [f32; 2] = std::array::from_fn(|k| (point[k] - self.corner[k]) / self.side);
        [x, 1.0 - y]
    }
}

/// Blends a round dot into the image.
fn dot(image: &mut Image, [x, y]: [f32; 2], colour: [f32; 3]) {
    let size = image.width as f32;
    let radius = (DOT * size).max(1.0);
    let inside = |v: f32| v > -radius && v < size + radius;
    if !(inside(x) && inside(y)) {
        return;
    }
    let span = |v: f32| (v - radius - 1.0).max(0.0) as usize..((v + radius + 1.0) as usize).min(image.width);
    let (rows, columns) = (span(y), span(x));
    for row in rows {
        for column in columns.clone() {
            let distance = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
            let cover = OPACITY * (radius + 0.5 - distance).clamp(0.0, 1.0);
            let pixel = &mut image.bytes[(row * image.width + column) * 3..][..3];
            for (byte, ink) in pixel.iter_mut().zip(colour) {
                *byte = (f32::from(*byte) * (1.0 - cover) + ink * cover).round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(image: &Image, x: usize, y: usize) -> [u8; 3] {
        let start = (y * image.width + x) * 3;
        [image.bytes[start], image.bytes[start + 1], image.bytes[start + 2]]
    }

    #[test]
    fn points_lie_where_they_should() {
        let image = scatter(&[[-1.0, -1.0], [1.0, 1.0]], &[[-1.0, 1.0]], 130);
        // The frame reaches from -1.3 to 1.3: 50 pixels per unit.
        let [grey_low, grey_high] = [pixel(&image, 15, 115), pixel(&image, 115, 15)];
        assert!(grey_low[0] < 230 && grey_low[0] == grey_low[2] && grey_high[0] < 230);
        let red = pixel(&image, 15, 15);
        assert!(red[0] > red[2] + 50, "{red:?}");
        assert_eq!(pixel(&image, 115, 115), PAPER);
    }

    #[test]
    fn nothing_to_draw_and_nowhere_to_draw_it() {
        assert_eq!(scatter(&[], &[], 10), Image::filled(10, 10, &PAPER));
        let image = scatter(&[[0.0, 0.0]], &[[f32::NAN, 0.0], [f32::INFINITY, 0.0], [99.0, 0.0]], 10);
        assert!(image.bytes.chunks(3).all(|p| p[0] == p[2]));
        assert!(scatter(&[[0.0, 0.0]], &[], 0).bytes.is_empty());
    }
}
