use burn::prelude::Tensor;

use crate::collect::same_settings;
use crate::error::{Error, Result, enough, ensure};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Rows};

/// Which modes of a known mixture the samples capture, and how many samples are any good.
///
/// A sample is of *high quality* if it lies within three standard deviations of its nearest mode; a mode is
/// *captured* if it is the nearest of at least one such sample. With `K` modes and `p` the shares of the
/// high-quality samples among them,
///
/// ```text
/// reverse KL = KL(p || uniform) = log K - H(p)    (nats)
/// ```
///
/// It is 0 if they are spread evenly, `log K` if all are on one mode, and infinite if there are none. Real
/// samples are not needed, and not looked at.
///
/// # Pitfalls
/// - The data itself does not score 100 %: in two dimensions `1 - exp(-9/2)` = 98.9 %, in more dimensions
///   less; there, let [`reach`](Self::reach) grow with their square root.
/// - A generator that collapsed can score more than the data.
///
/// # Shapes
/// Batches `[n, width]`; centres `[modes, width]`.
///
/// # Errors
/// Of no samples, of samples that are not finite, of deviations that are not positive.
///
/// # Example
/// ```
/// use agon_metrics::{Metric, ModeCoverage, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let centres = Tensor::<2>::from_data([[0.0, 0.0], [9.0, 0.0]], &device);
/// let mut metric = ModeCoverage::new(&centres, 1.0)?;
/// metric.add(Origin::Fake, &Tensor::from_data([[0.0, 0.5], [5.0, 0.0]], &device))?;
/// let figures = metric.compute()?;
/// assert_eq!((figures[0].value, figures[1].value), (1.0, 0.5));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Srivastava et al. 2017, "VEEGAN", arXiv:1705.07761; Lin et al. 2018, "PacGAN", arXiv:1712.04086.
#[derive(Debug, Clone)]
pub struct ModeCoverage {
    centres: Rows,
    deviations: Vec<f64>,
    reach: f64,
    counts: Vec<usize>,
    samples: usize,
}

impl ModeCoverage {
    /// Of modes at these places, each with this standard deviation in every direction.
    ///
    /// # Errors
    /// If there are no modes, or if the deviation is not a positive number.
    pub fn new(centres: &Tensor<2>, deviation: f64) -> Result<Self> {
        let modes = centres.dims()[0];
        Self::with_deviations(centres, vec![deviation; modes])
    }

    /// Of modes that differ in their standard deviations.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if there is not one deviation per mode.
    pub fn with_deviations(centres: &Tensor<2>, deviations: Vec<f64>) -> Result<Self> {
        let centres = Rows::from_tensor(Origin::Real, centres)?;
        ensure(!centres.is_empty(), "the number of modes", "at least 1", 0)?;
        if deviations.len() != centres.len() {
            let expected = format!("one of each of {} modes", centres.len());
            return Err(Error::shape("the deviations", expected, deviations.len()));
        }
        for deviation in &deviations {
            let good = deviation.is_finite() && *deviation > 0.0;
            ensure(good, "the deviation of a mode", "a positive number", deviation)?;
        }
        Ok(Self {
            counts: vec![0; centres.len()],
            centres,
            deviations,
            reach: 3.0,
            samples: 0,
        })
    }

    /// With samples of high quality within so many deviations.
    pub fn reach(mut self, deviations: f64) -> Self {
        self.reach = deviations;
        self
    }

    /// How many high-quality samples each mode has.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    fn mode_of(&self, samples: &Rows, index: usize) -> Option<usize> {
        let squared = |mode: usize| (samples.squared_distance(index, &self.centres, mode), mode);
        let (squared, mode) = (0..self.centres.len())
            .map(squared)
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        (squared < (self.reach * self.deviations[mode]).powi(2)).then_some(mode)
    }
}

