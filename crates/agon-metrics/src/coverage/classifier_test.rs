use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::prelude::{Device, Tensor};
use burn::tensor::{TensorData, activation};
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{Error, Result, ensure};
use crate::pairs::same_width;
use crate::random::{Random, stream};
use crate::{Comparison, Figure, Goal, Interval, Origin, Protocol, Rows};

/// Classifier two-sample test: can a small network learn to tell real from generated?
///
/// Half of the samples (as many of either set) train a network of one hidden layer; the share of the other
/// half which it tells rightly is the accuracy. If both sets are of one distribution, the number told rightly
/// is binomial with one half, and `p` is the probability of at least so many:
///
/// ```text
/// p = P(Binomial(n, 1/2) >= right)
/// ```
///
/// A small `p` says that the sets differ. Unlike a discriminator of training, this classifier is new and is
/// judged on samples it has not seen.
///
/// # Pitfalls
/// - A high `p` says that this classifier, on this many samples, found no difference; not that there is none.
/// - If there are more samples of one set, a random part of them is used.
///
/// # Shapes
/// `[n, features]`.
///
/// # Errors
/// Of less than four samples of either, of constant features, of settings that cannot work.
///
/// # Example
/// ```
/// use agon_metrics::{ClassifierTest, Comparison, Metric, Origin};
/// use burn::prelude::*;
///
/// let values = |from| Tensor::<1, Int>::arange(from..from + 40, &Device::default()).float().reshape([40, 1]);
/// let mut metric = ClassifierTest::new(7).collect();
/// metric.add(Origin::Real, &values(0))?;
/// metric.add(Origin::Fake, &values(100))?;
/// let figures = metric.compute()?;
/// assert!(figures[0].value > 0.9 && figures[1].value < 0.01);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests", arXiv:1610.06545 (20 rectified units,
/// 100 epochs of Adam).
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierTest {
    hidden: usize,
    epochs: usize,
    rate: f64,
    seed: u64,
    device: Option<Device>,
}

/// How many samples make a step.
const BATCH: usize = 64;

impl ClassifierTest {
    /// With 20 hidden units, 100 epochs, and a learning rate of 0.01.
    pub const fn new(seed: u64) -> Self {
        Self {
            hidden: 20,
            epochs: 100,
            rate: 0.01,
            seed,
            device: None,
        }
    }

    /// With so many hidden units.
    pub const fn hidden(mut self, units: usize) -> Self {
        self.hidden = units;
        self
    }

    /// Trained for so many epochs.
    pub const fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Trained on this device instead of the default one.
    pub fn device(mut self, device: &Device) -> Self {
        self.device = Some(device.clone());
        self
    }

    fn train(&self, samples: &Labelled, random: &mut Random) -> Network {
        let mut network = Network::new(samples.width, self.hidden, random, &samples.device);
        let mut optimizer: ModuleOptimizer = AdamConfig::new().with_epsilon(1e-8).init();
        let mut order: Vec<usize> = (0..samples.len()).collect();
        for _ in 0..self.epochs {
            order.shuffle(random);
            for batch in order.chunks(BATCH) {
                let (values, labels) = samples.batch(batch);
                let scores = network.forward(values);
                // softplus(-y s): -log sigmoid of the score towards the right side, y being 1 or -1.
                let loss = activation::softplus(-(scores * labels), 1.0).mean();
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                network = optimizer.step(self.rate, network, gradients);
            }
        }
        network
    }
}

