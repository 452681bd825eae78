//! The little linear algebra that metrics need, over faer.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::traits::RealField;
use faer::{Accum, Mat, MatMut, MatRef, Par, Side};

use crate::error::{Error, Result};

/// The precisions in which products are computed.
pub(crate) trait Element: RealField + Copy + Default + PartialOrd + Send + Sync + 'static
where
    Self: std::ops::Add<Output = Self> + std::ops::Sub<Output = Self> + std::ops::Mul<Output = Self>,
{
    /// The largest relative error of rounding.
    const ROUNDING: f64;

    /// The nearest of this precision.
    fn narrow(value: f64) -> Self;

    /// The same value in `f64`.
    fn wide(self) -> f64;
}

impl Element for f32 {
    const ROUNDING: f64 = Self::EPSILON as f64 / 2.0;

    fn narrow(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const ROUNDING: f64 = Self::EPSILON / 2.0;

    fn narrow(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }
}

/// As many threads as rayon has.
fn parallel() -> Par {
    Par::rayon(0)
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
    triangular::matmul(
        to,
        BlockStructure::TriangularLower,
        Accum::Add,
        x.transpose(),
        BlockStructure::Rectangular,
        x,
        BlockStructure::Rectangular,
        1.0,
        parallel(),
    );
}

/// `a b`.
pub(crate) fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut result = Mat::zeros(a.nrows(), b.ncols());
    matmul(&mut result, Accum::Replace, a, b, 1.0, parallel());
    result
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
    let half = product(covariance.as_ref(), factor.as_ref());
    let inner = product(factor.transpose(), half.as_ref());
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
