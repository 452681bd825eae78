use burn::prelude::Tensor;
use rand::RngExt;

use super::SlicedWasserstein;
use crate::collect::same_settings;
use crate::error::{Error, Result, ensure};
use crate::random::{mix, stream};
use crate::{Figure, Metric, Origin, Protocol, Rows};

/// Sliced Wasserstein distance of patches, at every scale of the images.
///
/// Each image becomes a Laplacian pyramid: halved again and again down to `smallest` pixels, each level less
/// what the next one says of it. At every level, patches of 7 x 7 pixels are taken at random places, all
/// channels together; each channel is brought to mean 0 and deviation 1 over all patches of its set; and the
/// sliced Wasserstein distance of order 1 between the patches of both sets is taken. Fine levels tell of
/// sharpness and noise, coarse ones of shapes. Values are times 1000, as published.
///
/// Which patches of an image are taken depends on the image and the seed alone, so that neither order nor
/// batches matter.
///
/// # Pitfalls
/// - It keeps `patches * channels * 49` numbers per image and level (of 128 patches and 3 channels: 75 kB).
/// - Each set is normalized by itself: a change of brightness or contrast of all images is not seen.
/// - Values of different image sizes, and counts of images, do not compare.
///
/// # Shapes
/// Batches `[n, channels, height, width]`, both sides at least `smallest`.
///
/// # Errors
/// Of less than two images of either set, of images that do not vary or are too small.
///
/// # Example
/// ```
/// use agon_metrics::{LaplacianWasserstein, Metric, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let images = Tensor::<1, Int>::arange(0..4 * 32 * 32, &device).float().sin().reshape([4, 1, 32, 32]);
/// let mut metric = LaplacianWasserstein::new(7).patches(8);
/// metric.add(Origin::Real, &images)?;
/// metric.add(Origin::Fake, &images)?;
/// assert!(metric.compute()?.iter().all(|figure| figure.value < 1e-9));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Karras et al. 2018, "Progressive growing of GANs", arXiv:1710.10196 (16,384 images, 128 patches each,
/// levels down to 16 pixels, 4 times 128 directions).
#[derive(Debug, Clone)]
pub struct LaplacianWasserstein {
    settings: Settings,
    real: Patches,
    fake: Patches,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    patches: usize,
    smallest: usize,
    directions: usize,
    seed: u64,
}

/// The side of a patch.
const SIDE: usize = 7;

/// The patches of each level, the finest first.
#[derive(Debug, Clone, Default)]
struct Patches {
    images: usize,
    /// Channels, height and width.
    shape: [usize; 3],
    levels: Vec<Rows>,
}

impl LaplacianWasserstein {
    /// With 128 patches of each image, levels down to 16 pixels, 512 directions.
    pub fn new(seed: u64) -> Self {
        Self {
            settings: Settings {
                patches: 128,
                smallest: 16,
                directions: 512,
                seed,
            },
            real: Patches::default(),
            fake: Patches::default(),
        }
    }

    /// With so many patches of each image and level.
    pub fn patches(mut self, patches: usize) -> Self {
        self.settings.patches = patches;
        self
    }

    /// With levels down to so many pixels, at least 7.
    pub fn smallest(mut self, smallest: usize) -> Self {
        self.settings.smallest = smallest;
        self
    }

    /// Over so many directions.
    pub fn directions(mut self, directions: usize) -> Self {
        self.settings.directions = directions;
        self
    }

    fn of(&mut self, origin: Origin) -> &mut Patches {
        match origin {
            Origin::Real => &mut self.real,
            Origin::Fake => &mut self.fake,
        }
    }

