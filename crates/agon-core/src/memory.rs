use std::collections::BTreeMap;
use std::fmt::Display;

use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Small named state which outlives a round: an equilibrium, a running mean, a counter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Vec<Number>>", into = "BTreeMap<String, Vec<Number>>")]
pub struct Memory {
    entries: BTreeMap<String, Vec<f64>>,
    /// What could not be read, and why.
    unread: Option<String>,
}

/// More numbers than this are no reading matter: checkpoints keep them in a file of their own.
const SHORT: usize = 1_000;

/// A number on paper: JSON has no word for those that are not finite.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Bits { bits: u64 },
}

impl From<Memory> for BTreeMap<String, Vec<Number>> {
    fn from(Memory { entries, .. }: Memory) -> Self {
        let written = |value: f64| match value.is_finite() {
            true => Number::Finite(value),
            false => Number::Bits { bits: value.to_bits() },
        };
        let entries = entries.into_iter();
        entries
            .map(|(name, values)| (name, values.into_iter().map(written).collect()))
            .collect()
    }
}

impl From<BTreeMap<String, Vec<Number>>> for Memory {
    fn from(entries: BTreeMap<String, Vec<Number>>) -> Self {
        let read = |number| match number {
            Number::Finite(value) => value,
            Number::Bits { bits } => f64::from_bits(bits),
        };
        let entries = entries.into_iter();
        let entries = entries.map(|(name, values)| (name, values.into_iter().map(read).collect()));
        Self::of(entries.collect())
    }
}

impl Memory {
    /// Nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    fn of(entries: BTreeMap<String, Vec<f64>>) -> Self {
        Self { entries, unread: None }
    }

    /// With these numbers under this name.
    pub fn with(mut self, name: impl Into<String>, values: impl Into<Vec<f64>>) -> Self {
        self.entries.insert(name.into(), values.into());
        self
    }

    /// With a tensor's values under this name (this reads the tensor from its device).
    pub fn with_tensor(self, name: impl Into<String>, tensor: &Tensor<1>) -> Self {
        match tensor.clone().inner().try_into_vec_as::<f64>() {
            Ok(values) => self.with(name, values),
            Err(error) => self.without(name, error),
        }
    }

    /// Without what should be under this name, since it could not be read: no checkpoint is written with this memory.
    pub fn without(mut self, name: impl Into<String>, why: impl Display) -> Self {
        let name = name.into();
        self.unread = self
            .unread
            .or_else(|| Some(format!("`{name}` cannot be remembered: {why}")));
        self
    }

    /// An error if something that should be here could not be read.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.unread {
            Some(why) => Err(Error::device(why)),
            None => Ok(()),
        }
    }

    /// All names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The numbers under this name.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.entries.get(name).map(Vec::as_slice)
    }

    /// The tensor under this name.
    pub fn tensor(&self, name: &str, device: &Device) -> Option<Tensor<1>> {
        self.get(name).map(|values| Tensor::from_data(values, device))
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Everything of `other` under names that begin with `prefix` and a dot.
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        let entries = other.entries.into_iter();
        let nested = entries.map(|(name, values)| (format!("{prefix}.{name}"), values));
        self.entries.extend(nested);
        self.unread = self.unread.or(other.unread);
        self
    }

    /// What is short enough to be read in a manifest, and what is not.
    pub(crate) fn parted(self) -> (Self, Self) {
        let entries = self.entries.into_iter();
        let (short, long) = entries.partition(|(_, values)| values.len() <= SHORT);
        (Self::of(short), Self::of(long))
    }

    /// All entries as names and little-endian numbers of 64 bits.
    pub(crate) fn into_bytes(self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let bytes = |values: Vec<f64>| values.into_iter().flat_map(f64::to_le_bytes).collect();
        self.entries
            .into_iter()
            .map(move |(name, values)| (name, bytes(values)))
    }

    /// With an entry which [`into_bytes`](Self::into_bytes) gave.
    pub(crate) fn with_bytes(self, name: &str, bytes: &[u8]) -> Self {
        let (numbers, _) = bytes.as_chunks();
        self.with(
            name,
            numbers
                .iter()
                .map(|&number| f64::from_le_bytes(number))
                .collect::<Vec<_>>(),
        )
    }

    /// What [`nest`](Self::nest) put under this prefix.
    pub fn nested(&self, prefix: &str) -> Self {
        let strip = |(name, values): (&String, &Vec<f64>)| {
            let rest = name.strip_prefix(prefix)?.strip_prefix('.')?;
            Some((rest.to_owned(), values.clone()))
        };
        Self::of(self.entries.iter().filter_map(strip).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn every_number_comes_back() {
        let memory = Memory::new()
            .with("k", [0.1, f64::INFINITY, -0.0])
            .nest("inner", Memory::new().with("x", [f64::MIN]));
        let text = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
        assert_eq!(memory.nested("inner").get("x"), Some(&[f64::MIN][..]));
    }

    #[test]
    fn what_is_long_goes_through_bytes() {
        let long: Vec<f64> = (0..1_001).map(|i| f64::from(i).sqrt()).collect();
        let memory = Memory::new().with("k", [1.0]).with("pool.images", long.clone());
        let (short, long_ones) = memory.clone().parted();
        assert_eq!(short.names().collect::<Vec<_>>(), ["k"]);
        let back = long_ones.into_bytes();
        let whole = back.fold(short, |memory, (name, bytes)| memory.with_bytes(&name, &bytes));
        assert_eq!(whole, memory);
    }
}
