//! Taking named files out of a tar archive.

use std::io::{self, Read};
use std::path::Path;

use super::facts::Archive;
use crate::error::{Error, Result};
use crate::file::{Bytes, Gunzip, Partial};

const BLOCK: usize = 512;

/// Takes the wanted files out of an archive packed by gzip, into `folder`, and nothing else: names in the archive
/// are compared, never used.
pub(super) fn unpack(archive: &Path, wanted: &Archive, folder: &Path) -> Result<()> {
    let bytes = Bytes::open(archive)?;
    let mut content = Gunzip::new(&bytes)?.into_reader();
    extract(&mut content, wanted, |name, from, size| {
        let mut file = Partial::create(&folder.join(name)).map_err(io::Error::other)?;
        copy(from, size, &mut file)?;
        file.commit().map_err(io::Error::other)
    })
    .map_err(|error| Error::io(archive, error))
}

/// Hands every wanted file to `keep`, which has to read all of it.
fn extract<R: Read>(
    content: &mut R,
    wanted: &Archive,
    mut keep: impl FnMut(&str, &mut R, u64) -> io::Result<()>,
) -> io::Result<()> {
    let damaged = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let mut missing = wanted.members.to_vec();
    while !missing.is_empty() {
        let Some(header) = Header::read(content)? else {
            let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
            return Err(damaged(format!(
                "expected {}, got an archive without",
                names.join(", ")
            )));
        };
        let found = missing
            .iter()
            .position(|(name, _)| header.is_file && header.name == name.as_bytes());
        match found.map(|found| missing.swap_remove(found)) {
            None => copy(content, header.size, &mut io::sink())?,
            Some((name, size)) if header.size == size => keep(name, content, size)?,
            Some((name, size)) => {
                return Err(damaged(format!("expected {size} bytes of {name}, got {}", header.size)));
            }
        }
    }
    Ok(())
}

/// Hands on so many bytes, and skips what fills the last block.
fn copy(from: &mut impl Read, size: u64, into: &mut impl io::Write) -> io::Result<()> {
    let padding = size.wrapping_neg() % BLOCK as u64;
    if io::copy(&mut from.by_ref().take(size), into)? == size
        && io::copy(&mut from.by_ref().take(padding), &mut io::sink())? == padding
    {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut short"))
}

struct Header {
    /// Without the folders before it.
    name: Vec<u8>,
    size: u64,
    is_file: bool,
}

impl Header {
    /// The next header, unless the archive ends here.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut block = [0_u8; BLOCK];
        from.read_exact(&mut block)?;
        if block == [0; BLOCK] {
            return Ok(None);
        }
        let field = |start: usize, length: usize| block.iter().skip(start).take(length).copied();
        // The checksum counts its own field as spaces.
        let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
        let own: u64 = field(148, 8).map(u64::from).sum();
        if octal(field(148, 8)) != Some(sum - own + 8 * u64::from(b' ')) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the archive is damaged"));
        }
        let size = octal(field(124, 12));
        let size = size.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a size that is no octal number"))?;
        let path: Vec<u8> = field(0, 100).take_while(|&byte| byte != 0).collect();
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        Ok(Some(Self {
            name: name.to_vec(),
            size,
            is_file: field(156, 1).all(|kind| matches!(kind, 0 | b'0')),
        }))
    }
}

/// An octal number with spaces before and a space or zero byte behind.
fn octal(field: impl Iterator<Item = u8>) -> Option<u64> {
    let digits = field
        .skip_while(|&byte| byte == b' ')
        .take_while(|byte| !matches!(byte, b' ' | 0));
    digits.fold(Some(0_u64), |number, digit| {
        let digit = char::from(digit).to_digit(8)?;
        number?.checked_mul(8)?.checked_add(digit.into())
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::testing::{Folder, spoil};

    /// A tar archive of these files, not packed.
    pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, content) in files {
            let mut block = [0_u8; BLOCK];
            block[..name.len()].copy_from_slice(name.as_bytes());
            block[124..136].copy_from_slice(format!("{:011o} ", content.len()).as_bytes());
            block[148..156].fill(b' ');
            block[156] = b'0';
            let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            archive.extend(block);
            archive.extend(*content);
            archive.resize(archive.len().next_multiple_of(BLOCK), 0);
        }
        archive.resize(archive.len() + 2 * BLOCK, 0);
        archive
    }

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    const WANTED: Archive = Archive {
        folder: "",
        members: &[("a.bin", 3), ("b.bin", 600)],
    };

    #[test]
    fn wanted_files_are_taken_and_no_name_leads_out() {
        let folder = Folder::new();
        let long = [7; 600];
        let members: [(&str, &[u8]); 4] = [
            ("x/notes.txt", b"hello"),
            ("/etc/b.bin", &long),
            ("../../evil.bin", b"evil"),
            ("../x/a.bin", b"abc"),
        ];
        let archive = folder.write("a.tar.gz", &gzip(&tar(&members)));
        let into = folder.path().join("deep/into");
        unpack(&archive, &WANTED, &into).unwrap();
        assert_eq!(std::fs::read(into.join("a.bin")).unwrap(), b"abc");
        assert_eq!(std::fs::read(into.join("b.bin")).unwrap(), long);
        assert_eq!(std::fs::read_dir(&into).unwrap().count(), 2);
        assert!(!folder.path().join("evil.bin").exists());
    }

    #[test]
    fn a_file_of_another_size_or_none_is_an_error() {
        let folder = Folder::new();
        let archives: [&[(&str, &[u8])]; 2] = [&[("a.bin", b"abcd")], &[("a.bin", b"abc")]];
        for members in archives {
            let archive = folder.write("a.tar.gz", &gzip(&tar(members)));
            assert!(unpack(&archive, &WANTED, &folder.path().join("into")).is_err());
            assert!(!folder.path().join("into/b.bin").exists());
        }
    }

    #[test]
    fn damage_is_an_error_or_another_content() {
        let whole = tar(&[("x/a.bin", b"abc"), ("x/b.bin", &[7; 600])]);
        let (tried, content) = spoil(&whole, 2_000, |bytes| {
            let mut kept = 0;
            let extracted = extract(&mut bytes.as_slice(), &WANTED, |_, from, size| {
                let mut file = Vec::new();
                copy(from, size, &mut file)?;
                kept += file.len();
                Ok(())
            });
            assert!(kept <= 603 && (extracted.is_err() || kept == 603));
            extracted.is_ok()
        });
        assert!(tried > 3_000 && content < tried, "{content} of {tried}");
    }
}
