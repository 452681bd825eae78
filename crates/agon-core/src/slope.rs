use std::fmt;

use burn::prelude::Tensor;

use crate::derivative::{central_difference, input_gradient};
use crate::{Discriminator, Sample};

/// How the scores of a discriminator change around what it judges: what gradient penalties are made of.
///
/// With `g` the gradient of the summed scores for a sample and `v` a direction that is held constant, a penalty needs
/// `g` itself and, since burn differentiates once, the gradient of `<g, v>` for the weights.
pub struct Slope<S> {
    gradient: S,
    along: Box<dyn FnOnce(S) -> Tensor<1>>,
}

impl<S: Sample> Slope<S> {
    /// This gradient, and a function of a direction `v` which returns a number (whichever) whose gradient for the
    /// weights is that of `<g, v>`, summed over the batch.
    pub fn new(gradient: S, along: impl FnOnce(S) -> Tensor<1> + 'static) -> Self {
        Self {
            gradient,
            along: Box::new(along),
        }
    }

    /// By a pass there and back, and then by [`Discriminator::derivative`].
    pub fn of<D: Discriminator<Input = S>>(discriminator: &D, at: &S) -> Self {
        Self::by(discriminator, at, D::derivative)
    }

    /// By a pass there and back, and then by central differences.
    pub fn by_differences<D: Discriminator<Input = S>>(discriminator: &D, at: &S) -> Self {
        Self::by(discriminator, at, central_difference)
    }

    fn by<D>(discriminator: &D, at: &S, derivative: impl FnOnce(&D, &S, &S) -> Tensor<2> + 'static) -> Self
    where
        D: Discriminator<Input = S>,
    {
        let gradient = at.with_rows(input_gradient(discriminator, at));
        let (discriminator, at) = (discriminator.clone(), at.clone());
        Self::new(gradient, move |v| derivative(&discriminator, &at, &v).sum())
    }

    /// The gradient of the summed scores, a constant.
    pub fn gradient(&self) -> &S {
        &self.gradient
    }

    /// A number whose gradient for the weights is that of `<g, v>`, summed over the batch. Its value says nothing.
    pub fn along(self, v: S) -> Tensor<1> {
        (self.along)(v)
    }
}

impl<S> fmt::Debug for Slope<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slope").finish_non_exhaustive()
    }
}
