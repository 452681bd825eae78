use std::f64::consts::TAU;

use burn::prelude::Tensor;

use crate::collect::same_settings;
use crate::error::{Error, Result, enough};
use crate::linalg::Element;
use crate::pairs::{Frame, Side, Tile, across, same_width};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Rows};

/// Parzen-window log-likelihood: of real samples under a density of Gaussians around the generated ones.
///
/// ```text
/// log p(x) = log mean_i exp(-|x - g_i|^2 / (2 sigma^2)) - d log(sigma sqrt(2 pi))
/// ```
///
/// `d`: the width of a sample. Of several bandwidths `sigma` the one is taken under which held-out real
/// samples ([`validate`](Self::validate)) are likeliest on average; the figure is the mean over the (other)
/// real samples, in nats, with its standard error. All is computed in the logarithm, tile by tile: 10,000 x
/// 10,000 samples of 784 values need the samples and a few megabytes.
///
/// # Pitfalls
/// - The estimate is poor in more than a few dimensions however many samples there are, and it ranks models
///   wrongly: the centres of a k-means clustering of the training data beat the data itself. It is here to
///   compare with published figures; [`AnnealedImportanceSampling`](super::AnnealedImportanceSampling) is the
///   better-founded one.
/// - Published figures are of 10,000 generated samples, and of bandwidths from 0.1 to 1 for values in 0 to 1.
/// - A bandwidth at the edge of those to choose from is marked in the protocol: choose from more.
///
/// # Shapes
/// Batches `[n, width]`.
///
/// # Errors
/// Of less than two real or generated samples, of constant ones, of no samples to choose a bandwidth by, of
/// bandwidths that are not positive.
///
/// # Example
/// ```
/// use agon_metrics::{Metric, Origin, ParzenWindow};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut metric = ParzenWindow::of_bandwidth(1.0);
/// metric.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [2.0]], &device))?;
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[0.0], [2.0]], &device))?;
/// let expected = (0.5 * (1.0 + (-2.0_f64).exp())).ln() - 0.5 * std::f64::consts::TAU.ln();
/// assert!((metric.compute()?[0].value - expected).abs() < 1e-9);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Breuleux et al. 2011; Goodfellow et al. 2014, "Generative adversarial nets", arXiv:1406.2661; Theis et al.
/// 2016, "A note on the evaluation of generative models", arXiv:1511.01844 (why not to trust it).
#[derive(Debug, Clone)]
pub struct ParzenWindow {
    bandwidths: Vec<f64>,
    real: Rows,
    fake: Rows,
    validation: Rows,
}

/// Where products are so cheap that `f64` costs nothing.
const NARROW: usize = 64;

impl ParzenWindow {
    /// With ten bandwidths from 0.1 to 1 to choose from, evenly on a logarithmic scale, as in the paper.
    pub fn new() -> Self {
        Self::of_bandwidths((0..10).map(|i| 10.0_f64.powf(f64::from(i) / 9.0 - 1.0)).collect())
    }

    /// With these bandwidths to choose from.
    pub fn of_bandwidths(bandwidths: Vec<f64>) -> Self {
        Self {
            bandwidths,
            real: Rows::new(),
            fake: Rows::new(),
            validation: Rows::new(),
        }
    }

    /// With this bandwidth; no validation samples are needed.
    pub fn of_bandwidth(bandwidth: f64) -> Self {
        Self::of_bandwidths(vec![bandwidth])
    }

    /// Takes real samples by which the bandwidth is chosen, and which are not measured.
    ///
    /// # Errors
    /// As [`Rows::push`].
    pub fn validate(&mut self, batch: &Tensor<2>) -> Result<()> {
        self.validation.push(Origin::Real, batch)
    }

    /// The bandwidth of those to choose from under which the validation samples are likeliest.
    ///
    /// # Errors
    /// As [`compute`](Metric::compute).
    pub fn bandwidth(&self) -> Result<f64> {
        let good = |sigma: &f64| sigma.is_finite() && *sigma > 0.0;
        if self.bandwidths.is_empty() || !self.bandwidths.iter().all(good) {
            let got = format!("{:?}", self.bandwidths);
            return Err(Error::config(
                "the bandwidths of a Parzen window",
                "positive numbers",
                got,
            ));
        }
        if let [only] = *self.bandwidths {
            return Ok(only);
        }
        enough(
            "the choice of a bandwidth (`validate`)",
            Origin::Real,
            1,
            self.validation.len(),
        )?;
        self.check(&self.validation)?;
        let likelihoods = log_likelihoods(&self.validation, &self.fake, &self.bandwidths);
        let best = likelihoods
            .iter()
            .map(|values| values.iter().sum::<f64>())
            .zip(&self.bandwidths)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        Ok(best.map_or(self.bandwidths[0], |(_, bandwidth)| *bandwidth))
    }

    fn check(&self, real: &Rows) -> Result<()> {
        self.fake.vary("a Parzen window", Origin::Fake, 2)?;
        same_width(real, &self.fake)
    }

