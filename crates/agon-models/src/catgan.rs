//! CatGAN: the discriminator is sure of real samples, unsure of generated ones, and uses all classes alike.

use agon_losses::auxiliary_classifier;
use burn::prelude::{Int, Tensor};
use burn::tensor::activation::{log_softmax, softmax};

use crate::semi_supervised::{Classified, SemiRule, SemiSupervised};

/// A classifier and a generator, for whom a sample is real if the classifier is sure of its class.
///
/// ```text
/// max_D  H[E p(y|u)] - E H[p(y|u)] + E H[p(y|G(z))] + E log p(y|x)
/// max_G  H[E p(y|G(z))] - E H[p(y|G(z))]
/// ```
///
/// `H`: entropy; `u`: unlabelled samples; `x`, `y`: labelled ones. There is no class "generated".
/// In the figure: the classifier's bars over the classes stand up in one place for a real sample,
/// lie flat for a generated one, and are alike in sum over many samples.
///
/// # Example
/// ```
/// use agon_models::{CatGan, MlpGeneratorConfig, SemiClassifierConfig};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let catgan = CatGan::new(
///     MlpGeneratorConfig::new(100, 784).with_batch_norm(true).init(&device),
///     SemiClassifierConfig::new(784, 10).init(&device),
/// );
/// ```
///
/// # References
/// Springenberg 2016, "Unsupervised and semi-supervised learning with categorical generative adversarial networks",
/// arXiv:1511.06390, equations 7 to 9. Published implementations differ in whether marginal entropies are of the batch
/// (the paper, and here) or of a running mean. The paper's weight of the last term for the discriminator is 1 here.
pub type CatGan<G, C> = SemiSupervised<G, C, Certainty>;

/// The rule of a [`CatGan`]: real is what the classifier is sure of.
#[derive(Debug)]
pub enum Certainty {}

impl SemiRule for Certainty {
    const RATE: f64 = 2e-4;

    fn classifier(x: Tensor<2>, y: Tensor<1, Int>, u: Tensor<2>, made: Tensor<2>) -> [Tensor<1>; 2] {
        let sure = conditional_entropy(u.clone()) - marginal_entropy(u);
        [auxiliary_classifier(x, y), sure - conditional_entropy(made)]
    }

    fn generator(_: impl FnOnce() -> Classified, made: Classified) -> Tensor<1> {
        conditional_entropy(made.0.clone()) - marginal_entropy(made.0)
    }
}

/// `E H[p(y|x)]`, in nats.
pub(crate) fn conditional_entropy(logits: Tensor<2>) -> Tensor<1> {
    -(softmax(logits.clone(), 1) * log_softmax(logits, 1)).sum_dim(1).mean()
}

/// `H[E p(y|x)]`, in nats.
pub(crate) fn marginal_entropy(logits: Tensor<2>) -> Tensor<1> {
    let marginal = softmax(logits, 1).mean_dim(0);
    // No class is so rare that its logarithm would be lost.
    -(marginal.clone() * marginal.clamp_min(1e-12).log()).sum()
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn entropies_of_certainty_and_of_doubt() {
        let device = Device::default();
        let sure = Tensor::<2>::from_data([[100.0, 0.0], [0.0, 100.0]], &device);
        let doubt = Tensor::<2>::zeros([3, 2], &device);
        let value = |tensor: Tensor<1>| tensor.into_scalar::<f32>();
        assert!(value(conditional_entropy(sure.clone())).abs() < 1e-6);
        assert!((value(marginal_entropy(sure)) - 2f32.ln()).abs() < 1e-6);
        assert!((value(conditional_entropy(doubt.clone())) - 2f32.ln()).abs() < 1e-6);
        assert!((value(marginal_entropy(doubt)) - 2f32.ln()).abs() < 1e-6);
    }
}
