use std::path::Path;

use agon_core::checkpoint::write_atomically;
use agon_core::{Error, Result};

/// Pixels of eight bits per channel, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// 1: grey; 3: red, green and blue.
    pub channels: usize,
    /// The channels of each pixel, pixel by pixel: `width * height * channels` bytes.
    pub bytes: Vec<u8>,
}

impl Image {
    /// An image of one colour, which has a byte for each channel.
    pub fn filled(width: usize, height: usize, colour: &[u8]) -> Self {
        Self {
            width,
            height,
            channels: colour.len(),
            bytes: colour.repeat(width * height),
        }
    }
}

/// Writes an image as a PNG file, which appears whole or not at all.
///
/// # Errors
/// If the image is empty, has other than 1 or 3 channels or too few bytes, or the file cannot be written.
///
/// # Example
/// ```
/// use agon_observe::{Image, write_png};
///
/// let path = std::env::temp_dir().join("agon-doc-example.png");
/// write_png(&path, &Image::filled(4, 3, &[255, 128, 0]))?;
/// # std::fs::remove_file(path).ok();
/// # Ok::<(), agon_core::Error>(())
/// ```
pub fn write_png(path: impl AsRef<Path>, image: &Image) -> Result<()> {
    write_atomically(path.as_ref(), &encode(image)?)
}

pub(crate) fn encode(image: &Image) -> Result<Vec<u8>> {
    let colour = match image.channels {
        1 => png::ColorType::Grayscale,
        3 => png::ColorType::Rgb,
        other => return Err(Error::config("the channels of an image", "1 or 3", other)),
    };
    let side = |n: usize| u32::try_from(n).map_err(|_| Error::config("the side of an image", "less than 2^32", n));
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side(image.width)?, side(image.height)?);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&image.bytes)?;
        writer.finish()
    });
    written.map_err(Error::other)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn what_is_written_can_be_read() {
        let folder = Folder::new("png");
        for image in [
            Image {
                width: 2,
                height: 1,
                channels: 3,
                bytes: vec![1, 2, 3, 4, 5, 6],
            },
            Image {
                width: 1,
                height: 3,
                channels: 1,
                bytes: vec![0, 128, 255],
            },
        ] {
            let path = folder.path().join("image.png");
            write_png(&path, &image).unwrap();
            let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut bytes).unwrap();
            assert_eq!((info.width as usize, info.height as usize), (image.width, image.height));
            assert_eq!(bytes, image.bytes);
        }
    }

    #[test]
    fn images_that_cannot_be_are_errors() {
        for image in [
            Image::filled(2, 2, &[0, 0]),
            Image::filled(0, 2, &[0]),
            Image {
                bytes: vec![0],
                ..Image::filled(2, 2, &[0])
            },
        ] {
            assert!(write_png("never-written.png", &image).is_err());
        }
    }
}