    /// How the bandwidth is printed.
    fn described(&self, bandwidth: f64) -> String {
        let (least, most) = self
            .bandwidths
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), &x| {
                (least.min(x), most.max(x))
            });
        let edge = self.bandwidths.len() > 1 && (bandwidth == least || bandwidth == most);
        let mark = if edge { " (at the edge of the choice)" } else { "" };
        format!("{bandwidth:.4}{mark}")
    }
}

impl Default for ParzenWindow {
    fn default() -> Self {
        Self::new()
    }
}

impl Metric for ParzenWindow {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        match origin {
            Origin::Real => self.real.push(origin, batch),
            Origin::Fake => self.fake.push(origin, batch),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        same_settings(&self.bandwidths, &other.bandwidths)?;
        same_width(&self.fake, &other.fake)?;
        same_width(&self.validation, &other.validation)?;
        self.real.append(other.real)?;
        self.fake.append(other.fake)?;
        self.validation.append(other.validation)
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => {
                self.real = Rows::new();
                self.validation = Rows::new();
            }
            Origin::Fake => self.fake = Rows::new(),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        self.real.vary("a Parzen window", Origin::Real, 2)?;
        self.check(&self.real)?;
        let bandwidth = self.bandwidth()?;
        let found = log_likelihoods(&self.real, &self.fake, &[bandwidth]);
        let values = found.first().map_or(&[][..], |values| values);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        Ok(vec![
            Figure::new("Parzen log-likelihood", mean)
                .of(self.real.len(), self.fake.len())
                .goal(Goal::Highest)
                .interval(Interval::normal(mean, (variance / n).sqrt()))
                .spread(variance.sqrt())
                .protocol(Protocol::new().with("bandwidth", self.described(bandwidth))),
        ])
    }
}

/// `log p(x)` of each row, under each bandwidth.
fn log_likelihoods(rows: &Rows, centres: &Rows, bandwidths: &[f64]) -> Vec<Vec<f64>> {
    if rows.is_double() || centres.is_double() || rows.width() <= NARROW {
        of_precision::<f64>(rows, centres, bandwidths)
    } else {
        of_precision::<f32>(rows, centres, bandwidths)
    }
}

fn of_precision<E: Element>(rows: &Rows, centres: &Rows, bandwidths: &[f64]) -> Vec<Vec<f64>> {
    let frame = Frame::around(&[rows, centres]);
    let (first, second) = (Side::<E>::new(rows, &frame), Side::<E>::new(centres, &frame));
    let unit = frame.scale * frame.scale;
    let rates: Vec<f64> = bandwidths.iter().map(|sigma| 0.5 * unit / (sigma * sigma)).collect();
    let mut tails = vec![Tail::new(rates.len()); rows.len()];
    let work = |tile: Tile<'_, E>| (tile.rows.start, of_tile(&tile, &rates));
    across(&first, &second, work, |(start, found)| {
        for (tail, found) in tails[start..].iter_mut().zip(found) {
            tail.join(&found, &rates);
        }
    });
    let n = (centres.len() as f64).ln();
    let half = 0.5 * rows.width() as f64;
    bandwidths
        .iter()
        .enumerate()
        .map(|(at, sigma)| {
            let constant = half * (TAU * sigma * sigma).ln() + n;
            let log = |tail: &Tail| tail.sums[at].ln() - tail.least * rates[at] - constant;
            tails.iter().map(log).collect()
        })
        .collect()
}

/// The smallest squared distance `least` of a row, and `sum exp(-(squared distance - least) rate)`.
#[derive(Debug, Clone)]
struct Tail {
    least: f64,
    sums: Vec<f64>,
}

impl Tail {
    fn new(rates: usize) -> Self {
        Self {
            least: f64::INFINITY,
            sums: vec![0.0; rates],
        }
    }

    fn join(&mut self, other: &Self, rates: &[f64]) {
        let least = self.least.min(other.least);
        for ((sum, more), rate) in self.sums.iter_mut().zip(&other.sums).zip(rates) {
            // The first of all is infinite, and its sum nothing.
            let own = if *sum > 0.0 {
                *sum * (-(self.least - least) * rate).exp()
            } else {
                0.0
            };
            *sum = own + more * (-(other.least - least) * rate).exp();
        }
        self.least = least;
    }
}

