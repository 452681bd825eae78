/// An image of bytes: row by row, pixel by pixel, one channel or three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) channels: usize,
    pub(crate) bytes: Vec<u8>,
}

/// A part of an image, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// What is wrong with the content of a file: what would be usable, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) expected: String,
    pub(crate) got: String,
}

impl Unusable {
    pub(crate) fn new(expected: impl ToString, got: impl ToString) -> Self {
        Self {
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

/// The byte 0 is -1, the byte 255 is 1.
fn value(byte: u8) -> f32 {
    (2.0 * f32::from(byte) - 255.0) / 255.0
}

impl Picture {
    /// Writes the part that begins at the given pixel as values in `[-1, 1]`, channel by channel, mirrored
    /// if need be: as many channels of `side * side` as `planes` holds, a grey image several times.
    pub(crate) fn write(&self, (left, top): (usize, usize), side: usize, mirrored: bool, planes: &mut [f32]) {
        let values: [f32; 256] = std::array::from_fn(|byte| value(byte as u8));
        let rows = self.bytes.chunks_exact(self.width * self.channels).skip(top);
        for (plane, channel) in planes.chunks_exact_mut(side * side).zip((0..self.channels).cycle()) {
            for (row, out) in rows.clone().zip(plane.chunks_exact_mut(side)) {
                let pixels = row.chunks_exact(self.channels).skip(left).take(side);
                let bytes = pixels.map(|pixel| values[usize::from(pixel[channel])]);
                if mirrored {
                    out.iter_mut().rev().zip(bytes).for_each(|(out, byte)| *out = byte);
                } else {
                    out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = byte);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_values_channel_by_channel() {
        let picture = Picture {
            width: 3,
            height: 2,
            channels: 3,
            bytes: (0..18).map(|i| i * 15).collect(),
        };
        let at = |byte: u8| f32::from(byte) / 127.5 - 1.0;
        let mut planes = [0.0; 12];
        picture.write((1, 0), 2, false, &mut planes);
        let expected = [45, 90, 180, 225, 60, 105, 195, 240, 75, 120, 210, 255].map(at);
        assert!(planes.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
        picture.write((1, 0), 2, true, &mut planes);
        let expected = [90, 45, 225, 180].map(at);
        assert!(planes.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
        assert_eq!((value(0), value(255)), (-1.0, 1.0));
    }

    #[test]
    fn grey_is_repeated() {
        let picture = Picture {
            width: 1,
            height: 1,
            channels: 1,
            bytes: vec![255],
        };
        let mut planes = [0.0; 3];
        picture.write((0, 0), 1, false, &mut planes);
        assert_eq!(planes, [1.0; 3]);
    }
}
