use burn::prelude::{Int, Tensor};

use crate::error::{Error, Result};
use crate::{Origin, Rows};

/// Samples with the classes they belong to.
///
/// # Example
/// ```
/// use agon_metrics::classifiers::Labelled;
/// use agon_metrics::Origin;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut set = Labelled::new();
/// set.push(Origin::Real, &Tensor::<2>::zeros([2, 5], &device), &Tensor::from_data([3, 1], &device))?;
/// assert_eq!((set.len(), set.labels()), (2, &[3, 1][..]));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labelled {
    samples: Rows,
    labels: Vec<usize>,
}

impl Labelled {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes samples and as many labels, each of at least 0.
    ///
    /// # Shapes
    /// `samples`: `[n, ..]`; `labels`: `[n]`.
    ///
    /// # Errors
    /// If the numbers differ, a label is negative, or as [`Rows::push`]. Nothing is taken then.
    pub fn push<const D: usize>(&mut self, origin: Origin, samples: &Tensor<D>, labels: &Tensor<1, Int>) -> Result<()> {
        let labels = read(labels)?;
        if labels.len() != samples.dims()[0] {
            let expected = format!("{}, one per sample", samples.dims()[0]);
            return Err(Error::shape("the labels", expected, labels.len()));
        }
        self.samples.push(origin, samples)?;
        self.labels.extend(labels);
        Ok(())
    }

    /// Takes all of another's, after one's own.
    ///
    /// # Errors
    /// If the samples do not fit together.
    pub fn append(&mut self, other: Self) -> Result<()> {
        self.samples.append(other.samples)?;
        self.labels.extend(other.labels);
        Ok(())
    }

    /// The samples.
    pub fn samples(&self) -> &Rows {
        &self.samples
    }

    /// Their labels.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many classes there are, if they are counted from 0.
    pub fn classes(&self) -> usize {
        self.labels.iter().max().map_or(0, |&largest| largest + 1)
    }
}

/// Labels on the host.
pub(super) fn read(labels: &Tensor<1, Int>) -> Result<Vec<usize>> {
    let labels = labels
        .clone()
        .try_into_vec_as::<i64>()
        .map_err(|error| Error::Device(error.to_string()))?;
    let label = |label: i64| usize::try_from(label).map_err(|_| Error::config("a label", "at least 0", label));
    labels.into_iter().map(label).collect()
}
