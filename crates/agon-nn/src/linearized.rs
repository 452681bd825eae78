use std::fmt;

use burn::prelude::Tensor;

use crate::{Activation, Conv2d, Linear};
use agon_kernels::ops;

/// A network of linear maps and kinks, as it is around one point: what a gradient penalty needs of it, in the fewest passes.
///
/// Such a network is `W_n S_(n-1) .. S_1 W_1` around a point, with slopes `S` that do not change. So the gradient of its
/// summed outputs is `g = W_1' S_1 .. W_n' 1`. On the way there every map `W_l` meets the gradient `g_l` at its output, and
/// when a constant direction `v` comes through, `v_l = S_(l-1) W_(l-1) .. v` at its input, so that
///
/// ```text
/// d<g, v> / dW_l = d<W_l v_l, g_l> / dW_l
/// ```
///
/// with both held constant: nothing goes forwards or back a second time, as it does through a [`Dual`](crate::Dual), which
/// carries derivatives through any network.
///
/// # Example
/// ```
/// use agon_nn::{Activation, LinearConfig, Linearized};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let layer = LinearConfig::new(2, 1).init(&device);
/// let x = Tensor::<2>::from_floats([[0.5, -1.0]], &device);
/// let (gradient, along) = Linearized::new(x).linear(&layer).slope();
/// assert_eq!(gradient.dims(), [1, 2]);
/// let v = gradient.clone();
/// let gradients = along(v.clone()).backward();
/// let of_weight = layer.weight.grad(&gradients).map(|gradient| gradient.transpose().into_data());
/// assert_eq!(of_weight, Some(v.into_data()));
/// ```
pub struct Linearized<const I: usize, const D: usize> {
    value: Tensor<D>,
    back: Back<I, D>,
}

/// From a gradient at the output to that at the input, and to what then carries directions.
type Back<const I: usize, const D: usize> = Box<dyn FnOnce(Tensor<D>) -> (Tensor<I>, Along<I, D>)>;
/// From a direction at the input to that at the output, and the sum of `<W_l v_l, g_l>` on the way.
type Along<const I: usize, const D: usize> = Box<dyn FnOnce(Tensor<I>) -> (Tensor<D>, Option<Tensor<1>>)>;

/// A layer of weights, and perhaps a bias.
pub(crate) trait Affine<const D: usize> {
    /// The weights as they are now, and the bias. To ask is to have a constraint such as spectral norm look at them.
    fn parameters(&self) -> (Tensor<D>, Option<Tensor<1>>);

    /// The map with these.
    fn apply(&self, x: Tensor<D>, weight: Tensor<D>, bias: Option<Tensor<1>>) -> Tensor<D>;

    /// The transposed map, back to inputs of this shape.
    fn transposed(&self, y: Tensor<D>, weight: Tensor<D>, shape: [usize; D]) -> Tensor<D>;
}

impl<const I: usize> Linearized<I, I> {
    /// The point at which the network is looked at.
    pub fn new(at: Tensor<I>) -> Self {
        Self {
            value: at.without_autodiff(),
            back: Box::new(|gradient| (gradient, Box::new(|v| (v.without_autodiff(), None)))),
        }
    }
}

impl<const I: usize, const D: usize> Linearized<I, D> {
    /// What has come of the point.
    pub fn value(&self) -> &Tensor<D> {
        &self.value
    }

    /// The gradient of the summed outputs for the point, and a function of a constant direction `v` which returns a number
    /// whose gradient for the weights is that of `<g, v>`. The number itself says nothing.
    pub fn slope(self) -> (Tensor<I>, impl FnOnce(Tensor<I>) -> Tensor<1> + 'static) {
        let nothing = Tensor::zeros([1], &self.value.device());
        let (gradient, along) = (self.back)(self.value.ones_like());
        (gradient, move |v| along(v).1.unwrap_or(nothing))
    }

    /// Through an activation.
    ///
    /// # Panics
    /// If it is not [linear piece by piece](Activation::kink).
    pub fn activation(self, activation: Activation) -> Self {
        let Some(slope) = activation.kink() else {
            panic!("expected an activation that is linear piece by piece, got {activation:?}");
        };
        let (value, back) = (activation.forward(self.value), self.back);
        let at = value.clone();
        Self {
            value,
            back: Box::new(move |gradient| {
                let (gradient, along) = back(ops::chained(gradient, at.clone(), slope));
                let along = move |v| {
                    let (v, sum) = along(v);
                    (ops::chained(v, at, slope), sum)
                };
                (gradient, Box::new(along))
            }),
        }
    }

    /// Applies a map that only rearranges.
    pub fn reshape<const E: usize>(self, shape: [usize; E]) -> Linearized<I, E> {
        let (before, back) = (self.value.dims(), self.back);
        Linearized {
            value: self.value.reshape(shape),
            back: Box::new(move |gradient: Tensor<E>| {
                let (gradient, along) = back(gradient.reshape(before));
                let along = move |v| {
                    let (v, sum) = along(v);
                    (v.reshape(shape), sum)
                };
                (gradient, Box::new(along))
            }),
        }
    }

