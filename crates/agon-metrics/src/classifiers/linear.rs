use faer::{Mat, MatRef};

use super::lbfgs::minimise;
use super::{Classifier, Labelled};
use crate::error::{Result, ensure};
use crate::linalg::product;
use crate::{Error, Rows};

/// A linear classifier of features: the built-in one.
///
/// Features are standardised by the training set's mean and deviation; one column of weights per class and a
/// bias that is not penalised are fitted by L-BFGS, in float64, until the gradient vanishes. With `n` training
/// samples, scores `s = W x + b` and `t = 1` for the right class, `-1` for others,
///
/// ```text
/// softmax   1/n sum_x (log sum_c exp s_c - s_y) + decay / 2 |W|^2
/// L2-SVM    1/n sum_x sum_c max(0, 1 - t_c s_c)^2 + decay / 2 |W|^2     (one against the rest)
/// ```
///
/// # References
/// The L2-SVM: Radford et al. 2016, "Unsupervised representation learning with deep convolutional generative
/// adversarial networks", arXiv:1511.06434.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linear {
    loss: Loss,
    decay: f64,
    steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    Softmax,
    SquaredHinge,
}

impl Linear {
    /// Multinomial logistic regression.
    pub fn softmax() -> Self {
        Self {
            loss: Loss::Softmax,
            decay: 1e-4,
            steps: 200,
        }
    }

    /// The L2-SVM, one class against the rest.
    pub fn l2_svm() -> Self {
        Self {
            loss: Loss::SquaredHinge,
            ..Self::softmax()
        }
    }

    /// How much the weights are drawn to zero; 1e-4 unless said otherwise.
    pub fn decay(mut self, decay: f64) -> Self {
        self.decay = decay;
        self
    }

    /// The most steps that are taken; 200 unless said otherwise.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// Weights, features down and classes across, the bias last, so that `scores = [x, 1] weights`.
    fn fit(&self, features: &Mat<f64>, labels: &[usize], classes: usize) -> Mat<f64> {
        let width = features.ncols();
        let objective = |weights: &[f64]| {
            let weights = MatRef::from_column_major_slice(weights, width, classes);
            let mut errors = product(features.as_ref(), weights);
            let mut loss = self.errors(&mut errors, labels);
            let mut gradient = product(features.transpose(), errors.as_ref());
            for class in 0..classes {
                for row in 0..width - 1 {
                    let weight = weights[(row, class)];
                    loss += 0.5 * self.decay * weight * weight;
                    gradient[(row, class)] += self.decay * weight;
                }
            }
            let columns = (0..classes).flat_map(|class| (0..width).map(move |row| (row, class)));
            (loss, columns.map(|at| gradient[at]).collect())
        };
        let found = minimise(objective, vec![0.0; width * classes], self.steps, 1e-5);
        MatRef::from_column_major_slice(&found, width, classes).to_owned()
    }

    /// Turns scores into the derivatives of the mean loss, which is returned.
    fn errors(&self, scores: &mut Mat<f64>, labels: &[usize]) -> f64 {
        let share = 1.0 / labels.len() as f64;
        let classes = scores.ncols();
        let mut loss = 0.0;
        for (row, &label) in labels.iter().enumerate() {
            match self.loss {
                Loss::Softmax => {
                    let largest = (0..classes).map(|c| scores[(row, c)]).fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = (0..classes).map(|c| (scores[(row, c)] - largest).exp()).sum();
                    let log_sum = largest + sum.ln();
                    loss += share * (log_sum - scores[(row, label)]);
                    for class in 0..classes {
                        let right = f64::from(u8::from(class == label));
                        scores[(row, class)] = share * ((scores[(row, class)] - log_sum).exp() - right);
                    }
                }
                Loss::SquaredHinge => {
                    for class in 0..classes {
                        let side = if class == label { 1.0 } else { -1.0 };
                        let gap = (1.0 - side * scores[(row, class)]).max(0.0);
                        loss += share * gap * gap;
                        scores[(row, class)] = -2.0 * share * side * gap;
                    }
                }
            }
        }
        loss
    }
}

impl Classifier for Linear {
    fn name(&self) -> String {
        match self.loss {
            Loss::Softmax => "linear softmax".to_owned(),
            Loss::SquaredHinge => "linear L2-SVM".to_owned(),
        }
    }

