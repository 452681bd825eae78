//! CatGAN: the discriminator is sure of real samples, unsure of generated ones, and uses all classes alike.

use agon_core::{
    Adam, AnyPlayer, Discriminator, Feed, Game, Generator, MovingAverage, Optimizer, Player, Result, Round, Sample,
    Sampling,
};
use agon_losses::auxiliary_classifier;
use burn::module::Module;
use burn::prelude::Tensor;
use burn::tensor::activation::{log_softmax, softmax};

use crate::PartlyLabelled;

/// A classifier and a generator, for whom a sample is real if the classifier is sure of its class.
///
/// ```text
/// max_D  H[E p(y|u)] - E H[p(y|u)] + E H[p(y|G(z))] + E log p(y|x)
/// max_G  H[E p(y|G(z))] - E H[p(y|G(z))]
/// ```
///
/// `H`: entropy; `u`: unlabelled samples; `x`, `y`: labelled ones. There is no class "generated". Without labels it is
/// a way of clustering.
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
/// arXiv:1511.06390, equations 7 to 9. Published implementations differ in whether marginal entropies are of the
/// batch (the paper, and here) or of a running mean.
#[derive(Debug)]
pub struct CatGan<G: Module, C: Module> {
    generator: Player<G>,
    classifier: Player<C>,
}

impl<G, C> CatGan<G, C>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
{
    /// These networks, Adam (2e-4, .5, .999), and an average of the classifier's weights.
    pub fn new(generator: G, classifier: C) -> Self {
        let (of_generator, of_classifier) = (generator.config(), classifier.config());
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        let mut classifier = Player::new("classifier", classifier, adam()).with_config(of_classifier);
        classifier.set_average(MovingAverage::new(0.999));
        Self {
            generator: Player::new("generator", generator, adam()).with_config(of_generator),
            classifier,
        }
    }

    /// Both players learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.classifier.set_optimizer(optimizer);
        self
    }

    /// How slowly the average of the classifier's weights follows them.
    pub fn average(mut self, decay: f64) -> Self {
        self.classifier.set_average(MovingAverage::new(decay));
        self
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }

    /// The classifier, with averaged weights.
    pub fn classifier(&self) -> &C {
        self.classifier.best()
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

impl<G, C> Game for CatGan<G, C>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
{
    type Batch = PartlyLabelled<G::Output>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), u) = data.next_batch()?;
        let prior = self.generator.network().prior();
        let made = self.generator.network().generate(round.draw(&*prior, u.size()));

        let classifier = self.classifier.network();
        let logits = |samples| classifier.discriminate(samples).0;
        let (of_real, of_made) = (logits(u), logits(made.detached()));
        let sure = conditional_entropy(of_real.clone()) - marginal_entropy(of_real);
        let labelled = auxiliary_classifier(logits(x), y);
        round.measure("loss/labelled", &labelled);
        let loss = labelled + sure - conditional_entropy(of_made);
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);

        let of_made = self.classifier.frozen().discriminate(made).0;
        let loss = conditional_entropy(of_made.clone()) - marginal_entropy(of_made);
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.classifier, &mut self.generator]
    }
}

impl<G: Generator, C: Module> Sampling for CatGan<G, C> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator.best().sample(n, seed)
    }
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
