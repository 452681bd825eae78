//! Semi-supervised learning with K + 1 classes: the discriminator is the classifier.

use agon_losses::{feature_matching, semi_supervised_labelled, semi_supervised_unlabelled};
use burn::prelude::{Int, Tensor};

use crate::semi_supervised::{Classified, SemiRule, SemiSupervised};

/// A classifier of `K` classes that also tells real from generated, and a generator that matches its features.
///
/// ```text
/// L_D = -E log softmax(l(x))_y + 1/2 (-E log D(u) - E log(1 - D(G(z)))),   D = Z / (Z + 1),  Z = sum_k e^(l_k)
/// L_G = mean (E phi(u) - E phi(G(z)))^2
/// ```
///
/// `x`, `y`: labelled samples; `u`: unlabelled ones; `phi`: the last hidden layer. The class "generated" has the logit
/// 0, so that `K` logits are enough. Unlabelled samples teach the classifier where the data is: the classes are to part
/// where it is not. In the figure: labelled, unlabelled and generated samples go into one network with `K + 1` outputs;
/// an arrow from its last hidden layer leads back to the generator.
///
/// # Example
/// ```
/// use agon_models::{MlpGeneratorConfig, SemiClassifierConfig, SemiGan};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let semi = SemiGan::new(
///     MlpGeneratorConfig::new(100, 784).with_hidden(vec![500, 500]).with_batch_norm(true).init(&device),
///     SemiClassifierConfig::new(784, 10).init(&device),
/// );
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved techniques for training GANs", arXiv:1606.03498, sections 3.1 and 5; Odena 2016,
/// "Semi-supervised learning with generative adversarial networks", arXiv:1606.01583, has the same classifier with
/// the contest's own generator loss. The authors' code divides the squared difference of features by their number
/// in this experiment and takes absolute differences in others.
#[doc(alias = "K + 1")]
pub type SemiGan<G, C> = SemiSupervised<G, C, OneMoreClass>;

/// The rule of a [`SemiGan`]: generated samples are a class of their own.
#[derive(Debug)]
pub enum OneMoreClass {}

impl SemiRule for OneMoreClass {
    const RATE: f64 = 3e-3;

    fn classifier(x: Tensor<2>, y: Tensor<1, Int>, u: Tensor<2>, made: Tensor<2>) -> [Tensor<1>; 2] {
        [semi_supervised_labelled(x, y), semi_supervised_unlabelled(u, made)]
    }

    fn generator(u: impl FnOnce() -> Classified, made: Classified) -> Tensor<1> {
        let (real, fake) = (u().1, made.1);
        let width = real.dims()[1] as f64;
        feature_matching(real, fake) / width
    }
}
