use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ByteOrder, Element, Labels, Rows};
use crate::dataset::count;
use crate::error::{Error, Result};
use crate::file::Bytes;
use crate::images::{ImageOptions, Images};

/// An array of numbers in a file: of IDX, `.npy`, `.npz` or safetensors.
///
/// Opening it reads the header alone and checks it against the size of the file. The numbers stay where they
/// are, in the type they have there, and are read and converted row by row when a batch wants them: an array
/// may be larger than memory. Those that are compressed, and those of more than one axis in Fortran order,
/// are unpacked into memory, again in their own type. A file that is changed while it is in use is an error
/// of the next batch.
///
/// # Example
/// ```no_run
/// use agon_data::{Array, Dataset, ImageOptions};
///
/// let images = Array::idx("train-images-idx3-ubyte.gz")?.images(&ImageOptions::new())?;
/// let labels = Array::idx("train-labels-idx1-ubyte.gz")?.labels()?;
/// let batches = (images, labels).batches(64);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Array {
    element: Element,
    order: ByteOrder,
    shape: Vec<usize>,
    parts: Arc<[Part]>,
}

/// Rows in one file, at equal distances.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) rows: u64,
    pub(crate) first: u64,
    pub(crate) stride: u64,
    pub(crate) bytes: Bytes,
}

impl Array {
    /// Numbers that lie close together from `first` on, row after row.
    pub(crate) fn dense(
        bytes: Bytes,
        element: Element,
        order: ByteOrder,
        shape: Vec<usize>,
        first: u64,
    ) -> Result<Self> {
        let Some((&rows, rest)) = shape.split_first() else {
            return Err(bytes.error("an array with at least one axis", "a single number"));
        };
        let stride = row_bytes(element, rest)
            .filter(|&stride| stride > 0 || rows == 0)
            .ok_or_else(|| {
                bytes.error(
                    "rows of at least one number, and not too many",
                    format!("the shape {shape:?}"),
                )
            })?;
        let part = Part {
            rows: count(rows),
            first,
            stride: count(stride),
            bytes,
        };
        Self::of_parts(element, order, rest, vec![part])
    }

    /// The rows of several files, each of the given shape.
    pub(crate) fn of_parts(element: Element, order: ByteOrder, row: &[usize], parts: Vec<Part>) -> Result<Self> {
        let width = row_bytes(element, row).map_or(u64::MAX, count);
        let mut rows = 0_u64;
        for part in &parts {
            let too_many = || part.bytes.error("fewer rows", part.rows);
            // The last row ends with its own bytes, not with those of its record.
            let before = part.rows.saturating_sub(1).checked_mul(part.stride);
            let length = before.and_then(|before| before.checked_add(if part.rows == 0 { 0 } else { width }));
            part.bytes.check(part.first, length.ok_or_else(too_many)?)?;
            rows = rows.checked_add(part.rows).ok_or_else(too_many)?;
        }
        let mut shape = vec![usize::try_from(rows).map_err(|_| Error::config("the rows of an array", "fewer", rows))?];
        shape.extend_from_slice(row);
        Ok(Self {
            element,
            order,
            shape,
            parts: parts.into(),
        })
    }

    /// The lengths of its axes. The first counts the items.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What its numbers are in the file.
    pub fn element(&self) -> Element {
        self.element
    }

    /// The files that it is read from batch by batch; none if it lies in memory.
    pub fn streams_from(&self) -> Vec<PathBuf> {
        self.parts
            .iter()
            .filter_map(|part| part.bytes.streamed_from())
            .collect()
    }

    /// Its rows as they are.
    ///
    /// # Errors
    /// If `D` is neither the array's number of axes nor 2, for rows laid flat.
    pub fn rows<const D: usize>(&self) -> Result<Rows<D>> {
        Rows::new(self.clone())
    }

