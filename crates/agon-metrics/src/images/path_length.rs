use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;
use rand_distr::StandardNormal;

use super::PerceptualDistance;
use super::pairs::read;
use crate::error::{Result, ensure};
use crate::extractors::FeatureExtractor;
use crate::random::stream;
use crate::summary::{mean, quantile, standard_deviation, standard_error};
use crate::{Error, Figure, Interval, Protocol};

/// How much the images of a generator change along paths between codes: smooth ones change little.
///
/// ```text
/// PPL = mean d(G(p(t)), G(p(t + e))) / e^2,   p the arc from z1 to z2,  t uniform in [0, 1)
/// ```
///
/// with normal codes, spherical interpolation, `d` the [`PerceptualDistance`] by a network of one's choice, and
/// `e = 10^-4`; the lowest and highest hundredth of the distances are left out, as published. The lower the
/// smoother; values by different networks or generators of different priors do not compare, and none compare with
/// published ones, which are by calibrated LPIPS.
///
/// An extractor that rounds images to 256 levels makes nonsense of such small steps: take
/// `Inception::unrounded`. In float32 `e = 10^-4` is near the rounding of large networks; a larger
/// [`step`](Self::step) is safer there.
///
/// # Example
/// ```
/// use agon_metrics::extractors::Pixels;
/// use agon_metrics::images::PathLength;
/// use burn::prelude::{Device, Tensor};
///
/// let generator = |codes: Tensor<2>| codes.reshape([-1, 4, 1, 1]);
/// let length = PathLength::by(Pixels).pairs(200).step(0.1).measure(4, &Device::default(), generator)?;
/// assert!(length.value > 0.0);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Karras et al. 2019, "A style-based generator architecture for generative adversarial networks",
/// arXiv:1812.04948.
#[derive(Debug, Clone)]
pub struct PathLength<E> {
    distance: PerceptualDistance<E>,
    pairs: usize,
    batch: usize,
    step: f64,
    seed: u64,
}

/// This share of the distances is left out at either end.
const TRIMMED: f64 = 0.01;

impl<E: FeatureExtractor> PathLength<E> {
    /// By distances in the eyes of this network, over 10,000 pairs.
    pub fn by(network: E) -> Self {
        Self {
            distance: PerceptualDistance::by(network),
            pairs: 10_000,
            batch: 64,
            step: 1e-4,
            seed: 0,
        }
    }

    /// Over so many pairs of codes.
    pub fn pairs(mut self, pairs: usize) -> Self {
        self.pairs = pairs;
        self
    }

    /// So many pairs at a time.
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// With steps of this share of the arc.
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    /// From other codes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The path length of a generator of images from normal codes `[n, latent]`.
    ///
    /// # Errors
    /// A setting that cannot work; a generator that makes another number of images; distances that are not
    /// finite.
    pub fn measure(
        &self,
        latent: usize,
        device: &Device,
        generator: impl Fn(Tensor<2>) -> Tensor<4>,
    ) -> Result<Figure> {
        ensure(latent > 0, "the numbers in a code", "at least 1", latent)?;
        ensure(self.pairs > 0, "the pairs of codes", "at least 1", self.pairs)?;
        ensure(self.batch > 0, "the pairs in a batch", "at least 1", self.batch)?;
        ensure(
            self.step > 0.0 && self.step < 1.0,
            "the step along a path",
            "in (0, 1)",
            self.step,
        )?;
        let mut lengths = Vec::with_capacity(self.pairs);
        let mut random = stream(self.seed, 0);
        while lengths.len() < self.pairs {
            let n = self.batch.min(self.pairs - lengths.len());
            let mut codes = [Vec::new(), Vec::new()];
            for _ in 0..n {
                let mut code = || -> Vec<f64> { (0..latent).map(|_| random.sample(StandardNormal)).collect() };
                let (from, to) = (code(), code());
                let t: f64 = random.random();
                codes[0].extend(on_arc(&from, &to, t));
                codes[1].extend(on_arc(&from, &to, t + self.step));
            }
            let codes: Vec<f64> = codes.concat();
            let codes = Tensor::<2>::from_data(TensorData::new(codes, [2 * n, latent]).convert::<f32>(), device);
            let images = generator(codes);
            if images.dims()[0] != 2 * n {
                return Err(Error::shape(
                    "what the generator makes",
                    format!("{} images", 2 * n),
                    images.dims()[0],
                ));
            }
            let apart = self
                .distance
                .distance(images.clone().narrow(0, 0, n), images.narrow(0, n, n))?;
            lengths.extend(
                read(apart)?
                    .into_iter()
                    .map(|distance| distance / (self.step * self.step)),
            );
        }
        self.figure(lengths)
    }