impl Comparison for ClassifierTest {
    fn compare(&self, real: &Rows, fake: &Rows) -> Result<Vec<Figure>> {
        ensure(self.hidden >= 1, "the hidden units", "at least 1", self.hidden)?;
        ensure(self.epochs >= 1, "the number of epochs", "at least 1", self.epochs)?;
        real.vary("a classifier test", Origin::Real, 4)?;
        fake.vary("a classifier test", Origin::Fake, 4)?;
        same_width(real, fake)?;
        let device = self.device.clone().unwrap_or_default();
        let mut random = stream(self.seed, 0);
        let of_each = real.len().min(fake.len());
        let mut halves = |rows: &Rows| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.shuffle(&mut random);
            let (train, test) = order[..of_each].split_at(of_each / 2);
            [rows.select(train), rows.select(test)]
        };
        let ([real_train, real_test], [fake_train, fake_test]) = (halves(real), halves(fake));
        let train = Labelled::new(&real_train, &fake_train, None, &device.clone().autodiff());
        let test = Labelled::new(&real_test, &fake_test, Some(&train), &device);
        let network = self.train(&train, &mut random).valid();
        let (right, n) = (test.right(&network)?, test.len());
        let protocol = Protocol::new()
            .with("hidden", self.hidden)
            .with("epochs", self.epochs)
            .with("tested on", n);
        let figure = |name: &str, value| {
            Figure::new(name, value)
                .of(real.len(), fake.len())
                .protocol(protocol.clone())
        };
        Ok(vec![
            figure("classifier test accuracy", right as f64 / n as f64)
                .goal(Goal::Near(0.5))
                .interval(Interval::proportion(right, n)),
            figure("classifier test p", at_least(right, n)).goal(Goal::Highest),
        ])
    }
}

/// One hidden layer.
#[derive(Module, Debug)]
struct Network {
    hidden: Linear,
    output: Linear,
}

impl Network {
    fn new(width: usize, hidden: usize, random: &mut Random, device: &Device) -> Self {
        let mut layer = |inputs: usize, outputs: usize| {
            // He's initial weights, from the seed whatever the device.
            let deviation = (2.0 / inputs as f64).sqrt();
            let values: Vec<f32> = (0..inputs * outputs)
                .map(|_| {
                    let x: f64 = StandardNormal.sample(random);
                    (x * deviation) as f32
                })
                .collect();
            let mut layer = LinearConfig::new(inputs, outputs).init(device);
            let weight = Tensor::<2>::from_data(TensorData::new(values, [inputs, outputs]), device);
            layer.weight = Param::from_tensor(weight);
            layer.bias = Some(Param::from_tensor(Tensor::<1>::zeros([outputs], device)));
            layer
        };
        Self {
            hidden: layer(width, hidden),
            output: layer(hidden, 1),
        }
    }

    fn forward(&self, values: Tensor<2>) -> Tensor<2> {
        self.output.forward(activation::relu(self.hidden.forward(values)))
    }
}

/// Real samples (label 1) and as many generated ones (label -1), brought to mean 0 and deviation 1.
struct Labelled {
    samples: Vec<f32>,
    width: usize,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    device: Device,
}

impl Labelled {
    /// Scaled as others are, or by themselves.
    fn new(real: &Rows, fake: &Rows, like: Option<&Self>, device: &Device) -> Self {
        let rows = || {
            (0..real.len())
                .map(|i| real.row(i))
                .chain((0..fake.len()).map(|i| fake.row(i)))
        };
        let (n, width) = (real.len() + fake.len(), real.width());
        let (mean, deviation) = like.map_or_else(
            || {
                let mut mean = vec![0.0; width];
                rows().for_each(|row| mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / n as f64));
                let mut variance = vec![0.0; width];
                for row in rows() {
                    for ((v, x), m) in variance.iter_mut().zip(row).zip(&mean) {
                        *v += (x - m).powi(2) / n as f64;
                    }
                }
                let deviation = |v: f64| if v > 0.0 { v.sqrt() } else { 1.0 };
                (mean, variance.into_iter().map(deviation).collect())
            },
            |like| (like.mean.clone(), like.deviation.clone()),
        );
        let scaled = |row: Vec<f64>| {
            let parts = row.into_iter().zip(mean.iter().zip(&deviation));
            parts.map(|(x, (m, d))| ((x - m) / d) as f32).collect::<Vec<f32>>()
        };
        Self {
            samples: rows().flat_map(scaled).collect(),
            width,
            device: device.clone(),
            mean,
            deviation,
        }
    }

    fn len(&self) -> usize {
        self.samples.len() / self.width
    }

    fn batch(&self, indices: &[usize]) -> (Tensor<2>, Tensor<2>) {
        let values: Vec<f32> = indices
            .iter()
            .flat_map(|index| &self.samples[index * self.width..][..self.width])
            .copied()
            .collect();
        let half = self.len() / 2;
        let labels: Vec<f32> = indices
            .iter()
            .map(|&index| if index < half { 1.0 } else { -1.0 })
            .collect();
        (
            Tensor::from_data(TensorData::new(values, [indices.len(), self.width]), &self.device),
            Tensor::from_data(TensorData::new(labels, [indices.len(), 1]), &self.device),
        )
    }

    /// How many are told rightly.
    fn right(&self, network: &Network) -> Result<usize> {
        let mut right = 0;
        let indices: Vec<usize> = (0..self.len()).collect();
        for batch in indices.chunks(1024) {
            let (values, labels) = self.batch(batch);
            let towards = (network.forward(values) * labels)
                .try_into_vec_as::<f32>()
                .map_err(|error| Error::Device(error.to_string()))?;
            right += towards.iter().filter(|&&towards| towards > 0.0).count();
        }
        Ok(right)
    }
}

