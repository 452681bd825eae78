use std::ops::Range;

use burn::prelude::Tensor;
use burn::tensor::{DType, TensorReadError};

use crate::Origin;
use crate::error::{Error, Result, enough};
use crate::linalg::Element;

/// How many rows are stored together: what is stored never moves, however much comes.
const BLOCK: usize = 256;

/// Samples on the host: rows of numbers, in the precision in which they came.
///
/// What metrics keep which need all samples at once. Tensors of any rank are rows of all their further
/// values; whatever is narrower than `f32` is kept as `f32`. Storage grows in blocks, so that it takes
/// `len * width` numbers and hardly more.
///
/// # Example
/// ```
/// use agon_metrics::{Origin, Rows};
/// use burn::prelude::*;
///
/// let images = Tensor::<4>::zeros([2, 3, 8, 8], &Device::default());
/// let rows = Rows::from_tensor(Origin::Real, &images)?;
/// assert_eq!((rows.len(), rows.width()), (2, 192));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    width: usize,
    len: usize,
    values: Values,
}

/// The numbers, in blocks of [`BLOCK`] rows.
#[derive(Debug, Clone, PartialEq)]
enum Values {
    Single(Vec<Vec<f32>>),
    Double(Vec<Vec<f64>>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Single(Vec::new())
    }
}

/// One row, in the precision in which it is kept.
#[derive(Debug, Clone, Copy)]
enum Row<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
}

impl Rows {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rows of a tensor.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn from_tensor<const D: usize>(origin: Origin, tensor: &Tensor<D>) -> Result<Self> {
        let mut rows = Self::new();
        rows.push(origin, tensor)?;
        Ok(rows)
    }

    /// Takes the samples of a batch, of the same width as all before.
    ///
    /// # Shapes
    /// `batch`: `[n, ..]`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the width differs or is nothing, [`Error::NotFinite`] with the sample counted from
    /// the first one ever pushed, [`Error::Device`] if values cannot be read. Nothing is taken then.
    pub fn push<const D: usize>(&mut self, origin: Origin, batch: &Tensor<D>) -> Result<()> {
        let count = batch.dims()[0];
        let width = batch.dims()[1..].iter().product();
        if count == 0 {
            return Ok(());
        }
        self.fits(width)?;
        let read = batch.clone().without_autodiff();
        let failed = |error: TensorReadError| Error::Device(error.to_string());
        if batch.dtype() == DType::F64 {
            let values = read.try_into_vec_as::<f64>().map_err(failed)?;
            self.finite(origin, width, &values)?;
            self.store_double(width, &[values]);
        } else {
            let values = read.try_into_vec_as::<f32>().map_err(failed)?;
            self.finite(origin, width, &values)?;
            match &mut self.values {
                Values::Single(blocks) => store(blocks, width, &values),
                Values::Double(blocks) => store(blocks, width, &Vec::from_iter(values.into_iter().map(f64::from))),
            }
        }
        self.width = width;
        self.len += count;
        Ok(())
    }

    /// Takes rows that are known to be finite.
    pub(crate) fn push_values(&mut self, width: usize, values: &[f32]) {
        if let Values::Single(blocks) = &mut self.values {
            store(blocks, width, values);
            self.width = width;
            self.len += values.len() / width.max(1);
        }
    }

    /// Takes all of another's rows, after one's own.
    ///
    /// # Errors
    /// [`Error::Shape`] if the width differs; nothing is taken then.
    pub fn append(&mut self, other: Self) -> Result<()> {
        if other.is_empty() {
            return Ok(());
        }
        self.fits(other.width)?;
        if self.is_empty() {
            *self = other;
            return Ok(());
        }
        let (width, len) = (other.width, other.len);
        match (&mut self.values, other.values) {
            (Values::Single(mine), Values::Single(theirs)) => theirs.iter().for_each(|block| store(mine, width, block)),
            (_, theirs) => self.store_double(width, &widened(theirs)),
        }
        self.len += len;
        Ok(())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many numbers a row has; 0 as long as there are none.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the rows are kept in `f64`.
    pub fn is_double(&self) -> bool {
        matches!(self.values, Values::Double(_))
    }

    /// The mean of all rows.
    pub fn mean(&self) -> Vec<f64> {
        self.mean_of(0..self.len)
    }

    /// The mean of these rows, exact if they are all the same.
    pub(crate) fn mean_of(&self, rows: Range<usize>) -> Vec<f64> {
        if rows.is_empty() {
            return vec![0.0; self.width];
        }
        let (count, first) = (rows.len() as f64, self.row(rows.start));
        let mut sum = vec![0.0; self.width];
        for index in rows {
            match self.at(index) {
                Row::Single(row) => add_differences(&mut sum, row, &first),
                Row::Double(row) => add_differences(&mut sum, row, &first),
            }
        }
        sum.iter().zip(&first).map(|(sum, first)| first + sum / count).collect()
    }

    /// A copy of one row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: usize) -> Vec<f64> {
        match self.at(index) {
            Row::Single(row) => row.iter().map(|&x| f64::from(x)).collect(),
            Row::Double(row) => row.to_vec(),
        }
    }

