//! From what files hold to one channel or three, of bytes.

use image::ColorType;

use super::picture::Unusable;

/// Brightness as the eye weighs the channels (ITU-R 601), in whole numbers as Pillow does.
pub(super) fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let weighed = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    ((weighed + 0x8000) >> 16) as u8
}

/// A colour of the given opacity in front of another one.
fn over(front: u8, opacity: u8, back: u8) -> u8 {
    let (front, opacity, back) = (u32::from(front), u32::from(opacity), u32::from(back));
    ((front * opacity + back * (255 - opacity) + 127) / 255) as u8
}

/// Sixteen bits rounded to eight.
fn eight(sixteen: u16) -> u8 {
    ((u32::from(sixteen) + 128) / 257) as u8
}

/// The pixels of a decoded image in one channel or three: grey stays one channel whatever is wanted,
/// colours become grey if one is wanted, and what is transparent lets the background through.
pub(crate) fn plain(
    bytes: Vec<u8>,
    colour: ColorType,
    channels: usize,
    background: [u8; 3],
) -> Result<(Vec<u8>, usize), Unusable> {
    use ColorType::{L8, L16, La8, La16, Rgb8, Rgb16, Rgba8, Rgba16};
    let bytes = match colour {
        L16 | La16 | Rgb16 | Rgba16 => narrow(&bytes),
        _ => bytes,
    };
    Ok(match (colour, channels) {
        (L8 | L16, _) => (bytes, 1),
        (La8 | La16, 1) => {
            let back = brightness(background);
            (each(&bytes, |[grey, opacity]| [over(grey, opacity, back)]), 1)
        }
        (La8 | La16, _) => (
            each(&bytes, |[grey, opacity]| {
                background.map(|back| over(grey, opacity, back))
            }),
            3,
        ),
        (Rgb8 | Rgb16, 1) => (each(&bytes, |pixel| [brightness(pixel)]), 1),
        (Rgb8 | Rgb16, _) => (bytes, 3),
        (Rgba8 | Rgba16, 1) => (each(&bytes, |pixel| [brightness(composed(pixel, background))]), 1),
        (Rgba8 | Rgba16, _) => (each(&bytes, |pixel| composed(pixel, background)), 3),
        (other, _) => return Err(Unusable::new("grey or colours of 8 or 16 bits", format!("{other:?}"))),
    })
}

fn composed([red, green, blue, opacity]: [u8; 4], background: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|i| over([red, green, blue][i], opacity, background[i]))
}

/// Every pixel of `N` bytes turned into one of `M`.
fn each<const N: usize, const M: usize>(bytes: &[u8], turn: impl Fn([u8; N]) -> [u8; M]) -> Vec<u8> {
    let (pixels, _) = bytes.as_chunks::<N>();
    pixels.iter().flat_map(|&pixel| turn(pixel)).collect()
}

/// Channels of sixteen bits, as the machine orders their bytes.
fn narrow(bytes: &[u8]) -> Vec<u8> {
    each(bytes, |pair| [eight(u16::from_ne_bytes(pair))])
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACK: [u8; 3] = [200, 100, 0];

    fn one(pixel: &[u8], colour: ColorType, channels: usize) -> Vec<u8> {
        plain(pixel.to_vec(), colour, channels, BACK).unwrap().0
    }

    #[test]
    fn colours_by_hand() {
        assert_eq!(one(&[9], ColorType::L8, 3), [9]);
        assert_eq!(one(&[1, 2, 3], ColorType::Rgb8, 3), [1, 2, 3]);
        // (19595 * 255 + 32768) / 65536 = 76.7
        assert_eq!(one(&[255, 0, 0], ColorType::Rgb8, 1), [76]);
        assert_eq!(one(&[255, 255, 255], ColorType::Rgb8, 1), [255]);
    }

    #[test]
    fn what_is_transparent_shows_the_background() {
        assert_eq!(one(&[1, 2, 3, 255], ColorType::Rgba8, 3), [1, 2, 3]);
        assert_eq!(one(&[1, 2, 3, 0], ColorType::Rgba8, 3), BACK);
        assert_eq!(one(&[0, 0, 0, 51], ColorType::Rgba8, 3), [160, 80, 0]);
        assert_eq!(one(&[50, 0], ColorType::La8, 3), BACK);
        assert_eq!(one(&[50, 255], ColorType::La8, 1), [50]);
    }

    #[test]
    fn sixteen_bits_are_rounded() {
        let wide = |values: [u16; 3]| values.map(u16::to_ne_bytes).concat();
        assert_eq!(one(&wide([0, 65_535, 32_896]), ColorType::Rgb16, 3), [0, 255, 128]);
        assert_eq!(one(&wide([128, 129, 257]), ColorType::Rgb16, 3), [0, 1, 1]);
    }
}
