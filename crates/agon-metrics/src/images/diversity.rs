use burn::prelude::Tensor;

use super::Structure;
use super::pairs::read;
use crate::error::{Error, enough};
use crate::summary::{mean, standard_deviation, standard_error};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Result};

/// How alike the samples of a set are among themselves: the mean MS-SSIM of pairs of them.
///
/// Each sample is compared with the one after it, first with second, third with fourth, in the order they came:
/// samples in a random order are random pairs, and nothing but one sample is kept. The lower the more diverse;
/// to be read beside the same figure of real samples, of which there is one too if they are given. It only means
/// something within one class ([`Structure`] says how it is computed on small images): put the samples of one class into one
/// `Diversity`.
///
/// # Shapes
/// A batch: images `[n, channels, height, width]` from -1 to 1.
///
/// # Errors
/// Fewer than two generated samples; images smaller than 11 pixels, or of another shape than before.
///
/// # References
/// Odena et al. 2017, "Conditional image synthesis with auxiliary classifier GANs", arXiv:1610.09585.
#[derive(Debug, Clone, Default)]
pub struct Diversity {
    real: Side,
    fake: Side,
}

#[derive(Debug, Clone, Default)]
struct Side {
    values: Vec<f64>,
    scales: usize,
    waiting: Option<Tensor<4>>,
}

impl Diversity {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Side {
    fn push(&mut self, images: Tensor<4>) -> Result<()> {
        let images = match &self.waiting {
            Some(first) if first.dims()[1..] != images.dims()[1..] => {
                let expected = format!("{:?}, as before", &first.dims()[1..]);
                return Err(Error::shape("an image", expected, format!("{:?}", &images.dims()[1..])));
            }
            Some(first) => Tensor::cat(vec![first.clone(), images.inner()], 0),
            None => images.inner(),
        };
        let [n, channels, height, width] = images.dims();
        let pairs = n / 2;
        if pairs > 0 {
            let paired = images.clone().narrow(0, 0, 2 * pairs);
            let paired = paired.reshape([pairs, 2 * channels, height, width]);
            let (a, b) = (
                paired.clone().narrow(1, 0, channels),
                paired.narrow(1, channels, channels),
            );
            self.scales = Structure::scales(&a);
            let values = read(Structure::new().multi_scale(a, b)?)?;
            if let Some(index) = values.iter().position(|value| value.is_nan()) {
                let what = format!("MS-SSIM of pair {}", self.values.len() + index);
                return Err(Error::config(what, "a number: images without NaN", "NaN"));
            }
            self.values.extend(values);
        }
        self.waiting = (n % 2 == 1).then(|| images.narrow(0, n - 1, 1));
        Ok(())
    }

    fn figure(&self, name: &str) -> Figure {
        let value = mean(&self.values);
        let count = 2 * self.values.len();
        let (real, fake) = if name.ends_with("real") { (count, 0) } else { (0, count) };
        Figure::new(name, value)
            .of(real, fake)
            .goal(Goal::Lowest)
            .spread(standard_deviation(&self.values))
            .interval(Interval::normal(value, standard_error(&self.values)))
            .protocol(Protocol::new().with("MS-SSIM scales", self.scales))
    }
}

impl Metric for Diversity {
    type Batch = Tensor<4>;

    fn add(&mut self, origin: Origin, batch: &Tensor<4>) -> Result<()> {
        if batch.dims()[0] == 0 {
            return Ok(());
        }
        match origin {
            Origin::Real => self.real.push(batch.clone()),
            Origin::Fake => self.fake.push(batch.clone()),
        }
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        for (mine, theirs) in [(&mut self.real, other.real), (&mut self.fake, other.fake)] {
            mine.values.extend(theirs.values);
            mine.scales = mine.scales.max(theirs.scales);
            if let Some(last) = theirs.waiting {
                mine.push(last)?;
            }
        }
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => self.real = Side::default(),
            Origin::Fake => self.fake = Side::default(),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        enough("the similarity of pairs", Origin::Fake, 2, 2 * self.fake.values.len())?;
        let mut figures = vec![self.fake.figure("similarity within fake")];
        if !self.real.values.is_empty() {
            figures.push(self.real.figure("similarity within real"));
        }
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    fn waves(n: usize, same: bool) -> Tensor<4> {
        let phase = |i: usize| if same { 0.0 } else { (i / 256) as f32 * 2.1 };
        let values: Vec<f32> = (0..n * 256)
            .map(|i| ((i % 256) as f32 * 0.37 + phase(i)).sin())
            .collect();
        Tensor::<1>::from_floats(&values[..], &Device::default()).reshape([n, 1, 16, 16])
    }

    fn value(metric: &Diversity) -> f64 {
        metric.compute().unwrap()[0].value
    }

    #[test]
    fn a_collapsed_generator_scores_one() {
        let mut collapsed = Diversity::new();
        collapsed.add(Origin::Fake, &waves(6, true)).unwrap();
        let mut varied = Diversity::new();
        varied.add(Origin::Fake, &waves(6, false)).unwrap();
        assert!((value(&collapsed) - 1.0).abs() < 1e-5);
        assert!(value(&varied) < 0.9, "{}", value(&varied));
    }

    #[test]
    fn batches_do_not_matter() {
        let images = waves(7, false);
        let mut whole = Diversity::new();
        whole.add(Origin::Fake, &images).unwrap();
        let mut parts = Diversity::new();
        for (from, count) in [(0, 1), (1, 3), (4, 2), (6, 1)] {
            parts.add(Origin::Fake, &images.clone().narrow(0, from, count)).unwrap();
        }
        assert_eq!(whole.fake.values.len(), parts.fake.values.len());
        assert!((value(&whole) - value(&parts)).abs() < 1e-6);
    }

    #[test]
    fn one_sample_is_no_pair() {
        let mut metric = Diversity::new();
        metric.add(Origin::Fake, &waves(1, true)).unwrap();
        assert!(metric.compute().unwrap_err().to_string().contains("at least 2"));
        assert!(
            metric
                .add(
                    Origin::Fake,
                    &Tensor::full([2, 1, 16, 16], f32::NAN, &Device::default())
                )
                .is_err()
        );
    }
}
