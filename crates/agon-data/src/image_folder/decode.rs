use std::io::Cursor;
use std::panic::catch_unwind;

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::colour::plain;
use super::jpeg;
use super::picture::{Picture, Unusable};
use crate::error::said;

/// What a decoder makes of a file.
pub(crate) struct Decoded {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) colour: ColorType,
    pub(crate) bytes: Vec<u8>,
    pub(crate) orientation: Orientation,
}

/// What shall become of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) channels: usize,
    pub(crate) background: [u8; 3],
    pub(crate) largest: u64,
}

/// The image that a file holds, upright, whatever the file is called.
///
/// # Errors
/// If the file is no image, is damaged, or its image has more pixels than allowed; its decoder may panic.
pub(crate) fn decode(file: &[u8], wish: Wish) -> Result<Picture, Unusable> {
    let decoded = catch_unwind(|| open(file, wish)).unwrap_or_else(|panic| {
        let got = format!("something its decoder panics at: {}", said(&*panic));
        Err(Unusable::new("an image", got))
    })?;
    let (bytes, channels) = plain(decoded.bytes, decoded.colour, wish.channels, wish.background)?;
    let picture = Picture {
        width: decoded.width,
        height: decoded.height,
        channels,
        bytes,
    };
    Ok(match decoded.orientation {
        Orientation::NoTransforms => picture,
        orientation => upright(picture, orientation),
    })
}

fn open(file: &[u8], wish: Wish) -> Result<Decoded, Unusable> {
    match image::guess_format(file) {
        Ok(ImageFormat::Jpeg) => jpeg::decode(file, wish.channels, wish.largest),
        Ok(format @ (ImageFormat::Png | ImageFormat::WebP | ImageFormat::Bmp)) => other(file, format, wish.largest),
        Ok(format) => Err(Unusable::new("png, jpeg, webp or bmp", format!("{format:?}"))),
        Err(_) if file.is_empty() => Err(Unusable::new("an image", "an empty file")),
        Err(_) => Err(Unusable::new("png, jpeg, webp or bmp", "no image")),
    }
}

fn other(file: &[u8], format: ImageFormat, largest: u64) -> Result<Decoded, Unusable> {
    let damaged = |error: ImageError| Unusable::new(format!("a whole {format:?}"), error);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    // Pixels of 16 bytes: those that are decoded, and as many for what a decoder needs beside them.
    limits.max_alloc = Some(largest.saturating_mul(16).saturating_add(1 << 20));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    within(width, height, largest)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let colour = decoder.color_type();
    let mut bytes = vec![0; width * height * usize::from(colour.bytes_per_pixel())];
    decoder.read_image(&mut bytes).map_err(damaged)?;
    Ok(Decoded {
        width,
        height,
        colour,
        bytes,
        orientation,
    })
}

/// Whether an image is not larger than allowed, which is asked before there is memory for its pixels.
pub(crate) fn within(width: usize, height: usize, largest: u64) -> Result<(), Unusable> {
    match (width as u64).checked_mul(height as u64) {
        Some(0) => Err(Unusable::new("an image", format!("{width} by {height} pixels"))),
        Some(pixels) if pixels <= largest => Ok(()),
        _ => {
            let expected = format!("at most {largest} pixels (`largest` allows more)");
            Err(Unusable::new(expected, format!("{width} by {height}")))
        }
    }
}

