//! Pictures pixel by pixel, on terminals that can.

use std::fmt::Write;

use super::picture::pixel;
use crate::Image;

/// Rows that are written together.
const BAND: usize = 6;
/// Levels of red, green and blue; of grey where there is nothing else.
const LEVELS: [usize; 3] = [6, 7, 6];
const GREYS: usize = 64;
/// Thresholds that spread what a level leaves over, in sixteenths.
const DITHER: [[usize; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// The escape sequence that draws an image at the cursor.
pub(super) fn encode(image: &Image) -> String {
    let (width, height) = (image.width, image.height);
    let palette = Palette::of(image);
    let mut text = format!("\x1bPq\"1;1;{width};{height}");
    let mut named = [false; 256];
    for top in (0..height).step_by(BAND) {
        let mut rows: Vec<(usize, Vec<u8>)> = Vec::new();
        for y in top..(top + BAND).min(height) {
            for x in 0..width {
                let colour = palette.index(pixel(image, x, y), x, y);
                let place = match rows.iter().position(|(other, _)| *other == colour) {
                    Some(place) => place,
                    None => {
                        rows.push((colour, vec![0; width]));
                        rows.len() - 1
                    }
                };
                rows[place].1[x] |= 1 << (y - top);
            }
        }
        for (colour, bits) in &rows {
            match named.get_mut(*colour) {
                Some(named) if !*named => {
                    *named = true;
                    let [r, g, b] = palette.percent(*colour);
                    let _ = write!(text, "#{colour};2;{r};{g};{b}");
                }
                _ => {
                    let _ = write!(text, "#{colour}");
                }
            }
            write_row(&mut text, bits);
            text.push('$');
        }
        text.push('-');
    }
    text.push_str("\x1b\\");
    text
}

/// Six rows of one colour: a character per column, equal ones counted.
fn write_row(text: &mut String, bits: &[u8]) {
    for run in bits.chunk_by(|a, b| a == b) {
        let Some(first) = run.first() else { continue };
        let symbol = char::from(63 + first);
        match run.len() {
            n @ 1..=3 => (0..n).for_each(|_| text.push(symbol)),
            n => {
                let _ = write!(text, "!{n}{symbol}");
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Palette {
    Greys,
    Cube,
}

impl Palette {
    fn of(image: &Image) -> Self {
        let grey = image.channels < 3
            || image
                .bytes
                .chunks(image.channels)
                .all(|p| p.iter().take(3).all(|b| *b == p[0]));
        if grey { Self::Greys } else { Self::Cube }
    }

    /// The colour for a pixel.
    fn index(self, [r, g, b]: [u8; 3], x: usize, y: usize) -> usize {
        match self {
            Self::Greys => usize::from(r) * (GREYS - 1) / 255,
            Self::Cube => {
                let threshold = DITHER[y % 4][x % 4];
                let level = |byte: u8, levels: usize| {
                    (usize::from(byte) * (levels - 1) * 16 / 255 + threshold)
                        .div_euclid(16)
                        .min(levels - 1)
                };
                let [reds, greens, blues] = LEVELS;
                (level(r, reds) * greens + level(g, greens)) * blues + level(b, blues)
            }
        }
    }

    /// A colour as the sequence names it.
    fn percent(self, index: usize) -> [usize; 3] {
        match self {
            Self::Greys => [index * 100 / (GREYS - 1); 3],
            Self::Cube => {
                let [_, greens, blues] = LEVELS;
                let levels = [index / (greens * blues), index / blues % greens, index % blues];
                std::array::from_fn(|k| levels[k] * 100 / (LEVELS[k] - 1))
            }
        }
    }
}

/// Whether the answer to the question what it is (`CSI c`) says that a terminal draws pixels.
pub(super) fn can(answer: &[u8]) -> bool {
    let Ok(answer) = std::str::from_utf8(answer) else {
        return false;
    };
    let attributes = answer.rsplit_once("\x1b[?").and_then(|(_, rest)| rest.split_once('c'));
    attributes.is_some_and(|(attributes, _)| attributes.split(';').skip(1).any(|attribute| attribute == "4"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_pixels_by_hand() {
        let image = Image {
            width: 5,
            height: 2,
            channels: 1,
            bytes: vec![255, 255, 255, 255, 0, 255, 255, 255, 255, 255],
        };
        let expected = "\x1bPq\"1;1;5;2#63;2;100;100;100!4BA$#0;2;0;0;0!4?@$-\x1b\\";
        assert_eq!(encode(&image), expected);
    }

    #[test]
    fn colours_are_near_and_mixed() {
        let image = Image::filled(8, 13, &[255, 0, 128]);
        let text = encode(&image);
        assert!(text.contains(";2;100;0;40") && text.contains(";2;100;0;60"), "{text}");
        assert_eq!(text.matches('-').count(), 3);
        for level in [0, 255] {
            let text = encode(&Image::filled(4, 4, &[level, 0, 0]));
            assert_eq!(text.matches('#').count(), 1, "pure colours are not mixed: {text}");
        }
    }

    #[test]
    fn terminals_say_whether_they_can() {
        assert!(can(b"\x1b[?62;4;22c"));
        assert!(can(b"x\x1b[?1;2;4c"));
        assert!(!can(b"\x1b[?4c"), "the first number is another matter");
        assert!(!can(b"\x1b[?1;2c") && !can(b"\x1b[?62;4") && !can(b"") && !can(&[255]));
    }

    #[test]
    fn no_image_is_no_trouble() {
        assert_eq!(encode(&Image::filled(0, 0, &[0])), "\x1bPq\"1;1;0;0\x1b\\");
    }
}
