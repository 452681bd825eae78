use burn::prelude::{Int, Tensor};

use super::accuracy_score::accuracy;
use super::{Classifier, Labelled, Linear};
use crate::error::Error;
use crate::{Figure, Origin, Protocol, Result};

/// How much of the classes of real data a discriminator has come to see: DCGAN's protocol.
///
/// The maps of all its layers are pooled to 4 by 4, flattened and put side by side
/// ([`pooled`](LinearProbe::pooled)); a linear L2-SVM learns the classes from those of the training set; the
/// figure is its accuracy on the test set. It judges the discriminator as a feature extractor, not the samples.
///
/// # Example
/// ```
/// use agon_metrics::classifiers::LinearProbe;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let maps = |bright: f32| vec![Tensor::<4>::full([6, 2, 8, 8], bright, &device)];
/// let labels = |class: i64| Tensor::<1, Int>::full([6], class, &device);
/// let mut probe = LinearProbe::new();
/// for (bright, class) in [(0.2, 0), (0.9, 1)] {
///     probe.train(&LinearProbe::pooled(maps(bright))?, &labels(class))?;
///     probe.test(&LinearProbe::pooled(maps(bright + 0.01))?, &labels(class))?;
/// }
/// assert_eq!(probe.compute()?.value, 1.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Radford et al. 2016, "Unsupervised representation learning with deep convolutional generative adversarial
/// networks", arXiv:1511.06434, section 5.1.
#[derive(Debug, Clone)]
pub struct LinearProbe<C = Linear> {
    classifier: C,
    train: Labelled,
    test: Labelled,
}

/// Maps are pooled to so many rows and columns.
const GRID: usize = 4;

impl Default for LinearProbe {
    fn default() -> Self {
        Self::new()
    }
}

impl LinearProbe {
    /// By a linear L2-SVM.
    pub fn new() -> Self {
        Self::by(Linear::l2_svm())
    }

    /// The features of DCGAN's protocol: each map's largest values on a grid of 4 by 4, all in one row.
    ///
    /// # Shapes
    /// Maps `[n, channels, height, width]`, of any number of channels and sizes; returns `[n, 16 channels]`.
    ///
    /// # Errors
    /// If there are no maps, or one has no pixels.
    pub fn pooled(maps: Vec<Tensor<4>>) -> Result<Tensor<2>> {
        if maps.is_empty() || maps.iter().any(|map| map.dims().contains(&0)) {
            return Err(Error::shape(
                "the maps of a discriminator",
                "at least one, with pixels",
                "none",
            ));
        }
        Ok(Tensor::cat(maps.into_iter().map(on_grid).collect(), 1))
    }
}

impl<C: Classifier> LinearProbe<C> {
    /// By another classifier.
    pub fn by(classifier: C) -> Self {
        Self {
            classifier,
            train: Labelled::new(),
            test: Labelled::new(),
        }
    }

    /// Takes features and classes to learn from.
    ///
    /// # Errors
    /// As [`Labelled::push`].
    pub fn train(&mut self, features: &Tensor<2>, labels: &Tensor<1, Int>) -> Result<()> {
        self.train.push(Origin::Real, features, labels)
    }

    /// Takes features and classes to be tested on.
    ///
    /// # Errors
    /// As [`Labelled::push`].
    pub fn test(&mut self, features: &Tensor<2>, labels: &Tensor<1, Int>) -> Result<()> {
        self.test.push(Origin::Real, features, labels)
    }

    /// Learns, and says how many of the test set are right.
    ///
    /// # Errors
    /// Without samples of two classes to learn from and one to be tested on; whatever the classifier says.
    pub fn compute(&self) -> Result<Figure> {
        let figure = accuracy(
            &self.classifier,
            (Origin::Real, &self.train),
            (Origin::Real, &self.test),
        )?;
        let protocol = Protocol::new()
            .with("classifier", self.classifier.name())
            .with("trained on", self.train.len());
        Ok(Figure {
            name: "linear probe accuracy".to_owned(),
            ..figure.of(self.test.len(), 0).protocol(protocol)
        })
    }
}

/// The largest value of each cell, `[n, 16 channels]`. Cells of sizes that do not divide overlap, as those of
/// adaptive pooling do.
fn on_grid(map: Tensor<4>) -> Tensor<2> {
    let [n, channels, height, width] = map.dims();
    let span = |cell: usize, size: usize| {
        let (from, to) = (cell * size / GRID, ((cell + 1) * size).div_ceil(GRID));
        (from, to - from)
    };
    let mut cells = Vec::with_capacity(GRID * GRID);
    for row in 0..GRID {
        let (top, rows) = span(row, height);
        let band = map.clone().narrow(2, top, rows).max_dim(2);
        for column in 0..GRID {
            let (left, columns) = span(column, width);
            cells.push(
                band.clone()
                    .narrow(3, left, columns)
                    .max_dim(3)
                    .reshape([n, channels, 1]),
            );
        }
    }
    Tensor::cat(cells, 2).reshape([n, channels * GRID * GRID])
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn each_cell_is_its_largest_value() {
        let device = Device::default();
        let map = Tensor::<1, Int>::arange(0..64, &device).float().reshape([1, 1, 8, 8]);
        let pooled = LinearProbe::pooled(vec![map.clone(), map]).unwrap();
        assert_eq!(pooled.dims(), [1, 32]);
        let values: Vec<f32> = pooled.into_data().try_into_vec().unwrap();
        assert_eq!(values[..4], [9.0, 11.0, 13.0, 15.0]);
        assert_eq!((values[15], values[31]), (63.0, 63.0));
    }

    #[test]
    fn maps_of_any_size_do() {
        let device = Device::default();
        for size in [1, 2, 4, 5, 7] {
            let map = Tensor::<4>::ones([2, 3, size, size + 1], &device);
            assert_eq!(LinearProbe::pooled(vec![map]).unwrap().dims(), [2, 48]);
        }
        assert!(LinearProbe::pooled(Vec::new()).is_err());
    }
}
