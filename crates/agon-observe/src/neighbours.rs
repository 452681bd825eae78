use agon_core::{Error, Result};
use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use crate::{Image, image_grid};

/// The nearest real images of samples: memorisation at a glance.
///
/// A generator that has learned makes samples unlike any single training image; one that has memorised makes
/// copies, which stand beside their originals here. Near is `||f(x) - f(y)||`, by the pixels themselves
/// unless another `f` is given; pixels find copies, features find likenesses.
///
/// Real images are shown batch by batch, in any number: only the samples, the nearest images of each and the
/// batch at hand are in memory. The same images in another order find the same neighbours, but for ties, of
/// which the first seen counts.
///
/// # Example
/// ```
/// use agon_observe::Neighbours;
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let grey = |value: f32| Tensor::<4>::full([1, 1, 4, 4], value, &device);
/// let mut neighbours = Neighbours::of(grey(0.4), 2)?;
/// for value in [0.0, 0.5, 1.0, 0.4] {
///     neighbours.look_at(grey(value))?;
/// }
/// let nearest = neighbours.found()[0].iter().map(|found| found.index);
/// assert_eq!(nearest.collect::<Vec<_>>(), [3, 1]);
/// let image = neighbours.draw()?; // the sample, then its neighbours, nearest first
/// # assert_eq!(image.width, 2 + 3 * 6);
/// # Ok::<(), agon_core::Error>(())
/// ```
pub struct Neighbours {
    shape: [usize; 3],
    device: Device,
    features: Box<dyn Fn(Tensor<4>) -> Tensor<2> + Send>,
    k: usize,
    samples: Vec<Sample>,
    found: Vec<Vec<Neighbour>>,
    /// Pixels of the neighbours, in the same places.
    pictures: Vec<Vec<Vec<f32>>>,
    seen: u64,
}

/// A real image near a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Its number among those that were shown, from 0.
    pub index: u64,
    /// How far it is from the sample.
    pub distance: f64,
}

#[derive(Debug)]
struct Sample {
    pixels: Vec<f32>,
    features: Vec<f32>,
}

/// Numbers that are compared before looking whether it is too far already.
const STRIDE: usize = 64;

impl Neighbours {
    /// Of these samples, the `k` nearest by their pixels.
    ///
    /// # Shapes
    /// `[n, channels, height, width]`
    ///
    /// # Errors
    /// If there are no samples, `k` is zero, or the samples cannot be read from their device.
    pub fn of(samples: Tensor<4>, k: usize) -> Result<Self> {
        Self::by(samples, k, |images| {
            let n = images.dims()[0];
            images.reshape([n as i64, -1])
        })
    }

    /// Of these samples, the `k` nearest by what `features` makes of images.
    ///
    /// # Shapes
    /// `features`: `[n, channels, height, width]` to `[n, anything]`.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn by(
        samples: Tensor<4>,
        k: usize,
        features: impl Fn(Tensor<4>) -> Tensor<2> + Send + 'static,
    ) -> Result<Self> {
        let [n, channels, height, width] = samples.dims();
        if n == 0 || k == 0 {
            let got = format!("{n} samples, {k} neighbours");
            return Err(Error::config(
                "nearest neighbours",
                "at least one sample and one neighbour",
                got,
            ));
        }
        let device = samples.device();
        let made = split(features(samples.clone()))?;
        let pixels = split(samples.reshape([n as i64, -1]))?;
        let pairs = pixels.into_iter().zip(made);
        Ok(Self {
            shape: [channels, height, width],
            device,
            features: Box::new(features),
            k,
            samples: pairs.map(|(pixels, features)| Sample { pixels, features }).collect(),
            found: vec![Vec::new(); n],
            pictures: vec![Vec::new(); n],
            seen: 0,
        })
    }

    /// Shows a batch of real images.
    ///
    /// # Shapes
    /// `[any number, channels, height, width]`, as the samples.
    ///
    /// # Errors
    /// If they have another shape than the samples, or cannot be read from their device.
    pub fn look_at(&mut self, real: Tensor<4>) -> Result<()> {
        let [n, channels, height, width] = real.dims();
        if [channels, height, width] != self.shape {
            let got = format!("{:?}", [channels, height, width]);
            return Err(Error::config(
                "the shape of real images",
                format!("{:?}, as the samples", self.shape),
                got,
            ));
        }
        if n == 0 {
            return Ok(());
        }
        let features = split((self.features)(real.clone()))?;
        let pixels = split(real.reshape([n as i64, -1]))?;
        for (features, pixels) in features.iter().zip(&pixels) {
            self.look_at_one(features, pixels);
            self.seen += 1;
        }
        Ok(())
    }

    fn look_at_one(&mut self, features: &[f32], pixels: &[f32]) {
        let index = self.seen;
        let places = self.found.iter_mut().zip(&mut self.pictures);
        for (sample, (found, pictures)) in self.samples.iter().zip(places) {
            let furthest = match found.last() {
                Some(last) if found.len() == self.k => last.distance,
                _ => f64::INFINITY,
            };
            let Some(distance) = distance_below(&sample.features, features, furthest) else {
                continue;
            };
            let place = found.partition_point(|other| other.distance <= distance);
            found.insert(place, Neighbour { index, distance });
            pictures.insert(place, pixels.to_vec());
            found.truncate(self.k);
            pictures.truncate(self.k);
        }
    }

    /// The neighbours of each sample, nearest first: `k`, or as many as were shown.
    pub fn found(&self) -> &[Vec<Neighbour>] {
        &self.found
    }

    /// Each sample in a row of its own, and its neighbours to the right of it, nearest first.
    ///
    /// # Errors
    /// If no real images were shown, or images cannot be drawn.
    pub fn draw(&self) -> Result<Image> {
        let columns = 1 + self.found.iter().map(Vec::len).min().unwrap_or(0);
        if columns == 1 {
            return Err(Error::config("nearest neighbours", "at least one real image", "none"));
        }
        let mut rows = Vec::new();
        for (sample, pictures) in self.samples.iter().zip(&self.pictures) {
            rows.extend_from_slice(&sample.pixels);
            pictures
                .iter()
                .take(columns - 1)
                .for_each(|pixels| rows.extend_from_slice(pixels));
        }
        let [channels, height, width] = self.shape;
        let shape = [self.samples.len() * columns, channels, height, width];
        image_grid(Tensor::from_data(TensorData::new(rows, shape), &self.device), columns)
    }
}

