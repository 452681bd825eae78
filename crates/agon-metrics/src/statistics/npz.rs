use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use crate::error::{Error, Result};

/// An array of an `.npz` file.
#[derive(Debug)]
pub(super) struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// The array of this name of the file at `path`.
pub(super) fn read(path: &Path, name: &str) -> Result<Array> {
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    let unusable = |got: String| Error::file(path, "an .npz file with `mu` and `sigma`", got);
    let mut archive = ZipArchive::new(file).map_err(|error| unusable(error.to_string()))?;
    let mut entry = archive
        .by_name(&format!("{name}.npy"))
        .map_err(|error| unusable(format!("no `{name}`: {error}")))?;
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
    parse(&bytes).ok_or_else(|| unusable(format!("`{name}`, not a plain array of f32 or f64 in C order")))
}

/// Reads the `.npy` format, versions 1 to 3: magic, version, length of the header, header, values.
fn parse(bytes: &[u8]) -> Option<Array> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (&[major, _], rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = if major == 1 {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    } else {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
    };
    let header = std::str::from_utf8(rest.get(..length)?).ok()?;
    let data = &rest[length..];
    let shape = shape(header)?;
    if field(header, "fortran_order")?.starts_with("True") && shape.len() > 1 {
        return None;
    }
    let kind = field(header, "descr")?;
    let values: Vec<f64> = if kind.starts_with("'<f8'") {
        data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
    } else if kind.starts_with("'<f4'") {
        let widened = |b: &[u8; 4]| f64::from(f32::from_le_bytes(*b));
        data.as_chunks().0.iter().map(widened).collect()
    } else {
        return None;
    };
    (values.len() == shape.iter().product::<usize>()).then_some(Array { shape, values })
}

/// What follows a key of the header.
fn field<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, after) = header.split_once(&format!("'{key}':"))?;
    Some(after.trim_start())
}

fn shape(header: &str) -> Option<Vec<usize>> {
    let (inner, _) = field(header, "shape")?.strip_prefix('(')?.split_once(')')?;
    inner
        .split(',')
        .map(str::trim)
        .filter(|side| !side.is_empty())
        .map(|side| side.parse().ok())
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// As numpy writes it.
    pub fn npy(shape: &str, values: &[f64]) -> Vec<u8> {
        let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
        while !(10 + header.len() + 1).is_multiple_of(64) {
            header.push(' ');
        }
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.into_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    #[test]
    fn arrays_of_numpy_are_read() {
        let array = parse(&npy("(2, 3)", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.5])).unwrap();
        assert_eq!((array.shape, array.values[5]), (vec![2, 3], 6.5));
        assert_eq!(parse(&npy("(2,)", &[1.0, 2.0])).unwrap().shape, [2]);
    }

    #[test]
    fn others_are_not() {
        assert!(parse(b"").is_none() && parse(b"\x93NUMPY\x01\x00\xff\xff").is_none());
        assert!(parse(&npy("(2, 3)", &[1.0])).is_none());
    }
}
