use burn::prelude::Tensor;

use crate::math::{capped_exp, row_log_sum_exp};

/// The categorical code can be read back from the sample.
///
/// ```text
/// -E log q(c|g) = -E log softmax(l)_c
/// ```
///
/// `c`: the code, one-hot; `l`: logits that the recognition network finds in the sample `g` made from it. Up
/// to the code's entropy it is the negative of a lower bound of the mutual information between code and
/// sample. Generator and recognition network both minimise it.
///
/// # Shapes
/// `logits`, `code`: `[batch, categories]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let code = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0]], &device);
/// let loss = agon_losses::categorical_information(code.zeros_like(), code);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Chen et al. 2016, "InfoGAN", arXiv:1606.03657, equation 5.
pub fn categorical_information(logits: Tensor<2>, code: Tensor<2>) -> Tensor<1> {
    let chosen = (logits.clone() * code).sum_dim(1);
    (row_log_sum_exp(logits) - chosen).mean()
}

/// The continuous code can be read back from the sample.
///
/// ```text
/// -E log q(c|g) = E sum 1/2 (log 2 pi + v + (c - m)^2 e^-v)
/// ```
///
/// `c`: the code; `m`, `v`: mean and log-variance of a factored Gaussian, which the recognition network finds
/// in the sample `g` made from the code. The sum is over the code's dimensions. As in
/// [`categorical_information`], both networks minimise it. The authors' code keeps the variance at one. `e^-v` goes on as
/// a straight line below `v = -40` (-60 in f64), where it would soon overflow.
///
/// # Shapes
/// All `[batch, code]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let zero = Tensor::<2>::zeros([4, 2], &Device::default());
/// let loss = agon_losses::gaussian_information(zero.clone(), zero.clone(), zero);
/// assert!((loss.into_scalar::<f32>() - std::f32::consts::TAU.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Chen et al. 2016, "InfoGAN", arXiv:1606.03657, equation 5.
pub fn gaussian_information(mean: Tensor<2>, log_variance: Tensor<2>, code: Tensor<2>) -> Tensor<1> {
    let distance = (code - mean).square() * capped_exp(-log_variance.clone());
    let twice = distance + log_variance + std::f64::consts::TAU.ln();
    twice.sum_dim(1).mean() * 0.5
}

/// Codes that are found stay near the noise they are replaced by.
///
/// ```text
/// KL(N(m, e^v) | N(0, I)) = 1/2 sum (m^2 + e^v - v - 1)
/// ```
///
/// The sum is over the code's dimensions, the mean over the batch.
///
/// # Shapes
/// Both `[batch, code]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let zero = Tensor::<2>::zeros([4, 2], &Device::default());
/// assert_eq!(agon_losses::gaussian_divergence(zero.clone(), zero).into_scalar::<f32>(), 0.0);
/// ```
///
/// # References
/// Kingma and Welling 2014, "Auto-encoding variational Bayes", arXiv:1312.6114, appendix B.
pub fn gaussian_divergence(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<1> {
    let twice = mean.square() + log_variance.clone().exp() - log_variance - 1.0;
    twice.sum_dim(1).mean() * 0.5
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::{categorical_information, gaussian_divergence, gaussian_information};
    use crate::testing::{close, value, values};

    #[test]
    fn the_divergence_is_that_of_gaussians() {
        let full = |value: f64| Tensor::<2>::full([2, 3], value, &Device::default());
        let of = |mean, log_variance| gaussian_divergence(full(mean), full(log_variance)).into_scalar::<f64>();
        assert!(of(0.0, 0.0).abs() < 1e-6);
        assert!((of(2.0, 1.0) - 1.5 * (4.0 + 1f64.exp() - 2.0)).abs() < 1e-5);
    }

    #[test]
    fn a_vanishing_variance_stays_finite() {
        let device = Device::default().autodiff();
        let full = |value: f64| Tensor::<2>::full([2, 1], value, &device).require_grad();
        let (mean, log_variance) = (full(0.5), full(-200.0));
        let loss = gaussian_information(mean.clone(), log_variance.clone(), mean.zeros_like());
        let gradients = loss.backward();
        let slopes = [mean, log_variance].map(|x| x.grad(&gradients).unwrap().square());
        assert!(value(loss).is_finite());
        assert!(slopes.into_iter().flat_map(values).all(|square| square.is_finite()));
    }

    #[test]
    fn the_mean_of_both_is_the_value_of_tensorflow_gan() {
        let device = Device::default();
        let logits = Tensor::<2>::from_data([[1.0, 2.0]], &device);
        let code = Tensor::<2>::from_data([[0.0, 1.0]], &device);
        let zero = Tensor::<2>::zeros([1, 1], &device);
        let gaussian = gaussian_information(zero.clone(), zero.clone(), zero + 2.0);
        let sum = value(categorical_information(logits, code)) + value(gaussian);
        close(&[sum / 2.0], &[1.61610], 1e-5);
    }
}
