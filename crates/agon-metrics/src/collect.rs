use std::fmt;
use std::sync::Arc;

use burn::prelude::Tensor;

use crate::error::{Error, Result};
use crate::{Figure, Metric, Origin, Rows};

/// Two sets of samples in, figures out: a pure function, with settings.
///
/// What metrics are that need all samples at once. [`collect`](Self::collect) makes a [`Metric`] of it;
/// several comparisons in a `Vec` share one copy of the samples.
///
/// # Example
/// ```
/// use std::sync::Arc;
///
/// use agon_metrics::{Comparison, DensityCoverage, EnergyDistance, Metric, Origin};
/// use burn::prelude::*;
///
/// let comparisons: Vec<Arc<dyn Comparison>> = vec![Arc::new(DensityCoverage::new(2)), Arc::new(EnergyDistance::new())];
/// let mut metric = comparisons.collect();
/// let points = |from| Tensor::<1, Int>::arange(from..from + 6, &Device::default()).float().reshape([6, 1]);
/// metric.add(Origin::Real, &points(0))?;
/// metric.add(Origin::Fake, &points(3))?;
/// assert_eq!(metric.compute()?.len(), 3);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
pub trait Comparison: fmt::Debug + Send + Sync {
    /// The figures of these samples.
    ///
    /// # Errors
    /// If there are too few samples, if they do not vary or do not fit together.
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>>;

    /// A metric that keeps the samples it is given until they are compared.
    fn collect(self) -> Collect<Self>
    where
        Self: Sized,
    {
        Collect::new(self)
    }
}

impl<C: Comparison + ?Sized> Comparison for Arc<C> {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        (**self).compare(real, fake)
    }
}

impl<C: Comparison> Comparison for Vec<C> {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        let figures: Result<Vec<Vec<Figure>>> = self.iter().map(|one| one.compare(real, fake)).collect();
        Ok(figures?.into_iter().flatten().collect())
    }
}

/// The metric that keeps all samples, and compares them when it is asked.
///
/// # Shapes
/// Batches `[n, width]`.
#[derive(Debug, Clone)]
pub struct Collect<C> {
    comparison: C,
    real: Rows,
    fake: Rows,
}

impl<C: Comparison> Collect<C> {
    /// With no samples yet.
    pub fn new(comparison: C) -> Self {
        Self {
            comparison,
            real: Rows::new(),
            fake: Rows::new(),
        }
    }

    /// The samples of one origin so far.
    pub fn rows(&self, origin: Origin) -> &Rows {
        match origin {
            Origin::Real => &self.real,
            Origin::Fake => &self.fake,
        }
    }
}

impl<C: Comparison> Metric for Collect<C> {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        match origin {
            Origin::Real => self.real.push(origin, batch),
            Origin::Fake => self.fake.push(origin, batch),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        same_settings(&self.comparison, &other.comparison)?;
        crate::pairs::same_width(&self.fake, &other.fake)?;
        self.real.append(other.real)?;
        self.fake.append(other.fake)
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => self.real = Rows::new(),
            Origin::Fake => self.fake = Rows::new(),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        self.comparison.compare(&self.real, &self.fake)
    }
}

/// That two workers measure the same.
pub(crate) fn same_settings<S: fmt::Debug>(mine: &S, theirs: &S) -> Result<()> {
    let (mine, theirs) = (format!("{mine:?}"), format!("{theirs:?}"));
    if mine == theirs {
        return Ok(());
    }
    Err(Error::config("the settings of merged metrics", mine, theirs))
}
