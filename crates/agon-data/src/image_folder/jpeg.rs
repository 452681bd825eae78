use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use image::ColorType;
use image::metadata::Orientation;

use super::decode::{Decoded, within};
use super::picture::Unusable;

/// Decodes a JPEG. One that is damaged, or ends early, is an error: many decoders fill the rest with grey.
///
/// If one channel is wanted, the brightness is taken as it is stored.
pub(crate) fn decode(file: &[u8], channels: usize, largest: u64) -> Result<Decoded, Unusable> {
    let damaged = |error: DecodeErrors| Unusable::new("a whole JPEG", error);
    if !is_whole(file) {
        return Err(Unusable::new("a whole JPEG", "one that ends early"));
    }
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    within(width, height, largest)?;
    let (space, colour) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (ColorSpace::Luma, ColorType::L8),
        Some(ColorSpace::YCbCr) if channels == 1 => (ColorSpace::Luma, ColorType::L8),
        _ => (ColorSpace::RGB, ColorType::Rgb8),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let bytes = decoder.decode().map_err(damaged)?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    Ok(Decoded {
        width,
        height,
        colour,
        bytes,
        orientation: orientation.unwrap_or(Orientation::NoTransforms),
    })
}

/// Whether the marker is there with which a JPEG ends.
fn is_whole(file: &[u8]) -> bool {
    const END: u8 = 0xd9;
    let mut rest = file.get(2..).unwrap_or_default();
    // What is no marker is coded pixels, in which 0xff is followed by 0 or by the number of a restart.
    while let Some(at) = rest.iter().position(|&byte| byte == 0xff) {
        rest = &rest[at + 1..];
        rest = match *rest {
            [END, ..] => return true,
            [0xff, ..] => rest,
            [0x00 | 0x01 | 0xd0..=0xd8, ..] => &rest[1..],
            [_, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                rest.get(1 + length..).unwrap_or_default()
            }
            _ => return false,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_where_it_is() {
        let whole = [
            0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd9, 1, 2, 0xff, 0xda, 0, 2, 7, 0xff, 0, 0xff, 0xd3, 9, 0xff, 0xff,
            0xd9, 5,
        ];
        assert!(is_whole(&whole));
        for end in 0..whole.len() - 1 {
            assert!(!is_whole(&whole[..end]), "{end}");
        }
    }
}