    /// Its rows as images with values in `[-1, 1]`.
    ///
    /// # Errors
    /// If the shape is not that of images, or the range of its values is not known.
    pub fn images(&self, options: &ImageOptions) -> Result<Images> {
        Images::of_array(self.clone(), options)
    }

    /// Its numbers as labels, one for each item.
    ///
    /// # Errors
    /// If there is more than one for an item, or they are not whole.
    pub fn labels(&self) -> Result<Labels> {
        Labels::of_array(self.clone())
    }

    /// The same array, read into memory in the type it has in the file.
    pub fn in_memory(&self) -> Result<Self> {
        let mut numbers = Vec::new();
        for block in self.blocks(1 << 18) {
            numbers.extend(self.bytes(&block)?);
        }
        let bytes = Bytes::memory(self.path(), Arc::new(numbers));
        Self::dense(bytes, self.element, self.order, self.shape.clone(), 0)
    }

    /// The numbers of these rows, one row after another, as the nearest `f32`.
    pub(crate) fn floats(&self, items: &[u64]) -> Result<Vec<f32>> {
        Ok(self.element.floats(self.order, &self.bytes(items)?))
    }

    /// The whole numbers of these rows.
    pub(crate) fn integers(&self, items: &[u64]) -> Result<Vec<i64>> {
        self.element.integers(self.order, &self.bytes(items)?)
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.shape.first().copied().unwrap_or_default()
    }

    /// How many numbers a row has.
    pub(crate) fn row_len(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// An error about this array's file.
    pub(crate) fn error(&self, expected: impl ToString, got: impl ToString) -> Error {
        Error::file(self.path(), expected, got)
    }

    pub(crate) fn path(&self) -> &Path {
        self.parts
            .first()
            .map_or(Path::new("an array"), |part| part.bytes.path())
    }

    /// The raw bytes of these rows. Each file is opened once.
    fn bytes(&self, items: &[u64]) -> Result<Vec<u8>> {
        let width = self.row_len() * self.element.size();
        let size = items.len().checked_mul(width);
        let size = size.ok_or_else(|| Error::config("the items of a batch", "fewer", items.len()))?;
        let mut bytes = vec![0; size];
        let mut open: Vec<_> = self.parts.iter().map(|part| (part, None)).collect();
        let (mut items, mut rows) = (items, bytes.as_mut_slice());
        while let Some(&item) = items.first() {
            let (index, at) = self.locate(item)?;
            let Some((part, cursor)) = open.get_mut(index) else {
                break;
            };
            let cursor = match cursor {
                Some(cursor) => cursor,
                None => cursor.insert(part.bytes.cursor()?),
            };
            // Rows that lie one behind another are read together.
            let run = if part.stride == count(width) {
                let follow = items.iter().zip(item..).take_while(|(item, next)| *item == next);
                follow.take((part.rows - at).min(count(items.len())) as usize).count()
            } else {
                1
            };
            let (now, later) = rows.split_at_mut(run * width);
            cursor.read_at(part.first + at * part.stride, now)?;
            (items, rows) = (items.get(run..).unwrap_or_default(), later);
        }
        Ok(bytes)
    }

    /// All rows in order, about so many numbers together.
    pub(crate) fn blocks(&self, numbers: usize) -> impl Iterator<Item = Vec<u64>> {
        let rows = count(self.row_count());
        let step = (numbers / self.row_len().max(1)).max(1);
        (0..rows)
            .step_by(step)
            .map(move |first| (first..rows).take(step).collect())
    }

    /// Which part a row is in, and which of its rows it is.
    fn locate(&self, item: u64) -> Result<(usize, u64)> {
        let mut at = item;
        for (index, part) in self.parts.iter().enumerate() {
            if at < part.rows {
                return Ok((index, at));
            }
            at -= part.rows;
        }
        let expected = format!("less than {}", self.row_count());
        Err(Error::config("the number of an item", expected, item))
    }
}

/// The bytes of a row of this shape.
fn row_bytes(element: Element, shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(element.size(), |size, &n| size.checked_mul(n))
}
