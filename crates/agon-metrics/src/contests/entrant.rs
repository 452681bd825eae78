use burn::prelude::Tensor;

use crate::error::{Error, Result};

/// A trained pair of networks that enters a tournament: what makes samples, and what tells them from real ones.
///
/// Both are functions: `generator(n, seed)` makes samples, `discriminator(&samples)` says of each how likely it is
/// real, as a probability. A critic that gives raw scores is turned into one by the sigmoid.
///
/// # Shapes
/// The discriminator's answer: `[n]`, each from 0 to 1.
pub struct Entrant<'a, S> {
    pub(super) name: String,
    generator: Box<dyn Fn(usize, u64) -> S + 'a>,
    discriminator: Box<dyn Fn(&S) -> Tensor<1> + 'a>,
}

impl<'a, S> Entrant<'a, S> {
    /// This generator and this discriminator, under a name.
    pub fn new(
        name: impl Into<String>,
        generator: impl Fn(usize, u64) -> S + 'a,
        discriminator: impl Fn(&S) -> Tensor<1> + 'a,
    ) -> Self {
        Self {
            name: name.into(),
            generator: Box::new(generator),
            discriminator: Box::new(discriminator),
        }
    }

    pub(super) fn samples(&self, n: usize, seed: u64) -> S {
        (self.generator)(n, seed)
    }

    /// The share of samples that it gets wrong: real ones below one half, generated ones at or above.
    pub(super) fn error(&self, samples: &S, real: bool) -> Result<f64> {
        let said = (self.discriminator)(samples)
            .without_autodiff()
            .try_into_vec_as::<f64>();
        let said = said.map_err(|error| Error::Device(error.to_string()))?;
        if let Some(p) = said.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            let what = format!("what the discriminator of {} says", self.name);
            return Err(Error::config(
                what,
                "a probability, 0 to 1 (take the sigmoid of scores)",
                p,
            ));
        }
        if said.is_empty() {
            let what = format!("what the discriminator of {} says", self.name);
            return Err(Error::shape(what, "one number per sample", "none"));
        }
        let wrong = said.iter().filter(|p| (**p >= 0.5) != real).count();
        Ok(wrong as f64 / said.len() as f64)
    }
}

impl<S> std::fmt::Debug for Entrant<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entrant")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
