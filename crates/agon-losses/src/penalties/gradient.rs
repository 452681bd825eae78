//! What the penalties on `g = dD/dx` share: an exact gradient for the weights from first-order autodiff.

use agon_core::random::{self, Random};
use agon_core::{Discriminator, Sample, Slope};
use burn::prelude::Tensor;

use crate::math::over;

/// What can be set of every penalty on a slope: when it is due, and how its derivative is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    pub interval: u64,
    pub way: Way,
}

impl Terms {
    pub(crate) const DEFAULT: Self = Self {
        interval: 1,
        way: Way::Best,
    };
}

/// The setters of [`Terms`], for a penalty with a field `terms`.
macro_rules! with_terms {
    ($penalty:ident) => {
        impl $penalty {
            /// Adds the penalty in every `interval`-th turn only, times `interval`.
            pub const fn every(mut self, interval: u64) -> Self {
                self.terms.interval = interval;
                self
            }

            /// Takes derivatives by central differences even where the network knows them exactly.
            pub const fn by_differences(mut self) -> Self {
                self.terms.way = Way::Differences;
                self
            }
        }
    };
}
pub(crate) use with_terms;

/// How the derivative of the scores along a direction is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Way {
    /// As the discriminator says: exactly if it can.
    #[default]
    Best,
    /// By central differences, whatever it can.
    Differences,
}

/// The mean over the batch of `P(|g|)`, `g = dD/dx` at `at`: what a gradient penalty of one's own is made of.
///
/// `formula` maps the norms `n`, one per row, to `P(n)` and `P'(n) / n`. Value and gradient for the weights are
/// the penalty's own, exact where the network overrides [`Discriminator::derivative`] or [`Discriminator::slope`].
///
/// # Shapes
/// `formula` sees and returns `[batch, 1]`; the result has one element.
///
/// # Example
/// Half the squared slope:
/// ```
/// use agon_core::{Bout, Discriminator, Penalty, random::Random};
/// use agon_losses::norm_penalty;
/// use burn::prelude::Tensor;
///
/// #[derive(Debug)]
/// struct Flat(f64);
///
/// impl<D: Discriminator> Penalty<D> for Flat {
///     fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
///         norm_penalty(bout.discriminator, bout.fake, |n| (n.clone().square() * 0.5, n.ones_like())) * self.0
///     }
///
///     fn name(&self) -> &'static str {
///         "flat"
///     }
/// }
/// ```
pub fn norm_penalty<D: Discriminator>(
    discriminator: &D,
    at: &D::Input,
    formula: impl Fn(Tensor<2>) -> (Tensor<2>, Tensor<2>),
) -> Tensor<1> {
    mean_of_norms(discriminator, at, Way::Best, formula)
}

/// The mean over the batch of `P(|g|)`, with its value and its gradient for the weights.
///
/// With `v = dP/dg` held constant, the gradient of `P` for the weights is that of `<g, v>`. `formula` maps norms `n` to
/// `P(n)` and `P'(n) / n`, so that `v = P'(n) / n * g`.
pub(crate) fn mean_of_norms<D: Discriminator>(
    discriminator: &D,
    at: &D::Input,
    way: Way,
    formula: impl Fn(Tensor<2>) -> (Tensor<2>, Tensor<2>),
) -> Tensor<1> {
    let slope = match way {
        Way::Best => discriminator.slope(at),
        Way::Differences => Slope::by_differences(discriminator, at),
    };
    let gradient = slope.gradient().rows();
    let batch = gradient.dims()[0] as f64;
    let norms = gradient.clone().square().sum_dim(1).sqrt();
    let (value, factor) = formula(norms);
    let along = at.with_rows(gradient * factor);
    let surrogate = over(slope.along(along), batch);
    // The surrogate less itself is zero, and keeps its gradient.
    surrogate.clone() - surrogate.detach() + value.mean()
}

/// `1/2 |g|^2`, whose derivative is `g`.
pub(crate) fn half_square(norms: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let factor = norms.ones_like();
    (norms.square() * 0.5, factor)
}

/// A point between each real sample and its generated partner, drawn evenly from the line between them.
pub(crate) fn between<S: Sample>(real: &S, fake: &S, random: &mut Random) -> S {
    let pairs = real.size().min(fake.size());
    let shape_of = if real.size() == pairs { real } else { fake };
    let real = real.rows().detach().narrow(0, 0, pairs);
    let fake = fake.rows().detach().narrow(0, 0, pairs);
    let share = random::uniform([pairs, 1], 0.0, 1.0, random, &real.device()).cast(real.dtype());
    shape_of.with_rows(fake.clone() + (real - fake) * share)
}
