use std::io::Read;
use std::sync::Arc;

use super::idx::size;
use super::{Array, ByteOrder, Element};
use crate::error::{Error, Result};
use crate::file::{Bytes, Source};

/// Longer headers are refused: those of plain arrays have some hundred bytes.
const LONGEST_HEADER: u64 = 1 << 16;

impl Array {
    /// An array of numpy's `.npy`: all plain types (bool, u8 to i64, f16, f32, f64), both orders of bytes, C and
    /// Fortran order, versions 1 to 3. It streams, unless it has several axes in Fortran order: then it is
    /// turned around in memory.
    ///
    /// # Errors
    /// If it cannot be read, is no such file or one of records, text or pickled objects, or its size is not the
    /// one that its header tells.
    ///
    /// # References
    /// numpy.lib.format, "Format specification".
    pub fn npy(source: impl Into<Source>) -> Result<Self> {
        let bytes = source.into().open()?;
        let header = Header::read(&bytes, &mut bytes.reader()?)?;
        let length = header.content(&bytes)?;
        if header.first.checked_add(length) != Some(bytes.len()) {
            let expected = format!("{length} bytes after the header, for the shape {:?}", header.shape);
            return Err(bytes.error(expected, bytes.len().saturating_sub(header.first)));
        }
        let first = header.first;
        header.array(bytes, first)
    }
}

/// Whether a file begins like one of numpy.
pub(crate) fn is_npy(start: &[u8]) -> bool {
    start.starts_with(b"\x93NUMPY")
}

/// What the beginning of an `.npy` says.
#[derive(Debug)]
pub(super) struct Header {
    /// Where the numbers begin.
    pub(super) first: u64,
    pub(super) shape: Vec<usize>,
    /// The type of the numbers, or what there is instead.
    kind: Result<(Element, ByteOrder), String>,
    fortran: bool,
}

impl Header {
    pub(super) fn read(bytes: &Bytes, from: &mut dyn Read) -> Result<Self> {
        let start: [u8; 8] = exactly(bytes, from)?;
        let (length, prefix) = match start {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _] => (u16::from_le_bytes(exactly(bytes, from)?).into(), 10),
            [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _] => {
                (u64::from(u32::from_le_bytes(exactly(bytes, from)?)), 12)
            }
            [0x93, b'N', b'U', b'M', b'P', b'Y', major, minor] => {
                return Err(bytes.error("an .npy of version 1, 2 or 3", format!("version {major}.{minor}")));
            }
            _ => return Err(bytes.error("an .npy file", format!("one that begins with {start:02x?}"))),
        };
        if length > LONGEST_HEADER {
            return Err(bytes.error(format!("a header of at most {LONGEST_HEADER} bytes"), length));
        }
        let mut text = Vec::new();
        let read = from.take(length).read_to_end(&mut text);
        read.map_err(|error| Error::io(bytes.path(), error))?;
        let text = String::from_utf8_lossy(&text);
        let invalid = || {
            bytes.error(
                "a header with descr, fortran_order and shape",
                format!("`{}`", text.trim()),
            )
        };
        let (kind, fortran, shape) = Scanner(&text).dictionary().ok_or_else(invalid)?;
        Ok(Self {
            first: prefix + length,
            shape,
            kind,
            fortran,
        })
    }

    /// The type of the numbers, or what there is instead.
    pub(super) fn element(&self) -> Result<Element, String> {
        self.kind.clone().map(|(element, _)| element)
    }

    /// How many bytes the numbers take.
    pub(super) fn content(&self, bytes: &Bytes) -> Result<u64> {
        let element = self
            .element()
            .map_err(|got| bytes.error("an array of plain numbers", got))?;
        size(bytes, &self.shape, element)
    }

    /// Whether the numbers have to be turned around.
    pub(super) fn is_turned(&self) -> bool {
        self.fortran && self.shape.len() > 1
    }

    /// The array whose numbers begin at `first`.
    pub(super) fn array(self, bytes: Bytes, first: u64) -> Result<Array> {
        let length = self.content(&bytes)?;
        let turned = self.is_turned();
        let (element, order) = self.kind.map_err(|got| bytes.error("an array of plain numbers", got))?;
        if !turned {
            return Array::dense(bytes, element, order, self.shape, first);
        }
        let numbers = turn(&bytes.read(first, length)?, &self.shape, element.size());
        let numbers = Bytes::memory(bytes.path(), Arc::new(numbers));
        Array::dense(numbers, element, order, self.shape, 0)
    }
}

fn exactly<const N: usize>(bytes: &Bytes, from: &mut dyn Read) -> Result<[u8; N]> {
    let mut read = [0; N];
    match from.read_exact(&mut read) {
        Ok(()) => Ok(read),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(bytes.error("the header of an .npy", "the end of the file"))
        }
        Err(error) => Err(Error::io(bytes.path(), error)),
    }
}

/// From Fortran order (the first axis runs fastest) to C order (the last one does).
fn turn(numbers: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    struct Axis {
        at: usize,
        length: usize,
        stride: usize,
    }
    let mut stride = size;
    let mut axes = Vec::new();
    for &length in shape {
        axes.push(Axis { at: 0, length, stride });
        stride *= length;
    }
    let mut turned = Vec::with_capacity(numbers.len());
    let mut from = 0;
    while turned.len() < numbers.len() {
        turned.extend_from_slice(numbers.get(from..from + size).unwrap_or_default());
        for axis in axes.iter_mut().rev() {
            axis.at += 1;
            from += axis.stride;
            if axis.at < axis.length {
                break;
            }
            from -= axis.stride * axis.length;
            axis.at = 0;
        }
    }
    turned
}