    /// A copy of these rows, in this order.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut values = if self.is_double() {
            Values::Double(Vec::new())
        } else {
            Values::Single(Vec::new())
        };
        for &index in indices {
            match (&mut values, self.at(index)) {
                (Values::Single(blocks), Row::Single(row)) => store(blocks, self.width, row),
                (Values::Double(blocks), Row::Double(row)) => store(blocks, self.width, row),
                _ => {}
            }
        }
        Self {
            width: self.width,
            len: indices.len(),
            values,
        }
    }

    /// `|x - y|^2` of a row of these and a row of others, each difference in `f64`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn squared_distance(&self, index: usize, others: &Self, other: usize) -> f64 {
        match (self.at(index), others.at(other)) {
            (Row::Single(a), Row::Single(b)) => squared(a, b),
            (Row::Double(a), Row::Double(b)) => squared(a, b),
            (Row::Single(a), Row::Double(b)) => squared(a, b),
            (Row::Double(a), Row::Single(b)) => squared(a, b),
        }
    }

    /// Writes `(x - shift) / scale` of these rows, one after the other.
    pub(crate) fn copy_to<E: Element>(&self, rows: Range<usize>, shift: &[f64], scale: f64, to: &mut [E]) {
        let by = 1.0 / scale;
        for (index, to) in rows.zip(to.chunks_exact_mut(self.width.max(1))) {
            match self.at(index) {
                Row::Single(row) => {
                    for ((to, &x), shift) in to.iter_mut().zip(row).zip(shift) {
                        *to = E::narrow((f64::from(x) - shift) * by);
                    }
                }
                Row::Double(row) => {
                    for ((to, &x), shift) in to.iter_mut().zip(row).zip(shift) {
                        *to = E::narrow((x - shift) * by);
                    }
                }
            }
        }
    }

    /// That there are enough rows for `what`, and that they are not all the same.
    pub(crate) fn vary(&self, what: &str, origin: Origin, expected: usize) -> Result<()> {
        enough(what, origin, expected, self.len)?;
        if (1..self.len).any(|index| self.squared_distance(0, self, index) > 0.0) {
            return Ok(());
        }
        Err(Error::Constant {
            origin,
            count: self.len,
        })
    }

    /// That rows of this width can join.
    fn fits(&self, width: usize) -> Result<()> {
        if width == 0 {
            return Err(Error::shape("a sample", "at least one value", "none"));
        }
        if self.is_empty() || self.width == width {
            return Ok(());
        }
        Err(Error::shape(
            "a sample",
            format!("{} values, as before", self.width),
            width,
        ))
    }

    /// That these values, which are about to join, are finite.
    fn finite<T: Copy + Into<f64>>(&self, origin: Origin, width: usize, values: &[T]) -> Result<()> {
        match values.iter().position(|&value| !value.into().is_finite()) {
            None => Ok(()),
            Some(at) => Err(Error::NotFinite {
                origin,
                index: self.len + at / width,
                position: at % width,
                value: values[at].into(),
            }),
        }
    }

    fn at(&self, index: usize) -> Row<'_> {
        let from = (index % BLOCK) * self.width;
        match &self.values {
            Values::Single(blocks) => Row::Single(&blocks[index / BLOCK][from..from + self.width]),
            Values::Double(blocks) => Row::Double(&blocks[index / BLOCK][from..from + self.width]),
        }
    }

    /// Appends values in `f64`, in which all are kept from now on.
    fn store_double<B: AsRef<[f64]>>(&mut self, width: usize, values: &[B]) {
        let mut blocks = widened(std::mem::take(&mut self.values));
        values
            .iter()
            .for_each(|values| store(&mut blocks, width, values.as_ref()));
        self.values = Values::Double(blocks);
    }
}

/// The blocks in `f64`.
fn widened(values: Values) -> Vec<Vec<f64>> {
    match values {
        Values::Double(blocks) => blocks,
        Values::Single(blocks) => blocks
            .into_iter()
            .map(|block| block.into_iter().map(f64::from).collect())
            .collect(),
    }
}

/// Appends whole rows to blocks of which all but the last are full.
fn store<T: Copy>(blocks: &mut Vec<Vec<T>>, width: usize, mut values: &[T]) {
    let full = BLOCK * width;
    while !values.is_empty() {
        match blocks.last_mut() {
            Some(block) if block.len() < full => {
                let (now, later) = values.split_at(values.len().min(full - block.len()));
                // The first block grows as it must; where there is more than one, each is allocated once.
                block.extend_from_slice(now);
                values = later;
            }
            Some(_) => blocks.push(Vec::with_capacity(full)),
            None => blocks.push(Vec::new()),
        }
    }
}