/// The Euclidean distance if it is less than `limit`. What is not a number is never near.
fn distance_below(a: &[f32], b: &[f32], limit: f64) -> Option<f64> {
    let mut sum = 0.0;
    for (a, b) in a.chunks(STRIDE).zip(b.chunks(STRIDE)) {
        let part = |(&a, &b): (&f32, &f32)| (f64::from(a) - f64::from(b)).powi(2);
        sum += a.iter().zip(b).map(part).sum::<f64>();
        if sum > limit * limit {
            return None;
        }
    }
    Some(sum.sqrt()).filter(|&distance| distance < limit)
}

/// The rows of a matrix on the host.
fn split(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>> {
    let [n, width] = matrix.dims();
    if n * width == 0 {
        return Err(Error::config(
            "features of images",
            "at least one number for each",
            format!("{:?}", [n, width]),
        ));
    }
    let values = matrix
        .try_into_vec_as::<f32>()
        .map_err(|error| Error::Device(error.to_string()))?;
    Ok(values.chunks_exact(width).map(<[f32]>::to_vec).collect())
}

impl std::fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Neighbours")
            .field("samples", &self.samples.len())
            .field("k", &self.k)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random::{stream, uniform};

    use super::*;

    fn images(n: usize, purpose: u64) -> Tensor<4> {
        uniform([n, 2, 5, 9], -1.0, 1.0, &mut stream(1, purpose), &Device::default())
    }

    /// All distances, sorted.
    fn brute_force(sample: &[f32], real: &[Vec<f32>]) -> Vec<Neighbour> {
        let distance = |other: &Vec<f32>| {
            let squares = sample
                .iter()
                .zip(other)
                .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let mut all: Vec<_> = (0..)
            .zip(real)
            .map(|(index, other)| Neighbour {
                index,
                distance: distance(other),
            })
            .collect();
        all.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        all
    }

    #[test]
    fn they_are_those_that_brute_force_finds() {
        let (samples, real) = (images(7, 0), images(100, 1));
        let mut neighbours = Neighbours::of(samples.clone(), 4).unwrap();
        for (from, n) in [(0, 1), (1, 60), (61, 39)] {
            neighbours.look_at(real.clone().narrow(0, from, n)).unwrap();
        }
        let rows = |images: Tensor<4>| split(images.reshape([-1, 90])).unwrap();
        let real = rows(real);
        for (sample, found) in rows(samples).iter().zip(neighbours.found()) {
            let expected = brute_force(sample, &real);
            for (found, expected) in found.iter().zip(&expected[..4]) {
                assert_eq!(found.index, expected.index);
                assert!((found.distance - expected.distance).abs() < 1e-9);
            }
            assert_eq!(found.len(), 4);
        }
    }

    #[test]
    fn copies_are_found_at_no_distance() {
        let real = images(20, 1);
        let mut neighbours = Neighbours::by(real.clone().narrow(0, 5, 3), 1, |images| {
            images.mean_dim(3).mean_dim(2).reshape([-1, 2])
        })
        .unwrap();
        neighbours.look_at(real).unwrap();
        let found: Vec<_> = neighbours.found().iter().map(|found| found[0]).collect();
        assert!(found.iter().all(|found| found.distance == 0.0), "{found:?}");
        assert_eq!(found.iter().map(|found| found.index).collect::<Vec<_>>(), [5, 6, 7]);
    }

    #[test]
    fn what_cannot_be_compared_is_an_error() {
        assert!(Neighbours::of(images(0, 0), 1).is_err());
        assert!(Neighbours::of(images(1, 0), 0).is_err());
        let mut neighbours = Neighbours::of(images(2, 0), 3).unwrap();
        assert!(neighbours.draw().is_err(), "nothing has been shown");
        assert!(
            neighbours
                .look_at(Tensor::zeros([1, 1, 5, 9], &Device::default()))
                .is_err()
        );
        neighbours
            .look_at(Tensor::full([1, 2, 5, 9], f32::NAN, &Device::default()))
            .unwrap();
        assert!(neighbours.found()[0].is_empty(), "what is not a number is never near");
    }
}
