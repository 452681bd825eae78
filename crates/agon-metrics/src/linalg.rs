//! The little linear algebra that metrics need, over faer.

use std::ops::Range;

use burn::tensor::DType;
use faer::linalg::matmul::matmul;
use faer::traits::RealField;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};
use rayon::prelude::*;

use crate::Rows;
use crate::error::{Error, Result};

/// The precisions in which products are computed.
pub(crate) trait Element:
    burn::tensor::Element + RealField + Copy + Default + PartialOrd + Send + Sync + 'static
where
    Self: std::ops::Add<Output = Self> + std::ops::Sub<Output = Self> + std::ops::Mul<Output = Self>,
{
    /// The same, to tensors.
    const DTYPE: DType;

    /// The largest relative error of rounding.
    const ROUNDING: f64;

    /// The nearest of this precision.
    fn narrow(value: f64) -> Self;

    /// The same value in `f64`.
    fn wide(self) -> f64;

    /// These rows, if they are kept in this precision and in one piece.
    fn kept(rows: &Rows, range: Range<usize>) -> Option<&[Self]>;
}

impl Element for f32 {
    const DTYPE: DType = DType::F32;
    const ROUNDING: f64 = Self::EPSILON as f64 / 2.0;

    fn narrow(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn kept(rows: &Rows, range: Range<usize>) -> Option<&[Self]> {
        rows.singles(range)
    }
}

impl Element for f64 {
    const DTYPE: DType = DType::F64;
    const ROUNDING: f64 = Self::EPSILON / 2.0;

    fn narrow(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }

    fn kept(rows: &Rows, range: Range<usize>) -> Option<&[Self]> {
        rows.doubles(range)
    }
}

/// `x.y` of each row of `x` and each row of `y`, row by row, on this thread.
pub(crate) fn products_of_rows<E: Element>(x: &[E], y: &[E], width: usize, to: &mut Vec<E>) {
    let (rows, columns) = (x.len() / width.max(1), y.len() / width.max(1));
    to.resize(rows * columns, E::default());
    matmul(
        MatMut::from_row_major_slice_mut(to, rows, columns),
        Accum::Replace,
        MatRef::from_row_major_slice(x, rows, width),
        MatRef::from_row_major_slice(y, columns, width).transpose(),
        E::narrow(1.0),
        Par::Seq,
    );
}

/// Adds `x' x` to the lower triangle of `to`: `x` holds rows, one after the other.
pub(crate) fn add_gram(to: &mut Mat<f64>, x: &[f64], rows: usize) {
    let x = MatRef::from_row_major_slice(x, rows, to.nrows());
    multiply_lower(to, Accum::Add, x.transpose(), x);
}

/// `a b` in parallel, some columns at a time: each thread has work of its own, and waits for no other.
fn multiply(to: &mut Mat<f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    let columns = portion(b.ncols());
    to.par_col_chunks_mut(columns).enumerate().for_each(|(index, part)| {
        let b = b.subcols(index * columns, part.ncols());
        matmul(part, Accum::Replace, a, b, 1.0, Par::Seq);
    });
}

/// The lower triangle of `a b` (and some of the upper), likewise.
fn multiply_lower(to: &mut Mat<f64>, accumulate: Accum, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    let columns = portion(b.ncols());
    to.par_col_chunks_mut(columns).enumerate().for_each(|(index, part)| {
        let start = index * columns;
        let (width, rows) = (part.ncols(), a.nrows() - start);
        let part = part.subrows_mut(start, rows);
        matmul(
            part,
            accumulate,
            a.subrows(start, rows),
            b.subcols(start, width),
            1.0,
            Par::Seq,
        );
    });
}

/// How many columns make a portion of work, so that there is enough for all threads and each is worth it.
fn portion(columns: usize) -> usize {
    columns.div_ceil(8 * rayon::current_num_threads()).clamp(64, 256)
}

/// A factor of a covariance: `F` with `F F' = C`, of as many columns as `C` has directions.
///
/// By Cholesky where `C` is safely positive; else from its eigenvectors, of which those count whose
/// eigenvalue is more than rounding.
pub(crate) fn factor(covariance: &Mat<f64>) -> Result<Mat<f64>> {
    let width = covariance.nrows();
    let largest = (0..width).map(|i| covariance[(i, i)]).fold(0.0, f64::max);
    if let Ok(cholesky) = covariance.llt(Side::Lower) {
        let factor = cholesky.L();
        let smallest = (0..width).map(|i| factor[(i, i)]).fold(f64::INFINITY, f64::min);
        if smallest * smallest > 1e-9 * largest {
            return Ok(factor.to_owned());
        }
    }
    let (values, vectors) = eigen(covariance)?;
    let floor = negligible(&values);
    let kept: Vec<usize> = (0..width).filter(|&i| values[i] > floor).collect();
    Ok(Mat::from_fn(width, kept.len(), |row, column| {
        vectors[(row, kept[column])] * values[kept[column]].sqrt()
    }))
}

/// `tr (C1 C2)^(1/2)` for `C1 = F F'`.
///
/// `C1 C2` and the symmetric `F' C2 F` have the same eigenvalues but for zeros, so that no matrix has to have
/// a square root, let alone a complex one.
pub(crate) fn trace_of_root(factor: &Mat<f64>, covariance: &Mat<f64>) -> Result<f64> {
    let mut half = Mat::zeros(covariance.nrows(), factor.ncols());
    multiply(&mut half, covariance.as_ref(), factor.as_ref());
    let mut inner = Mat::zeros(factor.ncols(), factor.ncols());
    multiply_lower(&mut inner, Accum::Replace, factor.transpose(), half.as_ref());
    let values = eigenvalues(&inner)?;
    let floor = negligible(&values);
    Ok(values.into_iter().filter(|&value| value > floor).map(f64::sqrt).sum())
}

/// What rounding may make of an eigenvalue 0.
fn negligible(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(0.0, f64::max);
    largest * values.len() as f64 * f64::EPSILON
}

fn eigenvalues(symmetric: &Mat<f64>) -> Result<Vec<f64>> {
    symmetric
        .self_adjoint_eigenvalues(Side::Lower)
        .map_err(|error| diverged(&error))
}

fn eigen(symmetric: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let found = symmetric
        .self_adjoint_eigen(Side::Lower)
        .map_err(|error| diverged(&error))?;
    Ok((
        found.S().column_vector().iter().copied().collect(),
        found.U().to_owned(),
    ))
}

fn diverged(error: &impl std::fmt::Debug) -> Error {
    Error::Diverged {
        what: "the eigenvalues of a covariance".to_owned(),
        reason: format!("{error:?}"),
    }
}
