//! Functions that stay finite, and keep finite gradients, for scores of any size.

use burn::prelude::Tensor;
use burn::tensor::{DType, activation};

/// `log(1 + e^x)`, exact to rounding at both ends.
///
/// burn's own threshold of 20 leaves an error of 2e-9 in the gradient, visible in f64.
pub(crate) fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activation::softplus_with_threshold(x, 1.0, 40.0)
}

/// `log(log(1 + e^x))`, also where the softplus itself underflows.
pub(crate) fn log_softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // log(1 + e^x) = e^x (1 - e^x / 2 + ..), whose logarithm is x to within e^x.
    let tail = x.clone().lower_elem(-40.0);
    let near = softplus(x.clone().mask_fill(tail.clone(), 0.0)).log();
    near.mask_where(tail, x)
}

/// `e^x` up to the [cap], and its tangent beyond, so that sums over a batch stay finite.
pub(crate) fn capped_exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let cap = cap(&x);
    x.clone().clamp_max(cap).exp() + activation::relu(x - cap) * cap.exp()
}

/// Where exponentials end.
///
/// Their slopes must also have squares: Adam keeps the mean of those, and one which overflows (from `e^44` on in f32)
/// would make all its later steps zero, while every loss and weight stays finite.
pub(crate) fn cap<const D: usize>(like: &Tensor<D>) -> f64 {
    match like.dtype() {
        DType::F64 => 60.0,
        DType::F16 => 8.0,
        _ => 40.0,
    }
}

/// `log sum exp` over all elements.
pub(crate) fn log_sum_exp(x: Tensor<2>) -> Tensor<1> {
    let top = x.clone().detach().max();
    (x - top.clone().unsqueeze()).exp().sum().log() + top
}

/// `log sum exp` of each row: `[rows, 1]`.
pub(crate) fn row_log_sum_exp(x: Tensor<2>) -> Tensor<2> {
    let top = x.clone().detach().max_dim(1);
    (x - top.clone()).exp().sum_dim(1).log() + top
}

/// `x / n`, with a gradient in the precision of `x`: burn's own division by a number rounds it to f32.
pub(crate) fn over<const D: usize>(x: Tensor<D>, n: f64) -> Tensor<D> {
    x * (1.0 / n)
}

/// The mean over all pairs of different rows, of a square matrix of what is found for every pair.
pub(crate) fn mean_of_pairs(all: Tensor<2>) -> Tensor<1> {
    let n = all.dims()[0];
    let same = Tensor::<2>::eye(n, &all.device()).cast(all.dtype()).bool();
    over(all.mask_fill(same, 0.0).sum(), (n * n.saturating_sub(1)).max(1) as f64)
}

/// The Euclidean norm of all elements, with gradient zero where it is zero.
pub(crate) fn norm(x: Tensor<1>) -> Tensor<1> {
    let least = least(&x);
    x.square().sum().clamp_min(least).sqrt()
}

/// What stands in for zero where a root or a logarithm is taken, or is divided by: the smallest number of full precision.
pub(crate) fn least<const D: usize>(like: &Tensor<D>) -> f64 {
    match like.dtype() {
        DType::F16 => 6.2e-5,
        _ => f64::from(f32::MIN_POSITIVE),
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::{capped_exp, log_softplus, log_sum_exp, softplus};
    use crate::testing::{close, f64s, values};

    #[test]
    fn the_slope_of_a_capped_exponential_can_be_squared() {
        let x = Tensor::<1>::from_floats([100.0, -100.0], &Device::default().autodiff()).require_grad();
        let gradients = capped_exp(x.clone()).sum().backward();
        let slopes = x.grad(&gradients).unwrap();
        // A sum over a batch of a hundred such samples can, too.
        assert!(values((slopes * 64.0).square()).iter().all(|square| square.is_finite()));
    }

    fn slope(f: impl Fn(Tensor<1>) -> Tensor<1>, at: &[f64]) -> Vec<f64> {
        let x = f64s(at, &Device::default().autodiff()).require_grad();
        let gradients = f(x.clone()).sum().backward();
        values(x.grad(&gradients).unwrap())
    }

    #[test]
    fn softplus_is_exact_at_both_ends_and_its_slope_is_the_sigmoid() {
        let at = [-100.0, -30.0, 0.0, 25.0, 39.0, 41.0, 100.0];
        let exact: Vec<f64> = at.iter().map(|x: &f64| x.max(0.0) + (-x.abs()).exp().ln_1p()).collect();
        let sigmoid: Vec<f64> = at.iter().map(|x: &f64| 1.0 / (1.0 + (-x).exp())).collect();
        close(&values(softplus(f64s(&at, &Device::default()))), &exact, 1e-15);
        close(&slope(softplus, &at), &sigmoid, 1e-15);
    }

    #[test]
    fn log_softplus_follows_its_tail() {
        let at = [-1000.0, -39.0, 0.0, 2.0, 100.0];
        let exact = [-1000.0, -39.0, 2f64.ln().ln(), 2f64.exp().ln_1p().ln(), 100f64.ln()];
        close(&values(log_softplus(f64s(&at, &Device::default()))), &exact, 1e-14);
        assert!(slope(log_softplus, &at).iter().all(|s| s.is_finite()));
    }

    #[test]
    fn capped_exp_is_the_exponential_and_then_its_tangent() {
        let at = [-100.0, 0.0, 59.0, 61.0];
        let exact = [(-100f64).exp(), 1.0, 59f64.exp(), 2.0 * 60f64.exp()];
        close(&values(capped_exp(f64s(&at, &Device::default()))), &exact, 1e-14);
        close(&slope(capped_exp, &at), &[exact[0], 1.0, exact[2], 60f64.exp()], 1e-14);
    }

    #[test]
    fn log_sum_exp_of_great_numbers_is_finite() {
        let x = Tensor::<2>::from_data([[100.0, 100.0], [-100.0, -100.0]], &Device::default());
        close(&values(log_sum_exp(x)), &[100.0 + 2f64.ln()], 1e-6);
    }
}
