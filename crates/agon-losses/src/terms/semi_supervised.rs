use burn::prelude::{Int, Tensor};

use super::auxiliary_classifier;
use crate::math::{row_log_sum_exp, softplus};

/// A classifier of `K` classes which is the discriminator too: the part that has labels.
///
/// ```text
/// -E log softmax(l)_y
/// ```
///
/// `l`: logits of the `K` classes (the class "generated" has the logit 0 and takes no part here); `y`: the
/// label.
///
/// # Shapes
/// `logits`: `[batch, classes]`; `labels`: `[batch]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let labels = Tensor::<1, Int>::from_data([3], &device);
/// let loss = agon_losses::semi_supervised_labelled(Tensor::zeros([1, 10], &device), labels);
/// assert!((loss.into_scalar::<f32>() - 10f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 5.
pub fn semi_supervised_labelled(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    auxiliary_classifier(logits, labels)
}

/// A classifier of `K` classes which is the discriminator too: the part that has no labels.
///
/// ```text
/// 1/2 (-E log D(u) - E log(1 - D(g))),    D(x) = Z / (Z + 1),    Z = sum_k e^(l_k)
/// ```
///
/// `l_k`: logits of the `K` classes, that of the class "generated" being fixed at 0; `u`: unlabelled real
/// samples; `g`: generated ones. With `z = log Z` it is `1/2 (-E z(u) + E softplus(z(u)) + E softplus(z(g)))`.
///
/// # Shapes
/// Logits `[batch, classes]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let undecided = Tensor::<2>::zeros([4, 1], &Device::default());
/// let loss = agon_losses::semi_supervised_unlabelled(undecided.clone(), undecided);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 5. The factor 1/2
/// is that of the authors' code.
pub fn semi_supervised_unlabelled(unlabelled: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
    // softplus(z) - z = softplus(-z).
    let of_real = softplus(-row_log_sum_exp(unlabelled)).mean();
    let of_fake = softplus(row_log_sum_exp(fake)).mean();
    (of_real + of_fake) * 0.5
}
