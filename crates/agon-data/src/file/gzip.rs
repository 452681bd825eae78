use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::Bytes;
use crate::error::{Error, Result};

/// Deflate packs no more than so many bytes into one.
pub(crate) const MOST_PACKED: u64 = 1032;

/// Whether a file begins as those of gzip do.
pub(crate) fn is_gzip(bytes: &Bytes) -> Result<bool> {
    Ok(bytes.len() >= 18 && bytes.read(0, 2)? == [0x1f, 0x8b])
}

/// The content of a file packed by gzip, piece by piece.
pub(crate) struct Gunzip<'a> {
    bytes: &'a Bytes,
    decoder: Box<dyn Read>,
}

impl<'a> Gunzip<'a> {
    pub(crate) fn new(bytes: &'a Bytes) -> Result<Self> {
        let decoder = Box::new(MultiGzDecoder::new(bytes.reader()?));
        Ok(Self { bytes, decoder })
    }

    /// The next so many bytes: an error if there are fewer, or if there cannot be as many in a file of this
    /// size. Memory is taken as they come.
    pub(crate) fn take(&mut self, length: u64) -> Result<Vec<u8>> {
        let most = self.bytes.len().saturating_mul(MOST_PACKED);
        if length > most {
            return Err(self
                .bytes
                .error(format!("{length} bytes of content"), format!("{most} at most")));
        }
        let mut content = Vec::new();
        let read = self.decoder.by_ref().take(length).read_to_end(&mut content);
        read.map_err(|error| Error::io(self.bytes.path(), error))?;
        if content.len() as u64 == length {
            return Ok(content);
        }
        let got = format!("{}: it is cut short", content.len());
        Err(self.bytes.error(format!("{length} more bytes of content"), got))
    }

    /// Nothing may be left.
    pub(crate) fn finish(mut self) -> Result<()> {
        let left = self.decoder.read(&mut [0]);
        match left.map_err(|error| Error::io(self.bytes.path(), error))? {
            0 => Ok(()),
            _ => Err(self.bytes.error("the end of the content", "more of it")),
        }
    }

    /// What is to be read on by others.
    pub(crate) fn into_reader(self) -> Box<dyn Read> {
        self.decoder
    }
}
