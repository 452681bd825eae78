use burn::prelude::Tensor;

use super::{PerceptualDistance, Structure, peak_signal_to_noise};
use crate::error::{Error, enough};
use crate::extractors::FeatureExtractor;
use crate::summary::{mean, standard_deviation, standard_error};
use crate::{Figure, Goal, Interval, Metric, Origin, Protocol, Result};

/// The mean of a measure over pairs of images: a reconstruction and what it should be, an output and its target.
///
/// Figures: `PSNR`, `SSIM`, `MS-SSIM` or `perceptual distance`, with the interval of the mean and the deviation
/// over pairs. A pair has no origin: which is given to [`add`](Metric::add) does not matter.
///
/// # Shapes
/// A batch: two times images `[n, channels, height, width]`, from -1 to 1.
///
/// # Errors
/// Images that do not pair; no pairs; a measure that is not finite, with the pair that has it.
///
/// # Example
/// ```
/// use agon_metrics::images::Pairs;
/// use agon_metrics::{Metric, Origin};
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let (a, b) = (Tensor::<4>::zeros([3, 1, 16, 16], &device), Tensor::<4>::full([3, 1, 16, 16], 0.2, &device));
/// let mut psnr = Pairs::psnr();
/// psnr.add(Origin::Fake, &(a, b))?;
/// assert!((psnr.compute()?[0].value - 20.0).abs() < 1e-4);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pairs<M> {
    measure: M,
    values: Vec<f64>,
}

/// What is measured of a pair of images.
pub trait Measure: Send {
    /// The name of the figure.
    fn name(&self) -> &'static str;
    /// What would be best.
    fn goal(&self) -> Goal;
    /// How it is measured.
    fn protocol(&self) -> Protocol;
    /// The measure of each pair, `[n]`.
    ///
    /// # Errors
    /// If the images do not pair.
    fn measure(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>>;
}

/// The peak signal-to-noise ratio, as a [`Measure`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Psnr;

/// SSIM, as a [`Measure`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Ssim;

/// MS-SSIM, as a [`Measure`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MsSsim;

impl Measure for Psnr {
    fn name(&self) -> &'static str {
        "PSNR"
    }

    fn goal(&self) -> Goal {
        Goal::Highest
    }

    fn protocol(&self) -> Protocol {
        Protocol::new().with("range", 2)
    }

    fn measure(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        peak_signal_to_noise(a, b, 2.0)
    }
}

impl Measure for Ssim {
    fn name(&self) -> &'static str {
        "SSIM"
    }

    fn goal(&self) -> Goal {
        Goal::Highest
    }

    fn protocol(&self) -> Protocol {
        Protocol::new().with("window", 11).with("range", 2)
    }

    fn measure(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        Structure::new().similarity(a, b)
    }
}

impl Measure for MsSsim {
    fn name(&self) -> &'static str {
        "MS-SSIM"
    }

    fn goal(&self) -> Goal {
        Goal::Highest
    }

    fn protocol(&self) -> Protocol {
        Protocol::new().with("window", 11).with("range", 2)
    }

    fn measure(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        Structure::new().multi_scale(a, b)
    }
}

impl<E: FeatureExtractor> Measure for PerceptualDistance<E> {
    fn name(&self) -> &'static str {
        "perceptual distance"
    }

    fn goal(&self) -> Goal {
        Goal::Lowest
    }

    fn protocol(&self) -> Protocol {
        Protocol::new().extracted_by(PerceptualDistance::name(self))
    }

    fn measure(&self, a: Tensor<4>, b: Tensor<4>) -> Result<Tensor<1>> {
        self.distance(a, b)
    }
}

impl Pairs<Psnr> {
    /// The peak signal-to-noise ratio.
    pub fn psnr() -> Self {
        Self::of(Psnr)
    }
}

impl Pairs<Ssim> {
    /// SSIM.
    pub fn ssim() -> Self {
        Self::of(Ssim)
    }
}

impl Pairs<MsSsim> {
    /// MS-SSIM.
    pub fn ms_ssim() -> Self {
        Self::of(MsSsim)
    }
}

impl<M: Measure> Pairs<M> {
    /// Of any measure.
    pub fn of(measure: M) -> Self {
        Self {
            measure,
            values: Vec::new(),
        }
    }

    /// The measure of each pair so far.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

impl<M: Measure> Metric for Pairs<M> {
    type Batch = (Tensor<4>, Tensor<4>);

    fn add(&mut self, _origin: Origin, (a, b): &Self::Batch) -> Result<()> {
        if a.dims()[0] == 0 && b.dims()[0] == 0 {
            return Ok(());
        }
        let values = read(self.measure.measure(a.clone(), b.clone())?)?;
        if let Some(index) = values.iter().position(|value| value.is_nan()) {
            let what = format!("{} of pair {}", self.measure.name(), self.values.len() + index);
            return Err(Error::config(what, "a number: images without NaN", "NaN"));
        }
        self.values.extend(values);
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.values.extend(other.values);
        Ok(())
    }

    fn forget(&mut self, _origin: Origin) {
        self.values.clear();
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        enough(self.measure.name(), Origin::Fake, 1, self.values.len())?;
        let value = mean(&self.values);
        Ok(vec![
            Figure::new(self.measure.name(), value)
                .of(self.values.len(), self.values.len())
                .goal(self.measure.goal())
                .spread(standard_deviation(&self.values))
                .interval(Interval::normal(value, standard_error(&self.values)))
                .protocol(self.measure.protocol()),
        ])
    }
}

pub(super) fn read(tensor: Tensor<1>) -> Result<Vec<f64>> {
    tensor
        .without_autodiff()
        .try_into_vec_as::<f64>()
        .map_err(|error| Error::Device(error.to_string()))
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn workers_add_up_and_nan_is_named() {
        let device = Device::default();
        let image = |level: f32| Tensor::<4>::full([1, 1, 12, 12], level, &device);
        let mut first = Pairs::psnr();
        let mut second = first.clone();
        first.add(Origin::Fake, &(image(0.0), image(0.2))).unwrap();
        second.add(Origin::Fake, &(image(0.0), image(0.02))).unwrap();
        first.merge(second).unwrap();
        let figure = first.compute().unwrap().remove(0);
        assert!((figure.value - 30.0).abs() < 1e-3, "{figure}");
        let error = first.add(Origin::Fake, &(image(f32::NAN), image(0.0))).unwrap_err();
        assert!(error.to_string().contains("pair 2"), "{error}");
        first.forget(Origin::Fake);
        assert!(first.compute().is_err());
    }

    #[test]
    fn equal_pairs_are_as_alike_as_can_be() {
        let device = Device::default();
        let pair = (
            Tensor::<4>::zeros([2, 1, 24, 24], &device),
            Tensor::<4>::zeros([2, 1, 24, 24], &device),
        );
        let (mut ssim, mut ms_ssim) = (Pairs::ssim(), Pairs::ms_ssim());
        ssim.add(Origin::Real, &pair).unwrap();
        ms_ssim.add(Origin::Real, &pair).unwrap();
        assert_eq!(
            (ssim.compute().unwrap()[0].value, ms_ssim.compute().unwrap()[0].value),
            (1.0, 1.0)
        );
    }
}
