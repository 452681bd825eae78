use burn::prelude::{Int, Tensor};

use crate::{Augment, Error, Memory, Result, Round, Sample};

/// Samples, each with what it was asked to be: a class, a description, a code.
///
/// Only the samples are differentiable content ([`Sample::rows`]); conditions ride along unchanged, so that noise,
/// augmentations and gradient penalties leave them alone. [`OfSample`] makes an augmentation of samples one of these.
///
/// # Shapes
/// `condition`: `[batch, width]`, one row per sample.
///
/// # Example
/// ```
/// use agon_core::{Conditioned, Sample};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let labels = Tensor::<1, Int>::from_data([2, 0], &device);
/// let points = Conditioned::labelled(Tensor::<2>::zeros([2, 5], &device), labels, 3);
/// assert_eq!((points.rows().dims(), points.condition.dims()), ([2, 5], [2, 3]));
/// ```
#[derive(Debug, Clone)]
pub struct Conditioned<S> {
    /// What is judged.
    pub sample: S,
    /// What it was asked to be.
    pub condition: Tensor<2>,
}

/// Labels as rows with a one at the class and zeros elsewhere: `[batch]` to `[batch, classes]`.
///
/// Nothing is read from the device, so nothing is checked: a label that is none of the classes gives a row of zeros.
pub fn one_hot(labels: Tensor<1, Int>, classes: usize) -> Tensor<2> {
    let all = Tensor::<1, Int>::arange(0..classes as i64, &labels.device());
    let shape = [labels.dims()[0], classes];
    let labels = labels.unsqueeze_dim::<2>(1).expand(shape);
    labels.equal(all.unsqueeze_dim::<2>(0).expand(shape)).float()
}

impl<S> Conditioned<S> {
    /// Samples with these conditions.
    pub fn new(sample: S, condition: Tensor<2>) -> Self {
        Self { sample, condition }
    }

    /// Samples with their classes, which become one-hot rows.
    ///
    /// # Shapes
    /// `labels`: `[batch]`.
    ///
    /// # Panics
    /// If a label is none of the classes, `0` to `classes - 1`; a training ends with an error which says so. The labels are
    /// read from their device for it, which [`one_hot`] does not.
    pub fn labelled(sample: S, labels: Tensor<1, Int>, classes: usize) -> Self {
        if let Err(error) = Error::unless_below("a label", labels.clone(), classes) {
            panic!("{error}");
        }
        Self::new(sample, one_hot(labels, classes))
    }

    /// Samples of which nothing is known: their conditions are a column of zeros, which nobody reads.
    pub fn unknown(sample: S) -> Self
    where
        S: Sample,
    {
        let condition = Tensor::zeros([sample.size(), 1], &sample.rows().device());
        Self::new(sample, condition)
    }

    /// The greatest entry of each condition: the class, where conditions are one-hot.
    ///
    /// # Shapes
    /// `[batch]`
    pub fn labels(&self) -> Tensor<1, Int> {
        self.condition.clone().argmax(1).flatten(0, 1)
    }
}

impl<S: Sample> Sample for Conditioned<S> {
    fn rows(&self) -> Tensor<2> {
        self.sample.rows()
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        Self::new(self.sample.with_rows(rows), self.condition.clone())
    }

    fn detached(&self) -> Self {
        Self::new(self.sample.detached(), self.condition.clone().detach())
    }

    fn size(&self) -> usize {
        self.sample.size()
    }

    fn member_shape(&self) -> Vec<usize> {
        self.sample.member_shape()
    }
}

/// An augmentation of samples, for samples with conditions.
#[derive(Debug, Clone, Copy)]
pub struct OfSample<A>(pub A);

impl<S: Sample, A: Augment<S>> Augment<Conditioned<S>> for OfSample<A> {
    fn augment(&self, samples: &Conditioned<S>, round: &mut Round) -> Conditioned<S> {
        Conditioned::new(self.0.augment(&samples.sample, round), samples.condition.clone())
    }

    fn advance(&mut self, real: &Tensor<2>, round: &mut Round) -> Result<()> {
        self.0.advance(real, round)
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }

    fn memory(&self) -> Memory {
        self.0.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.0.recall(memory);
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn conditions_ride_along_and_labels_come_back() {
        let device = Device::default();
        let labels = Tensor::<1, Int>::from_data([1, 2, 0], &device);
        let batch = Conditioned::labelled(Tensor::<4>::zeros([3, 1, 2, 2], &device), labels, 3);
        let moved = batch.with_rows(batch.rows() + 1.0);
        assert_eq!(moved.sample.dims(), [3, 1, 2, 2]);
        assert_eq!(moved.sample.clone().sum().into_scalar::<f32>(), 12.0);
        assert_eq!(moved.labels().try_into_vec_as::<i64>().unwrap(), [1, 2, 0]);
    }

    #[test]
    fn one_hot_rows_are_zero_where_there_is_no_such_class() {
        let labels = Tensor::<1, Int>::from_data([1, -1, 2, 0], &Device::default());
        let rows = one_hot(labels.clone(), 2).try_into_vec_as::<f32>().unwrap();
        assert_eq!(rows, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let single = one_hot(labels.zeros_like(), 1).try_into_vec_as::<f32>().unwrap();
        assert_eq!(single, [1.0; 4]);
    }

    #[test]
    #[should_panic(expected = "a label: expected one of 0 to 2, got -1")]
    fn a_label_which_is_no_class_is_named() {
        let labels = Tensor::<1, Int>::from_data([1, -1], &Device::default());
        let _ = Conditioned::labelled(Tensor::<2>::zeros([2, 1], &Device::default()), labels, 3);
    }
}