/// Turns and mirrors an image as its file says.
fn upright(picture: Picture, orientation: Orientation) -> Picture {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let channels = picture.channels;
    let image = match channels {
        1 => GrayImage::from_raw(width, height, picture.bytes).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, picture.bytes).map(DynamicImage::ImageRgb8),
    };
    let mut image = image.unwrap_or_default();
    image.apply_orientation(orientation);
    Picture {
        width: image.width() as usize,
        height: image.height() as usize,
        channels,
        bytes: image.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;

    use super::*;

    const WISH: Wish = Wish {
        channels: 3,
        background: [200, 100, 0],
        largest: 1 << 20,
    };

    /// A gradient, which a JPEG keeps well.
    fn gradient(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x * 5) as u8, (y * 5) as u8, 90])
        }))
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    const PROGRESSIVE: &[u8] = &[
        255, 216, 255, 224, 0, 16, 74, 70, 73, 70, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 255, 219, 0, 67, 0, 3, 2, 2, 3, 2, 2,
        3, 3, 3, 3, 4, 3, 3, 4, 5, 8, 5, 5, 4, 4, 5, 10, 7, 7, 6, 8, 12, 10, 12, 12, 11, 10, 11, 11, 13, 14, 18, 16,
        13, 14, 17, 14, 11, 11, 16, 22, 16, 17, 19, 20, 21, 21, 21, 12, 15, 23, 24, 22, 20, 24, 18, 20, 21, 20, 255,
        219, 0, 67, 1, 3, 4, 4, 5, 4, 5, 9, 5, 5, 9, 20, 13, 11, 13, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20,
        20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20,
        20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 255, 194, 0, 17, 8, 0, 16, 0, 16, 3, 1, 34, 0, 2, 17, 1, 3, 17, 1, 255,
        196, 0, 21, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 255, 196, 0, 21, 1, 1, 1, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 7, 255, 218, 0, 12, 3, 1, 0, 2, 16, 3, 16, 0, 0, 1, 132, 6, 91, 191, 255, 196, 0,
        20, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 255, 218, 0, 8, 1, 1, 0, 1, 5, 2, 31, 255, 196, 0,
        20, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 218, 0, 8, 1, 3, 1, 1, 63, 1, 127, 255, 196, 0,
        20, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 218, 0, 8, 1, 2, 1, 1, 63, 1, 127, 255, 196, 0,
        20, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 255, 218, 0, 8, 1, 1, 0, 6, 63, 2, 31, 255, 196, 0,
        20, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 255, 218, 0, 8, 1, 1, 0, 1, 63, 33, 31, 255, 218,
        0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 16, 255, 0, 255, 196, 0, 20, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 255, 218, 0, 8, 1, 3, 1, 1, 63, 16, 127, 255, 196, 0, 20, 17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 255, 218, 0, 8, 1, 2, 1, 1, 63, 16, 127, 255, 196, 0, 20, 16, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 32, 255, 218, 0, 8, 1, 1, 0, 1, 63, 16, 31, 255, 217,
    ];

    const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Bmp];

    #[test]
    fn every_format_and_colour_is_read() {
        use DynamicImage as Image;
        let rgb = gradient(20, 10);
        let grey = Image::ImageLuma8(rgb.to_luma8());
        for format in FORMATS {
            let images = match format {
                ImageFormat::Png => vec![
                    Image::ImageRgba16(rgb.to_rgba16()),
                    Image::ImageRgb16(rgb.to_rgb16()),
                    Image::ImageRgba8(rgb.to_rgba8()),
                    Image::ImageLumaA8(grey.to_luma_alpha8()),
                    Image::ImageLumaA16(grey.to_luma_alpha16()),
                    Image::ImageLuma16(grey.to_luma16()),
                ],
                ImageFormat::Jpeg => vec![],
                _ => vec![Image::ImageRgba8(rgb.to_rgba8())],
            };
            for image in images.into_iter().chain([rgb.clone(), grey.clone()]) {
                let file = encoded(&image, format);
                let expected = if image.color().has_color() { &rgb } else { &grey };
                for channels in [1, 3] {
                    let picture = decode(&file, Wish { channels, ..WISH }).unwrap();
                    assert_eq!((picture.width, picture.height), (20, 10));
                    let expected = expected.to_rgb8().into_raw();
                    let expected = match picture.channels {
                        1 => plain(expected, ColorType::Rgb8, 1, [0; 3]).unwrap().0,
                        _ => expected,
                    };
                    let worst = picture.bytes.iter().zip(expected).map(|(&a, b)| a.abs_diff(b)).max();
                    let bound = if format == ImageFormat::Jpeg { 12 } else { 1 };
                    assert!(
                        worst <= Some(bound),
                        "{format:?} {:?} {channels}: {worst:?}",
                        image.color()
                    );
                }
            }
        }
    }

    #[test]
    fn palettes_and_what_is_transparent_in_them() {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 4, 1);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Two);
        encoder.set_palette(vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0]);
        encoder.set_trns(vec![255, 255, 0, 51]);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&[0b00_01_10_11])
            .unwrap();
        let picture = decode(&file, WISH).unwrap();
        assert_eq!(picture.bytes, [255, 0, 0, 0, 255, 0, 200, 100, 0, 160, 80, 0]);
    }

    #[test]
    fn images_stand_upright() {
        // A row of dark and bright, which is to be turned by 90 degrees: dark is on top.
        let lying = DynamicImage::ImageLuma8(GrayImage::from_fn(16, 8, |x, _| {
            image::Luma([if x < 8 { 20 } else { 230 }])
        }));
        let mut file = encoded(&lying, ImageFormat::Jpeg);
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let mut segment = vec![0xff, 0xe1, 0, exif.len() as u8 + 2];
        segment.extend(exif);
        file.splice(2..2, segment);
        let picture = decode(&file, WISH).unwrap();
        assert_eq!((picture.width, picture.height), (8, 16));
        assert!(picture.bytes[0] < 40 && picture.bytes[15 * 8] > 210);
    }

    #[test]
    fn whatever_ends_early_is_an_error() {
        for format in FORMATS {
            let file = encoded(&gradient(19, 13), format);
            assert!(decode(&file, WISH).is_ok());
            for end in 0..file.len() {
                // What is left out at the very end may be padding, or a checksum that nobody needs.
                let needed = match format {
                    ImageFormat::Png => end < file.len() - 16,
                    ImageFormat::WebP => end < file.len() - 1,
                    _ => true,
                };
                let result = decode(&file[..end], WISH);
                assert!(result.is_err() || !needed, "{format:?}, {end} of {} bytes", file.len());
            }
        }
    }

    #[test]
    fn progressive_jpegs_too() {
        // Pillow writes such files; this one is 16 by 16 pixels of one colour, (200, 30, 60).
        assert!(decode(&PROGRESSIVE[..PROGRESSIVE.len() - 2], WISH).is_err());
        let picture = decode(PROGRESSIVE, WISH).unwrap();
        assert!(
            picture.bytes[..3]
                .iter()
                .zip([200, 30, 60])
                .all(|(&a, b)| a.abs_diff(b) <= 3)
        );
    }

    #[test]
    fn no_byte_makes_a_decoder_panic_or_claim_memory() {
        for format in FORMATS {
            let file = encoded(&gradient(19, 13), format);
            for at in 0..file.len().min(700) {
                for change in [0x01, 0x80, 0xff] {
                    let mut damaged = file.clone();
                    damaged[at] ^= change;
                    if let Err(fault) = decode(&damaged, WISH) {
                        assert!(!fault.got.contains("panics"), "{format:?}, byte {at}: {}", fault.got);
                    }
                }
            }
        }
    }

    #[test]
    fn too_many_pixels_are_refused_by_their_header() {
        for format in FORMATS {
            let file = encoded(&gradient(64, 64), format);
            let fault = decode(&file, Wish { largest: 4095, ..WISH }).unwrap_err();
            assert!(fault.got.contains("64 by 64"), "{format:?}: {fault:?}");
            assert!(decode(&file, Wish { largest: 4096, ..WISH }).is_ok());
        }
        // A PNG that says it has 60,000 by 60,000 pixels.
        let mut file = encoded(&gradient(64, 64), ImageFormat::Png);
        for at in [16, 20] {
            file[at..at + 4].copy_from_slice(&60_000_u32.to_be_bytes());
        }
        let check = crc(&file[12..29]).to_be_bytes();
        file[29..33].copy_from_slice(&check);
        let fault = decode(&file, WISH).unwrap_err();
        assert_eq!(fault.got, "60000 by 60000");
    }

    /// The checksum of PNG.
    fn crc(bytes: &[u8]) -> u32 {
        let bit = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        let byte = |crc: u32, &byte: &u8| (0..8).fold(crc ^ u32::from(byte), |crc, _| bit(crc));
        !bytes.iter().fold(!0, byte)
    }

    #[test]
    fn what_is_no_image_says_so() {
        for (file, got) in [
            (&b""[..], "an empty file"),
            (b"hello", "no image"),
            (b"GIF89a\x01\0\x01\0", "Gif"),
        ] {
            assert_eq!(decode(file, WISH).unwrap_err().got, got);
        }
    }

    #[test]
    fn brightness_is_taken_as_it_is_stored() {
        let mut file = Vec::new();
        gradient(32, 32)
            .write_with_encoder(JpegEncoder::new_with_quality(&mut file, 95))
            .unwrap();
        let grey = decode(&file, Wish { channels: 1, ..WISH }).unwrap();
        let colour = decode(&file, WISH).unwrap();
        let (pixels, _) = colour.bytes.as_chunks::<3>();
        for (&grey, &pixel) in grey.bytes.iter().zip(pixels) {
            assert!(grey.abs_diff(super::super::colour::brightness(pixel)) <= 2);
        }
    }
}
