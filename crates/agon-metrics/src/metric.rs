use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Figure, Result};

/// Where samples come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The data.
    Real,
    /// The generator.
    Fake,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Real => "real",
            Self::Fake => "fake",
        })
    }
}

/// Real and generated samples in, figures out.
///
/// Samples come in batches of any size and in any order; what a metric gives does not depend on how they were
/// cut into batches or shared among workers. `add` may fail and leaves the metric as it was; `compute` may be
/// called at any time, again and again.
///
/// Metrics are plain values: they are `Clone` and `Send`, their settings are fixed when they are built, and
/// an empty clone per worker is all it takes to spread the work.
///
/// # Example
/// The difference of means, as a metric of one's own:
/// ```
/// use agon_metrics::{Error, Figure, Metric, Origin, Result, Rows};
/// use burn::prelude::*;
///
/// #[derive(Clone, Default)]
/// struct MeanDifference {
///     real: Rows,
///     fake: Rows,
/// }
///
/// impl Metric for MeanDifference {
///     type Batch = Tensor<2>;
///
///     fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
///         match origin {
///             Origin::Real => self.real.push(origin, batch),
///             Origin::Fake => self.fake.push(origin, batch),
///         }
///     }
///
///     fn merge(&mut self, other: Self) -> Result<()> {
///         self.real.append(other.real)?;
///         self.fake.append(other.fake)
///     }
///
///     fn forget(&mut self, origin: Origin) {
///         match origin {
///             Origin::Real => self.real = Rows::new(),
///             Origin::Fake => self.fake = Rows::new(),
///         }
///     }
///
///     fn compute(&self) -> Result<Vec<Figure>> {
///         let squared: f64 = self.real.mean().iter().zip(self.fake.mean()).map(|(a, b)| (a - b).powi(2)).sum();
///         Ok(vec![Figure::new("mean difference", squared.sqrt()).of(self.real.len(), self.fake.len())])
///     }
/// }
///
/// let device = Device::default();
/// let mut metric = MeanDifference::default();
/// metric.add(Origin::Real, &Tensor::<2>::zeros([4, 1], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::ones([6, 1], &device))?;
/// assert_eq!(metric.compute()?[0].value, 1.0);
/// # Ok::<(), Error>(())
/// ```
pub trait Metric: Send {
    /// What a batch is: features or probabilities `[n, width]`, images `[n, channels, height, width]`, ...
    type Batch;

    /// Takes a batch of samples into account.
    ///
    /// # Errors
    /// If its shape does not fit, if it is not finite, or if it cannot be read from its device. The metric is
    /// as it was then.
    fn add(&mut self, origin: Origin, batch: &Self::Batch) -> Result<()>;

    /// Takes into account what another worker saw with the same settings; its samples come after one's own.
    ///
    /// # Errors
    /// If the samples of the two do not fit together, or the settings differ.
    fn merge(&mut self, other: Self) -> Result<()>
    where
        Self: Sized;

    /// Forgets the samples of one origin: the generated ones before the next evaluation.
    fn forget(&mut self, origin: Origin);

    /// The figures of all samples so far.
    ///
    /// # Errors
    /// If there are too few samples, if they do not vary, or whatever else makes the figure meaningless.
    fn compute(&self) -> Result<Vec<Figure>>;
}
