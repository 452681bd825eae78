//! Errors for settings that games cannot play by.

use agon_core::{AdversarialLoss, Error, Result, Round};
use burn::prelude::{Device, Tensor};

/// An error unless codes that `who` finds have as many numbers as those that are drawn.
pub(crate) fn expect_code(who: &str, drawn: &Tensor<2>, found: &Tensor<2>) -> Result<()> {
    let (drawn, found) = (drawn.dims()[1], found.dims()[1]);
    let expected = format!("{drawn} numbers, as many as the generator's code has");
    Error::unless(drawn == found, who, expected, found)
}

/// An error unless the loss plays without a state and without real scores on the generator's side, and is the same for
/// scores `(s, t)` and `(-t, -s)`.
pub(crate) fn expect_mirror(what: &str, loss: &dyn AdversarialLoss, round: &Round) -> Result<()> {
    let fits = !loss.generator_needs_real() && !loss.needs_samples() && loss.memory().is_empty();
    let fits = fits && is_mirror(loss, &round.device().clone().inner())?;
    let expected = "one that mirrors scores s and -s, without a state, whose generator needs no real scores";
    Error::unless(fits, what, expected, format!("{loss:?}"))
}

/// Whether a discriminator's loss is the same for `(s, t)` and for `(-t, -s)`.
fn is_mirror(loss: &dyn AdversarialLoss, device: &Device) -> Result<bool> {
    // Two scores of each sample, since there are losses that want two.
    let scores = |[a, b]: [f64; 2]| Tensor::<2>::from_data([[a, b], [b, a]], device);
    let (s, t) = (scores([0.7, -1.3]), scores([2.1, 0.4]));
    let there = loss.discriminator(s.clone(), t.clone());
    let back = loss.discriminator(-t, -s);
    let apart: Vec<f64> = (there.clone() - back)
        .abs()
        .div(there.abs() + 1.0)
        .try_into_vec_as()
        .map_err(Error::device)?;
    Ok(apart.iter().all(|apart| *apart < 1e-4))
}