    fn classify(&self, train: &Labelled, test: &Rows) -> Result<Vec<usize>> {
        ensure(
            self.decay >= 0.0,
            "the weight decay of a linear classifier",
            "at least 0",
            self.decay,
        )?;
        if train.samples().width() != test.width() {
            let expected = format!("{} values, as those to learn from", train.samples().width());
            return Err(Error::shape("a sample to classify", expected, test.width()));
        }
        let scale = Scale::of(train.samples());
        let weights = self.fit(&scale.apply(train.samples()), train.labels(), train.classes());
        let scores = product(scale.apply(test).as_ref(), weights.as_ref());
        let best = |row: usize| {
            let classes = 0..scores.ncols();
            classes
                .max_by(|&a, &b| scores[(row, a)].total_cmp(&scores[(row, b)]))
                .unwrap_or_default()
        };
        Ok((0..scores.nrows()).map(best).collect())
    }
}

/// What makes the training set's features standard.
struct Scale {
    mean: Vec<f64>,
    inverse: Vec<f64>,
}

impl Scale {
    fn of(rows: &Rows) -> Self {
        let mean = rows.mean();
        let mut squares = vec![0.0; mean.len()];
        for index in 0..rows.len() {
            let row = rows.row(index);
            for ((square, x), mean) in squares.iter_mut().zip(row).zip(&mean) {
                *square += (x - mean).powi(2);
            }
        }
        let deviation = |square: f64| (square / rows.len().max(1) as f64).sqrt();
        // A feature that is constant says nothing.
        let inverse = |square: f64| {
            if deviation(square) > 1e-12 {
                1.0 / deviation(square)
            } else {
                0.0
            }
        };
        Self {
            inverse: squares.into_iter().map(inverse).collect(),
            mean,
        }
    }

    /// Standardised rows, with a column of ones.
    fn apply(&self, rows: &Rows) -> Mat<f64> {
        let width = self.mean.len();
        let mut features = Mat::zeros(rows.len(), width + 1);
        for index in 0..rows.len() {
            for (column, x) in rows.row(index).into_iter().enumerate() {
                features[(index, column)] = (x - self.mean[column]) * self.inverse[column];
            }
            features[(index, width)] = 1.0;
        }
        features
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Int, Tensor};

    use super::*;
    use crate::Origin;

    /// Points of three classes around the corners of a triangle.
    fn corners(n: usize, spread: f32) -> Labelled {
        let device = Device::default();
        let noise = |i: usize| ((i as f32 * 12.9898).sin() * 43_758.547).fract() * spread;
        let point = |i: usize| {
            let angle = (i % 3) as f32 * 2.094;
            [
                angle.cos() + noise(2 * i),
                100.0 * (angle.sin() + noise(2 * i + 1)),
                7.0,
            ]
        };
        let points: Vec<f32> = (0..n).flat_map(point).collect();
        let labels: Vec<i64> = (0..n).map(|i| (i % 3) as i64).collect();
        let mut set = Labelled::new();
        let points = Tensor::<1>::from_floats(&points[..], &device).reshape([n, 3]);
        set.push(
            Origin::Real,
            &points,
            &Tensor::<1, Int>::from_data(&labels[..], &device),
        )
        .unwrap();
        set
    }

    #[test]
    fn what_is_linearly_separable_is_separated() {
        let (train, test) = (corners(90, 0.3), corners(60, 0.2));
        for classifier in [Linear::softmax(), Linear::l2_svm()] {
            let said = classifier.classify(&train, test.samples()).unwrap();
            assert_eq!(said, test.labels(), "{}", classifier.name());
        }
    }

    #[test]
    fn the_gradient_vanishes_at_what_is_found() {
        let train = corners(60, 0.8);
        for classifier in [Linear::softmax().decay(0.01), Linear::l2_svm().decay(0.01)] {
            let features = Scale::of(train.samples()).apply(train.samples());
            let weights = classifier.fit(&features, train.labels(), 3);
            let mut errors = product(features.as_ref(), weights.as_ref());
            classifier.errors(&mut errors, train.labels());
            let gradient = product(features.transpose(), errors.as_ref());
            for row in 0..3 {
                for class in 0..3 {
                    let whole = gradient[(row, class)] + classifier.decay * weights[(row, class)];
                    assert!(whole.abs() < 1e-4, "{whole}");
                }
            }
        }
    }

    #[test]
    fn widths_that_differ_are_an_error() {
        let narrow = Rows::from_tensor(Origin::Real, &Tensor::<2>::zeros([2, 2], &Device::default())).unwrap();
        let error = Linear::softmax().classify(&corners(9, 0.1), &narrow).unwrap_err();
        assert!(error.to_string().contains("expected 3 values"), "{error}");
    }
}
