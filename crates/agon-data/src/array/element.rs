use std::fmt;

use burn::tensor::{bf16, f16};

use crate::error::{Error, Result};

/// What the numbers of an [`Array`](crate::Array) are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "their names say all")]
pub enum Element {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    BF16,
    F32,
    F64,
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

impl Element {
    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 | Self::BF16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// Whether the numbers are whole.
    pub fn is_integer(self) -> bool {
        !matches!(self, Self::F16 | Self::BF16 | Self::F32 | Self::F64)
    }

    /// The numbers in these bytes, as the nearest `f32`.
    pub(crate) fn floats(self, order: ByteOrder, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::Bool => bytes.iter().map(|&byte| f32::from(u8::from(byte != 0))).collect(),
            Self::U8 => bytes.iter().map(|&byte| f32::from(byte)).collect(),
            Self::I8 => each(bytes, order, |b| f32::from(i8::from_le_bytes(b))),
            Self::U16 => each(bytes, order, |b| f32::from(u16::from_le_bytes(b))),
            Self::I16 => each(bytes, order, |b| f32::from(i16::from_le_bytes(b))),
            Self::U32 => each(bytes, order, |b| u32::from_le_bytes(b) as f32),
            Self::I32 => each(bytes, order, |b| i32::from_le_bytes(b) as f32),
            Self::U64 => each(bytes, order, |b| u64::from_le_bytes(b) as f32),
            Self::I64 => each(bytes, order, |b| i64::from_le_bytes(b) as f32),
            Self::F16 => each(bytes, order, |b| f16::from_le_bytes(b).to_f32()),
            Self::BF16 => each(bytes, order, |b| bf16::from_le_bytes(b).to_f32()),
            Self::F32 => each(bytes, order, f32::from_le_bytes),
            Self::F64 => each(bytes, order, |b| f64::from_le_bytes(b) as f32),
        }
    }

    /// The whole numbers in these bytes.
    pub(crate) fn integers(self, order: ByteOrder, bytes: &[u8]) -> Result<Vec<i64>> {
        let numbers = match self {
            Self::Bool => bytes.iter().map(|&byte| i64::from(byte != 0)).collect(),
            Self::U8 => bytes.iter().map(|&byte| i64::from(byte)).collect(),
            Self::I8 => each(bytes, order, |b| i64::from(i8::from_le_bytes(b))),
            Self::U16 => each(bytes, order, |b| i64::from(u16::from_le_bytes(b))),
            Self::I16 => each(bytes, order, |b| i64::from(i16::from_le_bytes(b))),
            Self::U32 => each(bytes, order, |b| i64::from(u32::from_le_bytes(b))),
            Self::I32 => each(bytes, order, |b| i64::from(i32::from_le_bytes(b))),
            Self::I64 => each(bytes, order, i64::from_le_bytes),
            Self::U64 => {
                let checked = |number: u64| {
                    i64::try_from(number).map_err(|_| Error::config("a label", "at most 2^63 - 1", number))
                };
                return each(bytes, order, u64::from_le_bytes)
                    .into_iter()
                    .map(checked)
                    .collect();
            }
            Self::F16 | Self::BF16 | Self::F32 | Self::F64 => {
                return Err(Error::config("the type of labels", "whole numbers", self));
            }
        };
        Ok(numbers)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// Decodes numbers of `N` bytes, the last byte first if the order is big-endian.
fn each<const N: usize, T>(bytes: &[u8], order: ByteOrder, decode: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (numbers, _) = bytes.as_chunks::<N>();
    let decode = |&(mut number): &[u8; N]| {
        if order == ByteOrder::Big {
            number.reverse();
        }
        decode(number)
    };
    numbers.iter().map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_bytes() {
        let little = 1.5_f32.to_le_bytes();
        let big = 1.5_f32.to_be_bytes();
        assert_eq!(Element::F32.floats(ByteOrder::Little, &little), [1.5]);
        assert_eq!(Element::F32.floats(ByteOrder::Big, &big), [1.5]);
        let numbers = Element::I16.integers(ByteOrder::Big, &[0xff, 0xfe, 1, 0]).unwrap();
        assert_eq!(numbers, [-2, 256]);
    }

    #[test]
    fn halves_and_doubles_and_truths() {
        assert_eq!(Element::F16.floats(ByteOrder::Little, &[0x00, 0x3e]), [1.5]);
        assert_eq!(Element::BF16.floats(ByteOrder::Little, &[0xc0, 0x3f]), [1.5]);
        assert_eq!(Element::F64.floats(ByteOrder::Big, &(-0.1_f64).to_be_bytes()), [-0.1]);
        assert_eq!(Element::Bool.floats(ByteOrder::Little, &[0, 1, 7]), [0.0, 1.0, 1.0]);
    }

    #[test]
    fn fractions_and_giants_are_no_labels() {
        assert!(Element::F32.integers(ByteOrder::Little, &[0; 4]).is_err());
        assert!(Element::U64.integers(ByteOrder::Little, &[0xff; 8]).is_err());
        assert_eq!(
            Element::U64.integers(ByteOrder::Little, &7_u64.to_le_bytes()).unwrap(),
            [7]
        );
    }
}