    fn level(&self, level: usize, real: &Rows, fake: &Rows) -> Result<Figure> {
        let Settings {
            patches,
            directions,
            seed,
            ..
        } = self.settings;
        let channels = self.real.shape[0];
        let (real, fake) = (normalized(real, channels), normalized(fake, channels));
        let powers = SlicedWasserstein::new(mix(seed, level as u64))
            .order(1)
            .directions(directions)
            .powers(&real, &fake)?;
        let n = powers.len() as f64;
        let mean = powers.iter().sum::<f64>() / n;
        let variance = powers.iter().map(|power| (power - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let [_, height, width] = shrunk(self.real.shape, level);
        Ok(
            Figure::new(format!("Laplacian Wasserstein distance {height}x{width}"), mean * 1e3)
                .of(self.real.images, self.fake.images)
                .spread(variance.sqrt() * 1e3)
                .protocol(Protocol::new().with("patches", patches).with("directions", directions)),
        )
    }
}

impl Metric for LaplacianWasserstein {
    type Batch = Tensor<4>;

    fn add(&mut self, origin: Origin, batch: &Tensor<4>) -> Result<()> {
        let settings = self.settings;
        settings.check()?;
        let [_, channels, height, width] = batch.dims();
        if height.min(width) < settings.smallest {
            let expected = format!("at least {0} x {0}", settings.smallest);
            return Err(Error::shape("an image", expected, format!("{height} x {width}")));
        }
        let patches = self.of(origin);
        let shape = [channels, height, width];
        if patches.images > 0 && patches.shape != shape {
            let expected = format!("{:?}, as before", patches.shape);
            return Err(Error::shape("an image", expected, format!("{shape:?}")));
        }
        let images = Rows::from_tensor(origin, batch).map_err(|error| counted(error, patches.images))?;
        patches.shape = shape;
        for index in 0..images.len() {
            patches.take(&images.row(index), settings);
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        same_settings(&self.settings, &other.settings)?;
        for (mine, theirs) in [(&self.real, &other.real), (&self.fake, &other.fake)] {
            if mine.images > 0 && theirs.images > 0 && mine.shape != theirs.shape {
                let expected = format!("{:?}, as before", mine.shape);
                return Err(Error::shape("an image", expected, format!("{:?}", theirs.shape)));
            }
        }
        self.real.append(other.real)?;
        self.fake.append(other.fake)
    }

    fn forget(&mut self, origin: Origin) {
        *self.of(origin) = Patches::default();
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let what = "a Wasserstein distance of patches";
        crate::error::enough(what, Origin::Real, 2, self.real.images)?;
        crate::error::enough(what, Origin::Fake, 2, self.fake.images)?;
        if self.real.shape != self.fake.shape {
            let expected = format!("one shape, {:?}", self.real.shape);
            return Err(Error::shape(
                "the images that are compared",
                expected,
                format!("{:?}", self.fake.shape),
            ));
        }
        self.real
            .levels
            .iter()
            .zip(&self.fake.levels)
            .enumerate()
            .map(|(level, (real, fake))| self.level(level, real, fake))
            .collect()
    }
}

impl Settings {
    fn check(self) -> Result<()> {
        ensure(self.patches >= 1, "the patches of an image", "at least 1", self.patches)?;
        ensure(
            self.smallest >= SIDE,
            "the smallest level of a pyramid",
            "at least 7",
            self.smallest,
        )
    }
}

impl Patches {
    /// Takes patches of every level of an image.
    fn take(&mut self, image: &[f64], settings: Settings) {
        let content = image.iter().fold(0, |hash, x| mix(hash, x.to_bits()));
        let mut random = stream(settings.seed, content);
        let channels = self.shape[0];
        for (level, layer) in pyramid(image, self.shape, settings.smallest).into_iter().enumerate() {
            if self.levels.len() == level {
                self.levels.push(Rows::new());
            }
            let [_, height, width] = layer.shape;
            let mut patch = Vec::with_capacity(channels * SIDE * SIDE);
            for _ in 0..settings.patches {
                let top = random.random_range(0..=height - SIDE);
                let left = random.random_range(0..=width - SIDE);
                patch.clear();
                for channel in 0..channels {
                    for row in top..top + SIDE {
                        let start = (channel * height + row) * width + left;
                        patch.extend_from_slice(&layer.values[start..start + SIDE]);
                    }
                }
                self.levels[level].push_values(patch.len(), &patch);
            }
        }
        self.images += 1;
    }

    fn append(&mut self, other: Self) -> Result<()> {
        if self.images == 0 {
            *self = other;
            return Ok(());
        }
        self.images += other.images;
        self.levels
            .iter_mut()
            .zip(other.levels)
            .try_for_each(|(mine, theirs)| mine.append(theirs))
    }
}

/// One channel after the other.
struct Layer {
    shape: [usize; 3],
    values: Vec<f32>,
}

/// The levels of an image, the finest first; the last is what remains.
fn pyramid(image: &[f64], shape: [usize; 3], smallest: usize) -> Vec<Layer> {
    let values = image.iter().map(|&x| x as f32).collect();
    let mut levels = vec![Layer { shape, values }];
    while let Some(layer) = levels.last_mut() {
        let next = shrunk(layer.shape, 1);
        if next[1].min(next[2]) < smallest {
            break;
        }
        let coarse = halved(layer);
        let said = doubled(&coarse, layer.shape);
        layer.values.iter_mut().zip(said).for_each(|(x, said)| *x -= said);
        levels.push(coarse);
    }
    levels
}

/// The shape so many levels up.
fn shrunk([channels, height, width]: [usize; 3], levels: usize) -> [usize; 3] {
    (0..levels).fold([channels, height, width], |[channels, height, width], _| {
        [channels, height.div_ceil(2), width.div_ceil(2)]
    })
}

/// The weights of the blur.
const BLUR: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// Where a place beyond the edge is mirrored to; the edge itself stands once.
fn mirrored(at: isize, length: usize) -> usize {
    let last = length as isize - 1;
    let at = if at < 0 { -at } else { at };
    let at = if at > last { 2 * last - at } else { at };
    at.clamp(0, last) as usize
}

/// Blurred, and every second pixel of each row and column.
fn halved(layer: &Layer) -> Layer {
    let [channels, height, width] = layer.shape;
    let shape = shrunk(layer.shape, 1);
    let blurred = |values: &dyn Fn(usize) -> f32, at: usize, length: usize| -> f32 {
        BLUR.iter()
            .enumerate()
            .map(|(tap, weight)| weight * values(mirrored((2 * at + tap) as isize - 2, length)))
            .sum()
    };
    let mut values = Vec::with_capacity(shape.iter().product());
    for channel in 0..channels {
        let of = |row: usize, column: usize| layer.values[(channel * height + row) * width + column];
        let across: Vec<f32> = (0..height * shape[2])
            .map(|at| blurred(&|column| of(at / shape[2], column), at % shape[2], width))
            .collect();
        values.extend((0..shape[1] * shape[2]).map(|at| {
            let column = at % shape[2];
            blurred(&|row| across[row * shape[2] + column], at / shape[2], height)
        }));
    }
    Layer { shape, values }
}

/// Back to a size: the pixels apart with zeros between, blurred, times four.
fn doubled(layer: &Layer, [channels, height, width]: [usize; 3]) -> Vec<f32> {
    let [_, rows, columns] = layer.shape;
    let blurred = |values: &dyn Fn(usize) -> f32, at: usize, length: usize| -> f32 {
        BLUR.iter()
            .enumerate()
            .map(|(tap, weight)| (weight, mirrored((at + tap) as isize - 2, length)))
            .filter(|(_, from)| from % 2 == 0)
            .map(|(weight, from)| 2.0 * weight * values(from / 2))
            .sum()
    };
    let mut values = Vec::with_capacity(channels * height * width);
    for channel in 0..channels {
        let of = |row: usize, column: usize| layer.values[(channel * rows + row) * columns + column];
        let across: Vec<f32> = (0..rows * width)
            .map(|at| blurred(&|column| of(at / width, column), at % width, width))
            .collect();
        values.extend((0..height * width).map(|at| {
            let column = at % width;
            blurred(&|row| across[row * width + column], at / width, height)
        }));
    }
    values
}

/// Each channel with mean 0 and deviation 1 over all patches.
fn normalized(patches: &Rows, channels: usize) -> Rows {
    let (n, width) = (patches.len(), patches.width());
    let area = width / channels.max(1);
    let mean = patches.mean();
    let centre: Vec<f64> = mean
        .chunks(area)
        .map(|means| means.iter().sum::<f64>() / area as f64)
        .collect();
    let mut squares = vec![0.0; channels];
    let each = |patch: &[f64], act: &mut dyn FnMut(usize, f64)| {
        for (at, x) in patch.iter().enumerate() {
            act(at / area, x - centre[at / area]);
        }
    };
    for index in 0..n {
        each(&patches.row(index), &mut |channel, x| squares[channel] += x * x);
    }
    let deviation = |square: &f64| (square / (n * area) as f64).sqrt();
    let deviations: Vec<f64> = squares.iter().map(deviation).collect();
    let mut result = Rows::new();
    let mut values = Vec::with_capacity(width);
    for index in 0..n {
        values.clear();
        each(&patches.row(index), &mut |channel, x| {
            let deviation = deviations[channel];
            values.push(if deviation > 0.0 { (x / deviation) as f32 } else { 0.0 });
        });
        result.push_values(width, &values);
    }
    result
}

fn counted(error: Error, before: usize) -> Error {
    match error {
        Error::NotFinite {
            origin,
            index,
            position,
            value,
        } => Error::NotFinite {
            origin,
            index: index + before,
            position,
            value,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, cloud, values};
    use burn::nn::pool::AvgPool2dConfig;

    fn images(n: usize, side: usize, seed: u64) -> Tensor<4> {
        cloud(n, 2 * side * side, seed, 0.0, 1.0).reshape([n, 2, side, side])
    }

    fn compute(real: &Tensor<4>, fake: &Tensor<4>) -> Result<Vec<Figure>> {
        let mut metric = LaplacianWasserstein::new(1).patches(16).directions(32);
        metric.add(Origin::Real, real)?;
        metric.add(Origin::Fake, fake)?;
        metric.compute()
    }

    #[test]
    fn a_constant_image_is_all_in_the_last_level() {
        let levels = pyramid(&[3.0; 64 * 64], [1, 64, 64], 16);
        let shapes: Vec<[usize; 3]> = levels.iter().map(|level| level.shape).collect();
        assert_eq!(shapes, [[1, 64, 64], [1, 32, 32], [1, 16, 16]]);
        let largest = |level: &Layer| level.values.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let found: Vec<f32> = levels.iter().map(largest).collect();
        assert!(
            found[0] < 1e-6 && found[1] < 1e-6 && (found[2] - 3.0).abs() < 1e-6,
            "{found:?}"
        );
    }

    #[test]
    fn the_levels_add_up_to_the_image_also_if_its_sides_are_odd() {
        let image = crate::testing::rows(&cloud(1, 37 * 50, 1, 0.0, 1.0)).row(0);
        let levels = pyramid(&image, [1, 37, 50], 16);
        let sum = levels.iter().rev().fold(None::<Layer>, |coarse, level| {
            let said = coarse.map_or(vec![0.0; level.values.len()], |coarse| doubled(&coarse, level.shape));
            let values = level.values.iter().zip(said).map(|(x, said)| x + said).collect();
            Some(Layer {
                shape: level.shape,
                values,
            })
        });
        let found: Vec<f64> = sum.unwrap().values.into_iter().map(f64::from).collect();
        close(&found, &image, 1e-5);
    }

    #[test]
    fn neither_order_nor_batches_matter_and_a_set_is_at_distance_nothing_of_itself() {
        let (real, fake) = (images(12, 32, 1), images(9, 32, 2));
        let expected = values(compute(&real, &fake).unwrap());
        assert_eq!(expected.len(), 2);
        close(
            &values(compute(&real.clone().flip([0]), &fake).unwrap()),
            &expected,
            1e-6,
        );
        let mut workers = [(); 2].map(|()| LaplacianWasserstein::new(1).patches(16).directions(32));
        for (index, batch) in real.clone().split(5, 0).into_iter().enumerate() {
            workers[index % 2].add(Origin::Real, &batch).unwrap();
        }
        workers[1].add(Origin::Fake, &fake).unwrap();
        let [mut all, other] = workers;
        all.merge(other).unwrap();
        close(&values(all.compute().unwrap()), &expected, 1e-6);
        close(
            &values(compute(&real, &real.clone().flip([0])).unwrap()),
            &[0.0; 2],
            1e-6,
        );
    }

    #[test]
    fn noise_is_seen_at_the_finest_level_and_contrast_not_at_all() {
        let smooth = |seed| {
            AvgPool2dConfig::new([9, 9])
                .with_strides([1, 1])
                .init()
                .forward(images(40, 72, seed))
        };
        let (real, fake) = (smooth(1), smooth(2));
        let noise = cloud(
            fake.dims()[0],
            fake.shape().num_elements() / fake.dims()[0],
            3,
            0.0,
            0.5,
        );
        let noisy = fake.clone() + noise.reshape(fake.dims());
        let (same, other) = (compute(&real, &fake).unwrap(), compute(&real, &noisy).unwrap());
        assert!(other[0].value > 1.5 * same[0].value, "{same:?} {other:?}");
        let brighter = compute(&real, &(fake * 3.0 + 1.0)).unwrap();
        assert!((brighter[0].value - same[0].value).abs() < 0.3 * same[0].value);
    }

    #[test]
    fn images_that_cannot_be_compared() {
        let good = images(4, 32, 1);
        let error = compute(&good, &images(4, 8, 1)).unwrap_err();
        assert!(error.to_string().contains("at least 16 x 16"), "{error}");
        assert!(matches!(compute(&good, &images(4, 33, 1)), Err(Error::Shape { .. })));
        assert!(matches!(compute(&good, &images(1, 32, 1)), Err(Error::TooFew { .. })));
        assert!(matches!(
            compute(&good, &good.zeros_like()),
            Err(Error::Constant { .. })
        ));
        let broken = good.clone() * f32::NAN;
        assert!(matches!(compute(&good, &broken), Err(Error::NotFinite { .. })));
    }
}