/// `P(Binomial(n, 1/2) >= k)`.
fn at_least(k: usize, n: usize) -> f64 {
    let log_factorials: Vec<f64> = (0..=n)
        .scan(0.0, |sum, i| {
            *sum += (i.max(1) as f64).ln();
            Some(*sum)
        })
        .collect();
    let log = |i: usize| log_factorials[n] - log_factorials[i] - log_factorials[n - i] - n as f64 * 2.0_f64.ln();
    // The small ones first.
    (k..=n).rev().map(|i| log(i).exp()).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, compare, rows};

    #[test]
    fn the_tail_of_the_binomial() {
        close(
            &[at_least(0, 5), at_least(5, 5), at_least(3, 4)],
            &[1.0, 1.0 / 32.0, 5.0 / 16.0],
            1e-12,
        );
        assert!((at_least(5100, 10_000) - 0.0233).abs() < 2e-4);
    }

    #[test]
    fn equal_distributions_are_not_told_apart_and_others_are() {
        let test = ClassifierTest::new(3).epochs(20);
        let real = cloud(400, 3, 1, 0.0, 1.0);
        let same = compare(&test, &real, &cloud(500, 3, 2, 0.0, 1.0));
        assert!((same[0] - 0.5).abs() < 0.1 && same[1] > 0.01, "{same:?}");
        let shifted = compare(&test, &real, &cloud(400, 3, 2, 1.0, 1.0));
        assert!(shifted[0] > 0.7 && shifted[1] < 1e-6, "{shifted:?}");
        // Of one mean, so that no line tells them apart.
        let wider = compare(&test, &real, &cloud(400, 3, 2, 0.0, 4.0));
        assert!(wider[0] > 0.7 && wider[1] < 1e-6, "{wider:?}");
    }

    #[test]
    fn a_set_is_not_told_from_itself_at_any_shift_and_scale() {
        let test = ClassifierTest::new(5).epochs(5);
        let samples = cloud(200, 3, 1, 0.0, 1.0);
        let plain = compare(&test, &samples, &samples);
        assert!(plain[1] > 0.01, "{plain:?}");
        let moved = samples.clone() * 1e4 + 5e6;
        close(&compare(&test, &moved, &moved), &plain, 0.05);
    }

    #[test]
    fn what_cannot_be_tested() {
        let (good, few) = (rows(&cloud(20, 3, 1, 0.0, 1.0)), rows(&cloud(3, 3, 1, 0.0, 1.0)));
        let test = ClassifierTest::new(1).epochs(1);
        assert!(matches!(test.compare(&good, &few), Err(Error::TooFew { got: 3, .. })));
        let constant = rows(&crate::testing::matrix(vec![0.1; 60], 20));
        assert!(matches!(test.compare(&constant, &good), Err(Error::Constant { .. })));
        let wide = rows(&cloud(20, 4, 1, 0.0, 1.0));
        assert!(matches!(test.compare(&good, &wide), Err(Error::Shape { .. })));
        assert!(test.clone().hidden(0).compare(&good, &good).is_err());
        assert!(test.epochs(0).compare(&good, &good).is_err());
    }
}
