use burn::prelude::Tensor;
use faer::Mat;

use crate::error::{Error, Result, enough, ensure};
use crate::linalg::{add_gram, factor, trace_of_root};
use crate::{Origin, Rows};

/// How many rows are taken into account at once.
const CHUNK: usize = 1024;
/// The widest samples whose covariance is taken, which has 8 GiB then.
const WIDEST: usize = 1 << 15;

/// The number, mean and scatter of samples, kept in `f64` as they stream by.
///
/// ```text
/// scatter = sum (x - mean)(x - mean)',    covariance = scatter / (n - 1)
/// ```
///
/// Batches and workers are combined by Chan's update, which never subtracts large numbers from each other:
/// `scatter = scatter_a + scatter_b + d d' n_a n_b / (n_a + n_b)` with `d` the difference of the means.
///
/// # References
/// Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance".
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    count: usize,
    mean: Vec<f64>,
    /// Its lower triangle.
    scatter: Mat<f64>,
}

impl Default for Moments {
    fn default() -> Self {
        Self::new()
    }
}

impl Moments {
    /// Of no samples yet.
    pub fn new() -> Self {
        Self {
            count: 0,
            mean: Vec::new(),
            scatter: Mat::new(),
        }
    }

    /// Of these rows.
    pub fn of(rows: &Rows) -> Self {
        let mut moments = Self::new();
        moments.add_rows(rows);
        moments
    }

    /// With this mean and (unbiased) covariance, which must be square, symmetric and finite. A count of 0 says
    /// that it is not known.
    ///
    /// # Errors
    /// If the covariance does not fit the mean, is not symmetric, or if anything is not finite.
    pub fn from_parts(count: usize, mean: Vec<f64>, covariance: &[f64]) -> Result<Self> {
        let width = mean.len();
        if width == 0 || covariance.len() != width * width {
            let expected = format!("{width} x {width} values for a mean of {width}");
            return Err(Error::shape("a covariance", expected, covariance.len()));
        }
        if let Some(value) = mean.iter().chain(covariance).find(|value| !value.is_finite()) {
            return Err(Error::config("a mean and a covariance", "finite values", value));
        }
        let at = |row: usize, column: usize| covariance[row * width + column];
        let size = (0..width).map(|i| at(i, i).abs()).fold(0.0, f64::max);
        for row in 0..width {
            for column in 0..row {
                if (at(row, column) - at(column, row)).abs() > 1e-6 * size {
                    let got = format!("{} and {} at ({row}, {column})", at(row, column), at(column, row));
                    return Err(Error::config("a covariance", "a symmetric matrix", got));
                }
            }
        }
        let weight = if count == 0 { 1.0 } else { count.max(2) as f64 - 1.0 };
        Ok(Self {
            count,
            mean,
            scatter: Mat::from_fn(width, width, |row, column| {
                at(row.max(column), row.min(column)) * weight
            }),
        })
    }

    /// Takes a batch into account.
    ///
    /// # Shapes
    /// `batch`: `[n, width]`.
    ///
    /// # Errors
    /// As [`Rows::push`], and if samples have more than 32768 values, whose covariance would take 8 GiB.
    pub fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        let width = batch.dims()[1];
        let expected = format!("at most {WIDEST} (images as pixels: smaller ones)");
        ensure(
            width <= WIDEST,
            "the width of samples for a covariance",
            &expected,
            width,
        )?;
        let rows = Rows::from_tensor(origin, batch).map_err(|error| self.counted(error))?;
        if !rows.is_empty() {
            self.fits(rows.width())?;
            self.add_rows(&rows);
        }
        Ok(())
    }

    /// Takes what another saw into account.
    ///
    /// # Errors
    /// [`Error::Shape`] if the widths differ.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        if other.mean.is_empty() {
            return Ok(());
        }
        self.fits(other.mean.len())?;
        if other.count == 0 || (self.count == 0 && self.width() > 0) {
            return Err(Error::config(
                "moments that are merged",
                "a known number of samples",
                "none",
            ));
        }
        self.shift_to(other.count, &other.mean);
        self.scatter += other.scatter;
        Ok(())
    }

    /// How many samples it saw.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many values a sample has; 0 as long as there are none.
    pub fn width(&self) -> usize {
        self.mean.len()
    }

    /// The mean.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The unbiased covariance, row by row.
    ///
    /// # Errors
    /// [`Error::TooFew`] of less than two samples.
    pub fn covariance(&self, origin: Origin) -> Result<Vec<f64>> {
        let covariance = self.covariance_matrix(origin)?;
        let width = self.width();
        Ok((0..width * width)
            .map(|at| covariance[(at / width, at % width)])
            .collect())
    }

    pub(crate) fn covariance_matrix(&self, origin: Origin) -> Result<Mat<f64>> {
        let width = self.width();
        let weight = if self.count == 0 && width > 0 {
            1.0
        } else {
            enough("a covariance", origin, 2, self.count)?;
            1.0 / (self.count - 1) as f64
        };
        if (0..width).all(|i| self.scatter[(i, i)] <= 0.0) {
            return Err(Error::Constant {
                origin,
                count: self.count,
            });
        }
        Ok(Mat::from_fn(width, width, |row, column| {
            self.scatter[(row.max(column), row.min(column))] * weight
        }))
    }

    fn add_rows(&mut self, rows: &Rows) {
        let width = rows.width();
        let mut values = Vec::new();
        for start in (0..rows.len()).step_by(CHUNK) {
            let range = start..rows.len().min(start + CHUNK);
            let count = range.len();
            values.resize(count * width, 0.0);
            let mean = rows.mean_of(range.clone());
            rows.copy_to(range, &mean, 1.0, &mut values);
            self.shift_to(count, &mean);
            add_gram(&mut self.scatter, &values, count);
        }
    }

    /// Moves the mean to what it is with so many more samples of another mean, whose scatter is added later.
    fn shift_to(&mut self, count: usize, mean: &[f64]) {
        if self.mean.is_empty() {
            self.mean = mean.to_vec();
            self.scatter = Mat::zeros(mean.len(), mean.len());
            self.count = count;
            return;
        }
        let total = (self.count + count) as f64;
        let share = count as f64 / total;
        let difference: Vec<f64> = mean.iter().zip(&self.mean).map(|(new, old)| new - old).collect();
        let root = (self.count as f64 * share).sqrt();
        let scaled: Vec<f64> = difference.iter().map(|d| d * root).collect();
        add_gram(&mut self.scatter, &scaled, 1);
        self.mean
            .iter_mut()
            .zip(&difference)
            .for_each(|(mean, d)| *mean += d * share);
        self.count += count;
    }

    fn fits(&self, width: usize) -> Result<()> {
        if self.mean.is_empty() || self.width() == width {
            return Ok(());
        }
        let expected = format!("{} values, as before", self.width());
        Err(Error::shape("a sample", expected, width))
    }

    /// The error with its sample counted from the first one ever seen.
    fn counted(&self, error: Error) -> Error {
        match error {
            Error::NotFinite {
                origin,
                index,
                position,
                value,
            } => Error::NotFinite {
                origin,
                index: index + self.count,
                position,
                value,
            },
            other => other,
        }
    }
}