fn of_tile<E: Element>(tile: &Tile<'_, E>, rates: &[f64]) -> Vec<Tail> {
    let mut squared = Vec::with_capacity(tile.columns.len());
    tile.products()
        .map(|(row, products)| {
            tile.squared_distances(row, products, &mut squared);
            let distances = || squared.iter().map(|x| x.wide().max(0.0));
            let least = distances().fold(f64::INFINITY, f64::min);
            let sum = |rate: &f64| distances().map(|x| (-(x - least) * rate).exp()).sum();
            Tail {
                least,
                sums: rates.iter().map(sum).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, conforms, matrix, single, values};

    fn of(mut metric: ParzenWindow, real: &Tensor<2>, fake: &Tensor<2>) -> Vec<f64> {
        metric.add(Origin::Real, real).unwrap();
        metric.add(Origin::Fake, fake).unwrap();
        values(metric.compute().unwrap())
    }

    #[test]
    fn it_is_a_metric_like_the_others() {
        conforms(&ParzenWindow::of_bandwidth(0.5), 2, 1e-10);
        let mut chosen = ParzenWindow::new();
        chosen.validate(&cloud(40, 3, 5, 0.0, 1.0)).unwrap();
        conforms(&chosen, 2, 1e-10);
    }

    #[test]
    fn the_density_by_hand_even_where_all_of_it_underflows() {
        let (real, fake) = (matrix(vec![0.0, 3.0], 2), matrix(vec![1.0, 2.5, -1.0], 3));
        let sigma = 0.7;
        let log = |x: f64, centres: &[f64]| {
            let sum: f64 = centres
                .iter()
                .map(|g| (-(x - g).powi(2) / (2.0 * sigma * sigma)).exp())
                .sum();
            (sum / 3.0).ln() - (sigma * TAU.sqrt()).ln()
        };
        let expected = 0.5 * (log(0.0, &[1.0, 2.5, -1.0]) + log(3.0, &[1.0, 2.5, -1.0]));
        close(&of(ParzenWindow::of_bandwidth(sigma), &real, &fake), &[expected], 1e-12);
        let far = of(ParzenWindow::of_bandwidth(0.01), &real, &(fake + 100.0));
        let nearest = |x: f64| -(99.0 - x).powi(2) / 2e-4 - (3.0_f64).ln() - (0.01 * TAU.sqrt()).ln();
        close(&far, &[0.5 * (nearest(0.0) + nearest(3.0))], 1e-9);
    }

    #[test]
    fn many_samples_of_the_same_normal_tend_to_its_entropy() {
        let found = of(
            ParzenWindow::of_bandwidth(0.2),
            &cloud(1000, 2, 1, 0.0, 1.0),
            &cloud(3000, 2, 2, 0.0, 1.0),
        );
        // d / 2 log(2 pi e), a little more spread out by the bandwidth.
        assert!((found[0] + (TAU * 1.0_f64.exp()).ln()).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn the_bandwidth_is_chosen_on_validation_samples() {
        let mut metric = ParzenWindow::of_bandwidths(vec![0.01, 0.3, 10.0]);
        metric.add(Origin::Fake, &cloud(400, 2, 1, 0.0, 1.0)).unwrap();
        metric.add(Origin::Real, &cloud(100, 2, 2, 0.0, 1.0)).unwrap();
        let error = metric.compute().unwrap_err();
        assert!(error.to_string().contains("the choice of a bandwidth"), "{error}");
        metric.validate(&cloud(100, 2, 3, 0.0, 1.0)).unwrap();
        assert_eq!(metric.bandwidth().unwrap(), 0.3);
        let figures = metric.compute().unwrap();
        assert_eq!(figures[0].protocol.settings[0].1, "0.3000");
        let mut edge = ParzenWindow::of_bandwidths(vec![3.0, 10.0]);
        edge.validation = metric.validation.clone();
        edge.real = metric.real.clone();
        edge.fake = metric.fake.clone();
        let protocol = edge.compute().unwrap()[0].protocol.to_string();
        assert!(protocol.contains("at the edge"), "{protocol}");
    }

    #[test]
    fn a_shift_of_both_is_nothing_a_scale_of_all_is_its_logarithm_and_precision_hardly_matters() {
        let (real, fake) = (cloud(200, 80, 1, 0.0, 1.0), cloud(300, 80, 2, 0.0, 1.0));
        let plain = of(ParzenWindow::of_bandwidth(1.0), &real, &fake)[0];
        let moved = of(
            ParzenWindow::of_bandwidth(1.0),
            &(real.clone() + 9.0),
            &(fake.clone() + 9.0),
        );
        close(&moved, &[plain], 1e-10);
        let scaled = of(
            ParzenWindow::of_bandwidth(4.0),
            &(real.clone() * 4.0),
            &(fake.clone() * 4.0),
        );
        close(&scaled, &[plain - 80.0 * 4.0_f64.ln()], 1e-10);
        let in_single = of(ParzenWindow::of_bandwidth(1.0), &single(&real), &single(&fake));
        close(&in_single, &[plain], 1e-5);
    }

    #[test]
    fn bandwidths_that_cannot_work() {
        for bandwidths in [vec![], vec![0.0], vec![1.0, f64::NAN]] {
            let mut metric = ParzenWindow::of_bandwidths(bandwidths);
            metric.add(Origin::Real, &cloud(10, 2, 1, 0.0, 1.0)).unwrap();
            metric.add(Origin::Fake, &cloud(10, 2, 1, 0.0, 1.0)).unwrap();
            assert!(matches!(metric.compute(), Err(Error::Config { .. })));
        }
    }
}
