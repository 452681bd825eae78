use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use md5::{Digest, Md5};

use crate::error::{Error, Result};
use crate::fingerprint::hex;

/// Hands bytes on, and keeps their number and checksum.
pub(super) struct Checked<W> {
    to: W,
    hash: Md5,
    pub(super) bytes: u64,
}

impl<W: Write> Checked<W> {
    pub(super) fn new(to: W) -> Self {
        Self {
            to,
            hash: Md5::new(),
            bytes: 0,
        }
    }

    /// What the bytes went to, and their checksum.
    pub(super) fn finish(self) -> (W, String) {
        (self.to, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The checksum of a file.
pub(super) fn of_file(path: &Path) -> Result<String> {
    let hash = || {
        let mut checked = Checked::new(io::sink());
        io::copy(&mut File::open(path)?, &mut checked)?;
        Ok(checked.finish().1)
    };
    hash().map_err(|error| Error::io(path, error))
}