    fn figure(&self, mut lengths: Vec<f64>) -> Result<Figure> {
        if let Some(length) = lengths.iter().find(|length| !length.is_finite()) {
            return Err(Error::config("the distances along paths", "finite numbers", length));
        }
        let (low, high) = (quantile(&lengths, TRIMMED), quantile(&lengths, 1.0 - TRIMMED));
        lengths.retain(|length| (low..=high).contains(length));
        let value = mean(&lengths);
        let protocol = Protocol::new()
            .extracted_by(self.distance.name())
            .with("step", self.step)
            .with("arc in z, trimmed", TRIMMED);
        Ok(Figure::new("path length", value)
            .of(0, self.pairs)
            .spread(standard_deviation(&lengths))
            .interval(Interval::normal(value, standard_error(&lengths)))
            .protocol(protocol))
    }
}

/// The point at `t` on the arc from the direction of `a` to that of `b`; its length goes along a line.
fn on_arc(a: &[f64], b: &[f64], t: f64) -> Vec<f64> {
    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let (of_a, of_b) = (length(a).max(1e-12), length(b).max(1e-12));
    let cosine: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (of_a * of_b);
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let sine = angle.sin();
    let (at_a, at_b) = if sine < 1e-9 {
        (1.0 - t, t)
    } else {
        (((1.0 - t) * angle).sin() / sine, (t * angle).sin() / sine)
    };
    let radius = of_a + (of_b - of_a) * t;
    a.iter()
        .zip(b)
        .map(|(a, b)| radius * (at_a * a / of_a + at_b * b / of_b))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extractors::Pixels;

    #[test]
    fn an_arc_leads_from_one_end_to_the_other_at_even_pace() {
        let (a, b) = ([1.0, 0.0], [0.0, 3.0]);
        let at = |t| on_arc(&a, &b, t);
        let near = |x: Vec<f64>, y: [f64; 2]| x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-12);
        assert!(near(at(0.0), a) && near(at(1.0), b));
        let half = std::f64::consts::FRAC_1_SQRT_2;
        assert!(near(at(0.5), [2.0 * half, 2.0 * half]));
    }

    #[test]
    fn codes_on_a_circle_have_a_known_length() {
        // Images are codes of two numbers, so the distance is that of directions: the squared angle of the step,
        // and the mean squared angle between two random directions of the plane is pi^2 / 3.
        let generator = |codes: Tensor<2>| codes.reshape([-1, 2, 1, 1]);
        let length = PathLength::by(Pixels).pairs(4_000).step(1e-2).seed(3);
        let figure = length.measure(2, &Device::default(), generator).unwrap();
        let expected = std::f64::consts::PI.powi(2) / 3.0;
        assert!((figure.value - expected).abs() < 0.15, "{figure}");
    }

    #[test]
    fn a_rougher_generator_has_longer_paths_and_wrong_settings_are_errors() {
        let device = Device::default();
        let length = |pace: f32| {
            let generator = move |codes: Tensor<2>| (codes * pace).sin().reshape([-1, 4, 1, 1]);
            PathLength::by(Pixels)
                .pairs(100)
                .measure(4, &device, generator)
                .unwrap()
                .value
        };
        assert!(length(6.0) > 4.0 * length(1.0));
        let images = |_: Tensor<2>| Tensor::<4>::zeros([3, 1, 1, 1], &Device::default());
        assert!(PathLength::by(Pixels).measure(4, &device, images).is_err());
        assert!(PathLength::by(Pixels).step(0.0).measure(4, &device, images).is_err());
    }
}
