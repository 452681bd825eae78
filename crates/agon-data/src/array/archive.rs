use std::collections::BTreeMap;

use super::Array;
use super::{npz, safetensors};
use crate::error::Result;
use crate::file::{Bytes, Source};

/// Several arrays in one file, by name: an `.npz` or a safetensors file.
///
/// Opening it reads the headers alone; [`get`](Self::get) unpacks an array of a compressed `.npz`, and all
/// others stream.
///
/// # Example
/// ```no_run
/// use agon_data::{Arrays, Dataset, ImageOptions};
///
/// let file = Arrays::open("mnist.npz")?;
/// let images = file.get("x_train")?.images(&ImageOptions::new())?;
/// let labels = file.get("y_train")?.labels()?;
/// let batches = (images, labels).batches(64);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Arrays {
    bytes: Bytes,
    entries: BTreeMap<String, Entry>,
}

/// An array of a file, not opened yet.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) shape: Vec<usize>,
    pub(super) at: At,
}

#[derive(Debug, Clone)]
pub(super) enum At {
    /// Nothing is left to be done.
    Open(Array),
    /// The member of a zip file with this number has to be unpacked.
    Packed(usize),
    /// It is of no type that is read here.
    Foreign(String),
}

impl Arrays {
    /// Opens an `.npz` or a safetensors file, whichever it is.
    ///
    /// # Errors
    /// If it is neither, or damaged.
    pub fn open(source: impl Into<Source>) -> Result<Self> {
        let bytes = source.into().open()?;
        let start = bytes.read(0, bytes.len().min(4))?;
        let entries = if npz::is_zip(&start) {
            npz::entries(&bytes)?
        } else {
            safetensors::entries(&bytes)?
        };
        Ok(Self { bytes, entries })
    }

    /// The names of the arrays, with their shapes.
    pub fn shapes(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.shape.as_slice()))
    }

    /// The array of this name.
    ///
    /// # Errors
    /// If there is none, its type is not read here, or it is damaged.
    pub fn get(&self, name: &str) -> Result<Array> {
        let Some(entry) = self.entries.get(name) else {
            return Err(self.bytes.error(format!("an array `{name}`"), self.list()));
        };
        match &entry.at {
            At::Open(array) => Ok(array.clone()),
            At::Packed(member) => npz::unpack(&self.bytes, *member),
            At::Foreign(why) => Err(self.bytes.error(format!("numbers in `{name}`"), why)),
        }
    }

    /// All names and shapes in words.
    pub(crate) fn list(&self) -> String {
        let entries: Vec<_> = self.shapes().map(|(name, shape)| format!("{name} {shape:?}")).collect();
        if entries.is_empty() {
            "no array".to_owned()
        } else {
            entries.join(", ")
        }
    }

    pub(crate) fn error(&self, expected: impl ToString, got: impl ToString) -> crate::Error {
        self.bytes.error(expected, got)
    }
}
