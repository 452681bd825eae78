use std::marker::PhantomData;

use agon_core::{Diversity, Game, Result, Sample, Sampling, random};
use burn::prelude::Tensor;

/// How a monitor looks at what a generator makes; [`FeaturesOf`] and [`NoSamples`] are the two ways.
pub trait SampleFeatures<G: Game>: Send {
    /// The diversity of the generator's samples now, beside that of real ones.
    fn diversity(&mut self, game: &G) -> Result<Option<Diversity>>;
}

/// Looks at no samples: batches of the game itself are all there is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSamples;

impl<G: Game> SampleFeatures<G> for NoSamples {
    fn diversity(&mut self, _game: &G) -> Result<Option<Diversity>> {
        Ok(None)
    }
}

/// Looks at as many samples as there are real ones to compare them with, by these features.
pub struct FeaturesOf<S, F> {
    real: Tensor<2>,
    size: usize,
    features: F,
    of: PhantomData<fn(&S)>,
}

impl<S: Sample, F: FnMut(&S) -> Tensor<2>> FeaturesOf<S, F> {
    pub(super) fn new(real: &S, mut features: F) -> Self {
        Self {
            size: real.size(),
            real: features(real),
            features,
            of: PhantomData,
        }
    }
}

impl<G, F> SampleFeatures<G> for FeaturesOf<G::Sample, F>
where
    G: Game + Sampling,
    F: FnMut(&G::Sample) -> Tensor<2> + Send,
{
    fn diversity(&mut self, game: &G) -> Result<Option<Diversity>> {
        let fake = (self.features)(&game.sample(self.size, SEED));
        Ok(Some(Diversity::of(self.real.clone(), fake)))
    }
}

impl<S, F> std::fmt::Debug for FeaturesOf<S, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeaturesOf")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Of the codes of the samples that are looked at, and of projections.
const SEED: u64 = 0x4ea1;

/// How many features a projection has.
const FEATURES: usize = 64;

/// Rows projected onto 64 random directions, the same for all batches of a width: distances are kept to within
/// some tenth, and are cheap however many values a sample has. Narrower rows stay as they are.
///
/// # References
/// Johnson and Lindenstrauss 1984, "Extensions of Lipschitz mappings into a Hilbert space".
pub(super) fn projected<S: Sample>(samples: &S) -> Tensor<2> {
    let rows = samples.rows().inner();
    let [_, width] = rows.dims();
    if width <= FEATURES {
        return rows;
    }
    let mut random = random::stream(SEED, width as u64);
    let directions = random::normal([width, FEATURES], &mut random, &rows.device());
    // Of unit length on average, so that the spread stays what it is.
    let directions = directions.cast(rows.dtype()) * (width as f64).sqrt().recip();
    rows.matmul(directions)
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn a_projection_keeps_the_spread() {
        let device = Device::default();
        let rows: Tensor<2> = random::normal([256, 1000], &mut random::stream(1, 0), &device) * 0.5;
        let features = projected(&rows);
        assert_eq!(features.dims(), [256, 64]);
        let spread: f32 = Diversity::of(features.clone(), features).fake.into_scalar();
        assert!((spread - 0.5).abs() < 0.05, "{spread}");
        let narrow = Tensor::<2>::ones([4, 3], &device);
        assert_eq!(projected(&narrow).dims(), [4, 3]);
    }
}