impl Metric for ModeCoverage {
    type Batch = Tensor<2>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        if origin == Origin::Real {
            return Ok(());
        }
        let samples = Rows::from_tensor(origin, batch)?;
        crate::pairs::same_width(&self.centres, &samples)?;
        for index in 0..samples.len() {
            if let Some(mode) = self.mode_of(&samples, index) {
                self.counts[mode] += 1;
            }
        }
        self.samples += samples.len();
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        same_settings(
            &(&self.centres, &self.deviations, self.reach),
            &(&other.centres, &other.deviations, other.reach),
        )?;
        self.counts
            .iter_mut()
            .zip(other.counts)
            .for_each(|(count, more)| *count += more);
        self.samples += other.samples;
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        if origin == Origin::Fake {
            self.counts.fill(0);
            self.samples = 0;
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        enough("the coverage of modes", Origin::Fake, 1, self.samples)?;
        let good: usize = self.counts.iter().sum();
        let captured = self.counts.iter().filter(|&&count| count > 0).count();
        let modes = self.counts.len();
        let protocol = Protocol::new()
            .with("modes", modes)
            .with("within", format!("{} sd", self.reach));
        let figure = |name: &str, value: f64| Figure::new(name, value).of(0, self.samples).protocol(protocol.clone());
        let uniform = vec![1; modes];
        Ok(vec![
            figure("captured modes", captured as f64).goal(Goal::Highest),
            figure("high-quality samples", good as f64 / self.samples as f64)
                .goal(Goal::Highest)
                .interval(Interval::proportion(good, self.samples)),
            figure("reverse KL of the modes", divergence(&self.counts, &uniform)),
        ])
    }
}

/// `KL(p || q)` of the shares of two histograms, with `0 log 0 = 0`; infinite if the first is empty.
pub(super) fn divergence(p: &[usize], q: &[usize]) -> f64 {
    let [of_p, of_q] = [p, q].map(|counts| counts.iter().sum::<usize>() as f64);
    if of_p == 0.0 {
        return f64::INFINITY;
    }
    let part = |(&p, &q): (&usize, &usize)| match p {
        0 => 0.0,
        _ => p as f64 / of_p * (p as f64 / of_p / (q as f64 / of_q)).ln(),
    };
    p.iter().zip(q).map(part).sum::<f64>().max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, matrix, values};

    fn two() -> ModeCoverage {
        ModeCoverage::new(&matrix(vec![0.0, 0.0, 10.0, 0.0], 2), 1.0).unwrap()
    }

    #[test]
    fn unequal_shares_by_hand_in_any_batches() {
        let samples = [0.0, 0.0, 10.0, 0.0, 10.0, 1.0, 10.0, -1.0, 5.0, 5.0];
        let expected = 2.0_f64.ln() + 0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln();
        let mut workers = [two(), two()];
        for (index, sample) in samples.chunks(2).enumerate() {
            workers[index % 2]
                .add(Origin::Fake, &matrix(sample.to_vec(), 1))
                .unwrap();
        }
        let [mut all, other] = workers;
        all.merge(other).unwrap();
        close(&values(all.compute().unwrap()), &[2.0, 0.8, expected], 1e-12);
        assert_eq!(all.counts(), [1, 3]);
    }

    #[test]
    fn the_mixture_itself_scores_the_ceiling() {
        let mut metric = ModeCoverage::new(&matrix(vec![7.0, 7.0], 1), 2.0).unwrap();
        metric.add(Origin::Fake, &cloud(20_000, 2, 1, 7.0, 2.0)).unwrap();
        let figures = metric.compute().unwrap();
        let interval = figures[1].interval.unwrap();
        let ceiling = 1.0 - (-4.5_f64).exp();
        assert!(interval.low < ceiling && ceiling < interval.high, "{figures:?}");
        assert_eq!(figures[2].value, 0.0);
    }

    #[test]
    fn modes_may_differ_and_a_sample_at_the_edge_does_not_count() {
        let centres = matrix(vec![0.0, 0.0, 10.0, 0.0], 2);
        let mut metric = ModeCoverage::with_deviations(&centres, vec![1.0, 0.1]).unwrap();
        metric
            .add(Origin::Fake, &matrix(vec![3.0, 0.0, 2.9, 0.0, 9.0, 0.0, 9.8, 0.0], 4))
            .unwrap();
        assert_eq!(metric.counts(), [1, 1]);
        metric.forget(Origin::Fake);
        assert!(matches!(metric.compute(), Err(Error::TooFew { .. })));
    }

    #[test]
    fn samples_that_are_nowhere_and_settings_that_cannot_work() {
        let mut metric = two();
        metric.add(Origin::Fake, &matrix(vec![5.0, 5.0], 1)).unwrap();
        assert_eq!(values(metric.compute().unwrap()), [0.0, 0.0, f64::INFINITY]);
        assert!(matches!(
            metric.add(Origin::Fake, &matrix(vec![f64::NAN, 5.0], 1)),
            Err(Error::NotFinite { .. })
        ));
        assert!(metric.add(Origin::Fake, &matrix(vec![1.0; 3], 1)).is_err());
        assert!(ModeCoverage::new(&matrix(vec![0.0, 0.0], 1), 0.0).is_err());
        assert!(ModeCoverage::with_deviations(&matrix(vec![0.0, 0.0], 1), vec![1.0; 2]).is_err());
    }
}
