use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use zip::{CompressionMethod, ZipArchive};

use super::Array;
use super::archive::{At, Entry};
use super::npy::Header;
use crate::error::{Error, Result};
use crate::file::{Bytes, MOST_PACKED};

/// Whether a file begins like a zip file. An empty one begins with its end.
pub(crate) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The arrays of an `.npz`: a zip file of `.npy` files. What is stored streams, what is deflated has to be
/// unpacked.
pub(super) fn entries(bytes: &Bytes) -> Result<BTreeMap<String, Entry>> {
    let mut archive = open(bytes)?;
    let mut entries = BTreeMap::new();
    for member in 0..archive.len() {
        let mut file = archive.by_index(member).map_err(|error| damaged(bytes, error))?;
        let name = file.name().map_err(|error| damaged(bytes, error))?.into_owned();
        let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else {
            continue;
        };
        let header = Header::read(bytes, &mut file)?;
        let shape = header.shape.clone();
        let stored = (file.compression() == CompressionMethod::Stored)
            .then(|| file.data_start())
            .flatten();
        let at = match (header.element(), stored) {
            (Err(foreign), _) => At::Foreign(foreign),
            _ if shape.is_empty() => At::Foreign("a single number".to_owned()),
            (Ok(_), Some(start)) if !header.is_turned() => {
                check_size(bytes, &header, file.size(), file.compressed_size())?;
                let first = header.first.checked_add(start);
                let first = first.ok_or_else(|| bytes.error("a member within the file", start))?;
                At::Open(header.array(bytes.clone(), first)?)
            }
            _ => At::Packed(member),
        };
        entries.insert(name, Entry { shape, at });
    }
    Ok(entries)
}

/// Unpacks a member into memory. Its checksum is checked on the way.
pub(super) fn unpack(bytes: &Bytes, member: usize) -> Result<Array> {
    let mut archive = open(bytes)?;
    let mut file = archive.by_index(member).map_err(|error| damaged(bytes, error))?;
    let header = Header::read(bytes, &mut file)?;
    let length = check_size(bytes, &header, file.size(), file.compressed_size())?;
    let mut numbers = Vec::new();
    let read = file.take(length.saturating_add(1)).read_to_end(&mut numbers);
    read.map_err(|error| Error::io(bytes.path(), error))?;
    if numbers.len() as u64 != length {
        return Err(bytes.error(format!("{length} bytes of numbers"), numbers.len()));
    }
    header.array(Bytes::memory(bytes.path(), Arc::new(numbers)), 0)
}

/// The bytes of the numbers, which must be what the zip file says and can hold.
fn check_size(bytes: &Bytes, header: &Header, size: u64, packed: u64) -> Result<u64> {
    let length = header.content(bytes)?;
    let most = packed.min(bytes.len()).saturating_mul(MOST_PACKED);
    if header.first.checked_add(length) == Some(size) && size <= most {
        return Ok(length);
    }
    let expected = format!("{length} bytes of numbers for the shape {:?}", header.shape);
    Err(bytes.error(expected, format!("a member of {size} bytes, packed into {packed}")))
}

fn open(bytes: &Bytes) -> Result<ZipArchive<crate::file::Reader>> {
    ZipArchive::new(bytes.reader()?).map_err(|error| damaged(bytes, error))
}

fn damaged(bytes: &Bytes, error: zip::result::ZipError) -> Error {
    bytes.error("a whole zip file", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arrays;
    use crate::testing::{Folder, spoil};

    const DEFLATED: &[u8] = include_bytes!("../../fixtures/deflated.npz");
    const STORED: &[u8] = include_bytes!("../../fixtures/stored.npz");

    #[test]
    fn every_type_that_numpy_writes() {
        let expected: Vec<f32> = (0..24).map(|i| (7 * i % 23) as f32).collect();
        let truths: Vec<f32> = expected.iter().map(|&number| f32::from(number != 0.0)).collect();
        let mut read = 0;
        for file in [DEFLATED, STORED] {
            let arrays = Arrays::open(file).unwrap();
            for (name, _) in arrays.shapes() {
                if matches!(name, "text" | "complex" | "records" | "single") {
                    assert!(arrays.get(name).is_err(), "{name}");
                    continue;
                }
                let array = arrays.get(name).unwrap();
                assert_eq!(array.shape(), [2, 3, 4], "{name}");
                let wanted = if name == "b1" { &truths } else { &expected };
                assert_eq!(&array.floats(&[0, 1]).unwrap(), wanted, "{name}");
                read += 1;
            }
        }
        assert_eq!(read, 26);
    }

    #[test]
    fn what_is_stored_streams() {
        let folder = Folder::new();
        let path = folder.write("stored.npz", STORED);
        let arrays = Arrays::open(&path).unwrap();
        assert_eq!(arrays.get("f8_big").unwrap().streams_from(), [path]);
        assert!(arrays.get("f4_fortran").unwrap().streams_from().is_empty());
        assert!(arrays.get("x").unwrap_err().to_string().contains("u1 [2, 3, 4]"));
    }

    #[test]
    fn a_member_that_claims_too_much_is_refused() {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1152921504606846976,), }";
        let mut member = b"\x93NUMPY\x01\x00".to_vec();
        member.extend((header.len() as u16).to_le_bytes());
        member.extend(header.as_bytes());
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file("a.npy", options).unwrap();
        std::io::Write::write_all(&mut writer, &member).unwrap();
        let file = writer.finish().unwrap().into_inner();
        assert!(Arrays::open(file).and_then(|arrays| arrays.get("a")).is_err());
    }

    #[test]
    fn damage_is_an_error_or_other_numbers() {
        let read = |bytes: Vec<u8>| {
            let Ok(arrays) = Arrays::open(bytes) else { return false };
            let names: Vec<String> = arrays.shapes().map(|(name, _)| name.to_owned()).collect();
            let read = |name: &String| arrays.get(name).is_ok_and(|array| array.in_memory().is_ok());
            names.iter().filter(|name| read(name)).count() == names.len()
        };
        let (tried, content) = spoil(STORED, 2_000, read);
        assert!(tried > 3_000 && content < tried, "{content} of {tried}");
        let small = small_deflated();
        let (tried, content) = spoil(&small, 3_000, read);
        assert!(tried > 3_000 && content < tried, "{content} of {tried}");
    }

    fn small_deflated() -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for name in ["a.npy", "b.npy"] {
            writer.start_file(name, options).unwrap();
            let member = include_bytes!("../../fixtures/version2.npy");
            std::io::Write::write_all(&mut writer, member).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}
