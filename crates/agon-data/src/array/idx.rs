use std::sync::Arc;

use super::{Array, ByteOrder, Element};
use crate::error::Result;
use crate::file::{Bytes, Gunzip, Source, is_gzip};

impl Array {
    /// An array in the format of the MNIST files, plain or packed by gzip: any of its six types, any number of
    /// axes. Plain files stream; packed ones are unpacked into memory.
    ///
    /// ```text
    /// bytes  0 0 | type: 08 u8, 09 i8, 0b i16, 0c i32, 0d f32, 0e f64 | axes | length of each axis, 4 bytes
    /// ```
    /// Everything is big-endian.
    ///
    /// # Errors
    /// If it cannot be read, is no such file, or its size is not the one that its header tells.
    ///
    /// # References
    /// LeCun, Cortes, Burges: The MNIST database of handwritten digits.
    pub fn idx(source: impl Into<Source>) -> Result<Self> {
        let bytes = source.into().open()?;
        if is_gzip(&bytes)? {
            return packed(&bytes);
        }
        let start = bytes.read(0, 4)?;
        let header = Header::new(&bytes, &start)?;
        let shape = header.shape(&bytes.read(4, 4 * header.axes)?);
        let first = 4 + 4 * header.axes;
        let length = size(&bytes, &shape, header.element)?;
        if first.checked_add(length) != Some(bytes.len()) {
            let expected = format!("{length} bytes after the header, for the shape {shape:?}");
            return Err(bytes.error(expected, bytes.len() - first));
        }
        Self::dense(bytes, header.element, ByteOrder::Big, shape, first)
    }
}

fn packed(bytes: &Bytes) -> Result<Array> {
    let mut content = Gunzip::new(bytes)?;
    let header = Header::new(bytes, &content.take(4)?)?;
    let shape = header.shape(&content.take(4 * header.axes)?);
    let numbers = content.take(size(bytes, &shape, header.element)?)?;
    content.finish()?;
    let numbers = Bytes::memory(bytes.path(), Arc::new(numbers));
    Array::dense(numbers, header.element, ByteOrder::Big, shape, 0)
}

/// Whether a file begins like one of IDX.
pub(crate) fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=u8::MAX, ..])
}

struct Header {
    element: Element,
    axes: u64,
}

impl Header {
    fn new(bytes: &Bytes, start: &[u8]) -> Result<Self> {
        let &[0, 0, kind, axes @ 1..=u8::MAX] = start else {
            return Err(bytes.error("an IDX file", format!("one that begins with {start:02x?}")));
        };
        let element = match kind {
            0x08 => Element::U8,
            0x09 => Element::I8,
            0x0b => Element::I16,
            0x0c => Element::I32,
            0x0d => Element::F32,
            0x0e => Element::F64,
            _ => return Err(bytes.error("one of the six types of IDX", format!("type {kind:#04x}"))),
        };
        Ok(Self {
            element,
            axes: axes.into(),
        })
    }

    fn shape(&self, lengths: &[u8]) -> Vec<usize> {
        let (lengths, _) = lengths.as_chunks::<4>();
        lengths
            .iter()
            .map(|&length| u32::from_be_bytes(length) as usize)
            .collect()
    }
}

/// The bytes that an array of this shape takes.
pub(super) fn size(bytes: &Bytes, shape: &[usize], element: Element) -> Result<u64> {
    let size = |size: u64, &axis: &usize| size.checked_mul(axis as u64);
    shape
        .iter()
        .try_fold(element.size() as u64, size)
        .ok_or_else(|| bytes.error("an array that fits a file", format!("the shape {shape:?}")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::testing::spoil;

    /// An IDX file of this type code and shape.
    fn file(kind: u8, shape: &[u32], numbers: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, kind, shape.len() as u8];
        file.extend(shape.iter().flat_map(|axis| axis.to_be_bytes()));
        file.extend(numbers);
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_type_plain_and_packed() {
        let cases: [(u8, Element, Vec<u8>); 6] = [
            (0x08, Element::U8, vec![1, 2]),
            (0x09, Element::I8, vec![1, 2]),
            (0x0b, Element::I16, [1_i16, 2].map(i16::to_be_bytes).concat()),
            (0x0c, Element::I32, [1_i32, 2].map(i32::to_be_bytes).concat()),
            (0x0d, Element::F32, [1_f32, 2.0].map(f32::to_be_bytes).concat()),
            (0x0e, Element::F64, [1_f64, 2.0].map(f64::to_be_bytes).concat()),
        ];
        for (kind, element, numbers) in cases {
            let plain = file(kind, &[2], &numbers);
            for bytes in [gzip(&plain), plain] {
                let array = Array::idx(bytes).unwrap();
                assert_eq!((array.element(), array.shape()), (element, [2].as_slice()));
                assert_eq!(array.floats(&[1, 0]).unwrap(), [2.0, 1.0]);
            }
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_errors() {
        for wrong in [
            file(0x08, &[3], &[1, 2]),
            file(0x08, &[1], &[1, 2]),
            file(0x08, &[u32::MAX, u32::MAX, u32::MAX], &[1, 2]),
            file(0x0e, &[1 << 30, 1 << 30], &[1, 2]),
            file(0x08, &[], &[1]),
            file(0x08, &[4, 0], &[]),
            file(0x0a, &[2], &[1, 2]),
            vec![0, 0, 8],
            vec![],
        ] {
            assert!(Array::idx(wrong.clone()).is_err(), "{wrong:?}");
            assert!(Array::idx(gzip(&wrong)).is_err(), "{wrong:?} packed");
        }
    }

    #[test]
    fn damage_is_an_error_or_other_numbers() {
        let plain = file(0x08, &[5, 2, 3], &(0..30).collect::<Vec<_>>());
        let packed = gzip(&file(0x0b, &[40], &[7; 80]));
        for file in [plain, packed] {
            let read = |bytes: Vec<u8>| Array::idx(bytes).is_ok_and(|array| array.in_memory().is_ok());
            let (tried, content) = spoil(&file, 3_000, read);
            assert!(tried > 3_000 && content < tried / 2, "{content} of {tried}");
        }
    }
}