fn add_differences<T: Copy + Into<f64>>(sum: &mut [f64], row: &[T], from: &[f64]) {
    for ((sum, &x), from) in sum.iter_mut().zip(row).zip(from) {
        *sum += x.into() - from;
    }
}

fn squared<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    // Eight sums of their own, which the processor can keep side by side.
    let mut sums = [0.0; 8];
    let (head_a, tail_a) = a.as_chunks::<8>();
    let (head_b, tail_b) = b.as_chunks::<8>();
    for (a, b) in head_a.iter().zip(head_b) {
        for lane in 0..8 {
            let difference = a[lane].into() - b[lane].into();
            sums[lane] += difference * difference;
        }
    }
    let rest: f64 = tail_a
        .iter()
        .zip(tail_b)
        .map(|(&a, &b)| (a.into() - b.into()).powi(2))
        .sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::prelude::Device;
    use burn::tensor::TensorData;

    fn single(values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, shape), &Device::default())
    }

    fn double(values: Vec<f64>, shape: [usize; 2]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, shape), (&Device::default(), DType::F64))
    }

    #[test]
    fn rows_are_the_same_however_they_came() {
        let values: Vec<f32> = (0..3 * 700).map(|i| i as f32).collect();
        let whole = Rows::from_tensor(Origin::Real, &single(values.clone(), [700, 3])).unwrap();
        let mut parts = Rows::new();
        let mut other = Rows::new();
        for (index, rows) in values.chunks(3 * 70).enumerate() {
            let batch = single(rows.to_vec(), [70, 3]);
            let to = if index < 4 { &mut parts } else { &mut other };
            to.push(Origin::Real, &batch).unwrap();
        }
        parts.append(other).unwrap();
        assert_eq!(parts, whole);
        assert_eq!(parts.row(699), [2097.0, 2098.0, 2099.0]);
        assert_eq!(parts.select(&[699, 0]).row(1), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn one_double_makes_all_of_them_double() {
        let mut rows = Rows::from_tensor(Origin::Real, &single(vec![0.5; 2], [2, 1])).unwrap();
        rows.push(Origin::Real, &double(vec![0.1], [1, 1])).unwrap();
        rows.push(Origin::Real, &single(vec![0.25], [1, 1])).unwrap();
        let mut more = Rows::from_tensor(Origin::Real, &single(vec![0.75], [1, 1])).unwrap();
        more.append(rows).unwrap();
        let found: Vec<f64> = (0..5).map(|i| more.row(i)[0]).collect();
        assert_eq!(found, [0.75, 0.5, 0.5, 0.1, 0.25]);
        assert!(more.is_double());
        assert!((more.mean()[0] - 0.42).abs() < 1e-15);
    }

    #[test]
    fn what_does_not_fit_is_not_taken() {
        let mut rows = Rows::from_tensor(Origin::Fake, &single(vec![0.5; 4], [2, 2])).unwrap();
        let before = rows.clone();
        let error = rows.push(Origin::Fake, &single(vec![0.5; 3], [1, 3])).unwrap_err();
        assert!(
            error.to_string().contains("expected 2 values, as before, got 3"),
            "{error}"
        );
        let error = rows
            .push(Origin::Fake, &single(vec![0.5, 0.5, f32::NAN, 0.5], [2, 2]))
            .unwrap_err();
        assert_eq!(error.to_string(), "fake sample 3 is not finite: value 0 of it is NaN");
        assert_eq!(rows, before);
        let empty = Tensor::<2>::zeros([1, 0], &Device::default());
        assert!(Rows::from_tensor(Origin::Fake, &empty).is_err());
    }

    #[test]
    fn rows_that_do_not_vary_are_told() {
        let mut rows = Rows::from_tensor(Origin::Fake, &single(vec![0.5; 8], [4, 2])).unwrap();
        let error = rows.vary("a test", Origin::Fake, 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the features are constant: all 4 fake samples are the same"
        );
        rows.push(Origin::Fake, &single(vec![0.5, 1.0], [1, 2])).unwrap();
        rows.vary("a test", Origin::Fake, 2).unwrap();
        let error = rows.vary("a test", Origin::Fake, 9).unwrap_err();
        assert_eq!(
            error.to_string(),
            "too few fake samples for a test: expected at least 9, got 5"
        );
    }

    #[test]
    fn distances_are_exact() {
        let a = Rows::from_tensor(Origin::Real, &double((0..11).map(f64::from).collect(), [1, 11])).unwrap();
        let b = Rows::from_tensor(Origin::Real, &single(vec![0.5; 11], [1, 11])).unwrap();
        let expected: f64 = (0..11).map(|i| (f64::from(i) - 0.5).powi(2)).sum();
        assert_eq!(a.squared_distance(0, &b, 0), expected);
        assert_eq!(b.squared_distance(0, &a, 0), expected);
    }
}