type Fields = (Result<(Element, ByteOrder), String>, bool, Vec<usize>);

/// Reads the header's dictionary, as Python writes it.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn dictionary(mut self) -> Option<Fields> {
        let (mut kind, mut fortran, mut shape) = (None, None, None);
        self.eat("{").then_some(())?;
        while !self.eat("}") {
            let key = self.string()?;
            self.eat(":").then_some(())?;
            match key {
                "descr" if self.0.trim_start().starts_with('[') => {
                    return Some((Err("records".to_owned()), false, Vec::new()));
                }
                "descr" => kind = Some(element(self.string()?)),
                "fortran_order" => fortran = Some(self.truth()?),
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if !self.eat(",") {
                self.eat("}").then_some(())?;
                break;
            }
        }
        Some((kind?, fortran?, shape?))
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn string(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start();
        let quote = rest.chars().next().filter(|&quote| quote == '\'' || quote == '"')?;
        let (string, rest) = rest.get(1..)?.split_once(quote)?;
        self.0 = rest;
        Some(string)
    }

    fn truth(&mut self) -> Option<bool> {
        let truth = self.eat("True");
        (truth || self.eat("False")).then_some(truth)
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        let mut shape = Vec::new();
        self.eat("(").then_some(())?;
        while !self.eat(")") {
            let rest = self.0.trim_start();
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, rest) = rest.split_at(end);
            shape.push(digits.parse().ok()?);
            // Python 2 marked long integers.
            self.0 = rest.strip_prefix('L').unwrap_or(rest);
            if !self.eat(",") {
                self.eat(")").then_some(())?;
                break;
            }
        }
        Some(shape)
    }
}

/// `<f4` and the like, or what it is instead.
fn element(descr: &str) -> Result<(Element, ByteOrder), String> {
    let element = match descr.get(1..).unwrap_or_default() {
        "b1" => Element::Bool,
        "u1" => Element::U8,
        "i1" => Element::I8,
        "u2" => Element::U16,
        "i2" => Element::I16,
        "u4" => Element::U32,
        "i4" => Element::I32,
        "u8" => Element::U64,
        "i8" => Element::I64,
        "f2" => Element::F16,
        "f4" => Element::F32,
        "f8" => Element::F64,
        _ => return Err(format!("the type `{descr}`")),
    };
    match descr.chars().next() {
        Some('<' | '|') => Ok((element, ByteOrder::Little)),
        Some('>') => Ok((element, ByteOrder::Big)),
        _ => Err(format!("the type `{descr}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::spoil;

    /// An `.npy` of version 1 with this header and content.
    fn file(header: &str, numbers: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(numbers);
        file
    }

    fn open(header: &str, numbers: &[u8]) -> Result<Array> {
        Array::npy(file(header, numbers))
    }

    #[test]
    fn later_versions_are_read() {
        let files: [&[u8]; 2] = [
            include_bytes!("../../fixtures/version2.npy"),
            include_bytes!("../../fixtures/version3.npy"),
        ];
        for file in files {
            let array = Array::npy(file).unwrap();
            assert_eq!(array.shape(), [2, 3, 4]);
            assert_eq!(array.floats(&[1]).unwrap()[..3], [15.0, 22.0, 6.0]);
        }
    }

    #[test]
    fn fields_come_in_any_order_and_style() {
        let array = open(r#"{"shape":(2L,),"fortran_order":False,"descr":"|u1"}"#, &[3, 4]).unwrap();
        assert_eq!(array.integers(&[1, 0]).unwrap(), [4, 3]);
        let array = open(
            "{'descr': '<u2', 'fortran_order': True, 'shape': (2, 2,), }   \n",
            &[1, 0, 2, 0, 3, 0, 4, 0],
        );
        assert_eq!(array.unwrap().floats(&[0, 1]).unwrap(), [1.0, 3.0, 2.0, 4.0]);
    }

    #[test]
    fn lies_are_errors_at_once() {
        let claims = |shape: &str| format!("{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}");
        for shape in [
            "(1152921504606846976,)",
            "(4294967296, 4294967296, 4294967296)",
            "(1152921504606846976, 0)",
            "(99999999999999999999999,)",
            "(2, 2)",
            "()",
            "(-1,)",
            "(1",
        ] {
            assert!(open(&claims(shape), &[0; 16]).is_err(), "{shape}");
        }
        for header in [
            "",
            "{}",
            "{'descr': [('x', '<f4')], 'shape'",
            "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
        ] {
            assert!(open(header, &[0; 16]).is_err(), "{header}");
        }
        let mut long = b"\x93NUMPY\x02\x00".to_vec();
        long.extend(u32::MAX.to_le_bytes());
        assert!(Array::npy(long).is_err());
    }

    #[test]
    fn damage_is_an_error_or_other_numbers() {
        let plain = file(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n",
            &[7; 24],
        );
        let turned = file(
            "{'descr': '>i2', 'fortran_order': True, 'shape': (3, 2, 2), }\n",
            &[7; 24],
        );
        for file in [plain, turned] {
            let read = |bytes: Vec<u8>| Array::npy(bytes).is_ok_and(|array| array.in_memory().is_ok());
            let (tried, content) = spoil(&file, 3_000, read);
            assert!(tried > 3_000 && content < tried / 2, "{content} of {tried}");
        }
    }
}