/// One of two distributions, ready to be compared with many others.
#[derive(Debug)]
pub(crate) struct Gaussian {
    mean: Vec<f64>,
    trace: f64,
    factor: Mat<f64>,
}

impl Gaussian {
    pub fn new(moments: &Moments, origin: Origin) -> Result<Self> {
        let covariance = moments.covariance_matrix(origin)?;
        Ok(Self {
            mean: moments.mean.clone(),
            trace: trace(&covariance),
            factor: factor(&covariance)?,
        })
    }

    /// `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`.
    pub fn frechet(&self, other: &Moments, origin: Origin) -> Result<f64> {
        // First: no samples at all are too few, not of another width.
        let covariance = other.covariance_matrix(origin)?;
        if self.mean.len() != other.width() {
            let expected = format!("one width, {}", self.mean.len());
            return Err(Error::shape("the samples that are compared", expected, other.width()));
        }
        let between: f64 = self.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2)).sum();
        let root = trace_of_root(&self.factor, &covariance)?;
        Ok((between + self.trace + trace(&covariance) - 2.0 * root).max(0.0))
    }
}

fn trace(matrix: &Mat<f64>) -> f64 {
    (0..matrix.nrows()).map(|i| matrix[(i, i)]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, matrix, rows};

    #[test]
    fn moments_of_parts_are_those_of_the_whole() {
        // Far from the origin, where sums of squares would lose everything.
        let samples = cloud(3000, 4, 3, 1e6, 1.0);
        let whole = Moments::of(&rows(&samples));
        let mut parts = Moments::new();
        for batch in samples.split(431, 0) {
            let mut part = Moments::new();
            part.add(Origin::Real, &batch).unwrap();
            parts.merge(part).unwrap();
        }
        assert_eq!(parts.count(), 3000);
        close(parts.mean(), whole.mean(), 1e-14);
        let (a, b) = (parts.covariance(Origin::Real), whole.covariance(Origin::Real));
        close(&a.unwrap(), &b.unwrap(), 1e-8);
    }

    #[test]
    fn samples_too_wide_for_a_covariance_are_an_error() {
        let wide = matrix(vec![0.0; 2 * (WIDEST + 1)], 2);
        let error = Moments::new().add(Origin::Real, &wide).unwrap_err().to_string();
        assert!(
            error.contains("at most 32768") && error.contains("got 32769"),
            "{error}"
        );
    }

    #[test]
    fn the_covariance_is_unbiased() {
        let moments = Moments::of(&rows(&matrix(vec![0.0, 1.0, 2.0, 5.0], 2)));
        assert_eq!(moments.mean(), [1.0, 3.0]);
        assert_eq!(moments.covariance(Origin::Real).unwrap(), [2.0, 4.0, 4.0, 8.0]);
    }

    #[test]
    fn parts_are_checked() {
        let moments = Moments::from_parts(5, vec![1.0, 2.0], &[2.0, 0.5, 0.5, 3.0]).unwrap();
        close(&moments.covariance(Origin::Real).unwrap(), &[2.0, 0.5, 0.5, 3.0], 1e-15);
        let unknown = Moments::from_parts(0, vec![1.0, 2.0], &[2.0, 0.5, 0.5, 3.0]).unwrap();
        close(&unknown.covariance(Origin::Real).unwrap(), &[2.0, 0.5, 0.5, 3.0], 1e-15);
        assert!(Moments::from_parts(5, vec![1.0, 2.0], &[2.0, 0.5, 0.6, 3.0]).is_err());
        assert!(Moments::from_parts(5, vec![1.0, 2.0], &[2.0]).is_err());
        assert!(Moments::from_parts(5, vec![f64::NAN], &[2.0]).is_err());
    }

    #[test]
    fn what_is_not_finite_is_counted_from_the_first_sample() {
        let mut moments = Moments::new();
        moments.add(Origin::Fake, &matrix(vec![0.0, 1.0], 2)).unwrap();
        let error = moments
            .add(Origin::Fake, &matrix(vec![0.0, f64::INFINITY], 2))
            .unwrap_err();
        assert_eq!(error.to_string(), "fake sample 3 is not finite: value 0 of it is inf");
    }
}