    fn affine(self, layer: impl Affine<D> + 'static) -> Self {
        let (shape, back, (weight, bias)) = (self.value.dims(), self.back, layer.parameters());
        let fixed = weight.clone().without_autodiff();
        Self {
            value: layer.apply(self.value, fixed.clone(), bias.map(Tensor::without_autodiff)),
            back: Box::new(move |at_output: Tensor<D>| {
                let (gradient, along) = back(layer.transposed(at_output.clone(), fixed, shape));
                let along = move |v| {
                    let (v, sum) = along(v);
                    let y = layer.apply(v, weight, None);
                    let term = (y.clone() * at_output).sum();
                    (y.without_autodiff(), Some(sum.map_or(term.clone(), |sum| sum + term)))
                };
                (gradient, Box::new(along))
            }),
        }
    }
}

impl<const I: usize> Linearized<I, 2> {
    /// Through a linear layer, of this crate or of burn.
    pub fn linear(self, layer: impl Into<Linear>) -> Self {
        self.affine(layer.into())
    }
}

impl<const I: usize> Linearized<I, 4> {
    /// Through a convolution, of this crate or of burn.
    pub fn conv2d(self, layer: impl Into<Conv2d>) -> Self {
        self.affine(layer.into())
    }
}

impl<const I: usize, const D: usize> fmt::Debug for Linearized<I, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linearized")
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wave;
    use crate::{Conv2dConfig, Dual, LinearConfig};
    use burn::module::Param;
    use burn::nn::PaddingConfig2d;
    use burn::prelude::Device;

    fn conv(channels: [usize; 2], padding: PaddingConfig2d, phase: f64) -> Conv2d {
        let mut layer = Conv2dConfig::new(channels, [3, 2])
            .with_stride([2, 1])
            .with_dilation([1, 2])
            .with_padding(padding)
            .init(&Device::default().autodiff());
        layer.weight = Param::from_tensor(wave([channels[1], channels[0], 3, 2], phase));
        layer.bias = Some(Param::from_tensor(wave([channels[1]], phase + 1.0)));
        layer
    }

    fn largest_difference<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f64 {
        (a.without_autodiff() - b.without_autodiff()).abs().max().into_scalar()
    }

    /// The same network by both: the gradient by autodiff, and of `<g, v>` by [`Dual`].
    #[test]
    fn it_agrees_with_autodiff_and_with_duals() {
        for padding in [
            PaddingConfig2d::Valid,
            PaddingConfig2d::Explicit(1, 0, 1, 0),
            PaddingConfig2d::Explicit(2, 1, 0, 1),
            PaddingConfig2d::Same,
        ] {
            for activation in [Activation::Relu, Activation::LeakyRelu(0.2), Activation::Identity] {
                agree(padding.clone(), activation);
            }
        }
    }

    fn agree(padding: PaddingConfig2d, activation: Activation) {
        let (first, second) = (conv([2, 3], padding.clone(), 0.2), conv([3, 2], padding, 0.9));
        let (x, v) = (wave([2, 2, 8, 9], 0.3), wave([2, 2, 8, 9], 1.9).detach());
        let width = second.forward(first.forward(x.clone())).dims()[1..].iter().product();
        let mut last = LinearConfig::new(width, 2).init(&Device::default().autodiff());
        last.weight = Param::from_tensor(wave([width, 2], 0.1));
        last.bias = Some(Param::from_tensor(wave([2], 0.5)));

        let around = Linearized::new(x.clone())
            .conv2d(&first)
            .activation(activation)
            .conv2d(&second)
            .activation(activation)
            .reshape([2, width])
            .linear(&last);
        let here = x.require_grad();
        let hidden = activation.forward(first.forward(here.clone()));
        let hidden = activation.forward(second.forward(hidden));
        let outputs = last.forward(hidden.reshape([2, width]));
        assert!(largest_difference(around.value().clone(), outputs.clone()) < 1e-12);
        let expected = here.grad(&outputs.sum().backward()).unwrap();
        let (gradient, along) = around.slope();
        assert!(largest_difference(gradient, expected) < 1e-12);

        let dual = Dual::new(here.detach(), v.clone())
            .conv2d(&first)
            .activation(activation)
            .conv2d(&second)
            .activation(activation);
        let expected = dual.reshape([2, width]).linear(&last).tangent.sum().backward();
        let got = along(v).backward();
        for layer in [&first, &second] {
            let (got, expected) = (layer.weight.grad(&got).unwrap(), layer.weight.grad(&expected).unwrap());
            assert!(largest_difference(got, expected) < 1e-12);
        }
        let (got, expected) = (last.weight.grad(&got).unwrap(), last.weight.grad(&expected).unwrap());
        assert!(largest_difference(got, expected) < 1e-12);
    }

    #[test]
    #[should_panic(expected = "linear piece by piece")]
    fn what_bends_is_refused() {
        let _ = Linearized::new(wave([1, 2], 0.0)).activation(Activation::Tanh);
    }
}
