//! Triple-GAN: a classifier and a generator both make pairs of sample and label; the discriminator judges pairs.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Conditioned, Discriminator, Feed, Game, Generator, MovingAverage, Optimizer,
    Player, Result, Round, Sample, Sampling, Scored,
};
use agon_losses::{NonSaturating, auxiliary_classifier};
use burn::module::Module;
use burn::prelude::{Int, Tensor};
use burn::tensor::activation::softmax;

use crate::PartlyLabelled;
use crate::catgan::{conditional_entropy, marginal_entropy};

/// How much the parts of a [`TripleGan`] count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TripleWeights {
    /// Of the classifier's pairs among the wrong ones; the rest are the generator's (1/2 in the paper).
    pub alpha: f64,
    /// Of classifying generated samples as what they were asked to be (0.1 in the authors' code).
    pub pseudo: f64,
    /// From which round on it does, since generated samples are no use before (the authors' code waits 200 epochs).
    pub pseudo_from: u64,
    /// Of being sure of unlabelled samples (0.3).
    pub confidence: f64,
    /// Of using all classes alike (1e-3).
    pub balance: f64,
}

impl Default for TripleWeights {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            pseudo: 0.1,
            pseudo_from: 200,
            confidence: 0.3,
            balance: 1e-3,
        }
    }
}

/// A classifier `C` of samples, a generator `G` of samples from labels, and a discriminator `D` of pairs.
///
/// ```text
/// min_(C, G) max_D  E log D(x, y) + a E log(1 - D(u, C(u))) + (1 - a) E log(1 - D(G(z, y'), y'))
/// ```
///
/// `x`, `y`: labelled samples; `u`: unlabelled ones; `y'`: labels drawn from the prior. The classifier also learns from
/// the labels, is to be sure of unlabelled samples while using all classes alike, and from some round on learns from
/// generated pairs. Its own adversarial term needs no draw of labels, since they can be summed over:
///
/// ```text
/// a E_u sum_y C(y|u) softplus(-D(u, y))
/// ```
///
/// # Example
/// ```
/// use agon_models::{MlpDiscriminatorConfig, MlpGeneratorConfig, SemiClassifierConfig, Told, TripleGan};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let triple = TripleGan::new(
///     Told::generator(MlpGeneratorConfig::new(100 + 10, 784), 10, &device)?,
///     SemiClassifierConfig::new(784, 10).init(&device),
///     Told::discriminator(MlpDiscriminatorConfig::new(784 + 10), 10, &device)?,
/// );
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Li, Xu, Zhu and Zhang 2017, "Triple generative adversarial nets", arXiv:1703.02291. The paper draws the
/// classifier's label for `D(u, C(u))`; here, as in the authors' code, it is the most probable one.
#[derive(Debug)]
pub struct TripleGan<G: Module, C: Module, D: Module> {
    generator: Player<G>,
    classifier: Player<C>,
    discriminator: Player<D>,
    weights: TripleWeights,
}

impl<S, G, C, D> TripleGan<G, C, D>
where
    S: Sample,
    G: Generator<Output = Conditioned<S>>,
    C: Discriminator<Input = S, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<S>>,
{
    /// These networks, Adam (3e-4, .5, .999), and an average of the classifier's weights.
    pub fn new(generator: G, classifier: C, discriminator: D) -> Self {
        let configs = (generator.config(), classifier.config(), discriminator.config());
        let adam = || Adam::new(3e-4).betas(0.5, 0.999);
        let mut classifier = Player::new("classifier", classifier, adam()).with_config(configs.1);
        classifier.set_average(MovingAverage::new(0.999));
        Self {
            generator: Player::new("generator", generator, adam()).with_config(configs.0),
            classifier,
            discriminator: Player::new("discriminator", discriminator, adam()).with_config(configs.2),
            weights: TripleWeights::default(),
        }
    }

    /// How much each part counts.
    pub fn weights(mut self, weights: TripleWeights) -> Self {
        self.weights = weights;
        self
    }

    /// All players learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.classifier.set_optimizer(optimizer.clone());
        self.discriminator.set_optimizer(optimizer);
        self
    }

    /// The classifier learns by this rule.
    pub fn classifier_optimizer(mut self, optimizer: impl Into<Optimizer>) -> Self {
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

    /// The discriminator of pairs.
    pub fn discriminator(&self) -> &D {
        self.discriminator.network()
    }

    fn judge(&mut self, real: Conditioned<S>, guessed: Conditioned<S>, made: &Conditioned<S>, round: &mut Round) {
        let discriminator = self.discriminator.network();
        let scores = |pairs| discriminator.discriminate(pairs).scores();
        let (real, guessed, made) = (scores(real), scores(guessed), scores(made.detached()));
        let alpha = self.weights.alpha;
        let against = |wrong| NonSaturating.discriminator(real.clone(), wrong);
        let loss = against(guessed) * alpha + against(made) * (1.0 - alpha);
        round.measure("loss/discriminator", &loss);
        self.discriminator.update(round, &loss);
    }

    fn classify(&mut self, x: S, y: Tensor<1, Int>, u: &S, made: &Conditioned<S>, round: &mut Round) {
        let classifier = self.classifier.network();
        let labelled = auxiliary_classifier(classifier.discriminate(x).0, y);
        round.measure("loss/labelled", &labelled);
        let logits = classifier.discriminate(u.clone()).0;
        let TripleWeights {
            alpha,
            pseudo,
            pseudo_from,
            confidence,
            balance,
        } = self.weights;
        let adversarial = (softmax(logits.clone(), 1) * self.refused(u, logits.dims()[1]))
            .sum_dim(1)
            .mean();
        let sure = conditional_entropy(logits.clone()) * confidence - marginal_entropy(logits) * balance;
        let mut loss = labelled + adversarial * alpha + sure;
        if round.step() >= pseudo_from {
            let logits = classifier.discriminate(made.sample.detached()).0;
            loss = loss + auxiliary_classifier(logits, made.labels()) * pseudo;
        }
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);
    }

    /// `softplus(-D(u, y))` for each sample and class: `[batch, classes]`, without gradients.
    fn refused(&self, u: &S, classes: usize) -> Tensor<2> {
        let (rows, discriminator) = (u.size(), self.discriminator.frozen());
        let of_class = |class: usize| {
            let labels = Tensor::<1, Int>::full([rows], class as i64, &u.rows().device());
            let pairs = Conditioned::labelled(u.detached(), labels, classes);
            let scores = discriminator.discriminate(pairs).scores().mean_dim(1).detach();
            burn::tensor::activation::softplus(-scores, 1.0)
        };
        Tensor::cat((0..classes).map(of_class).collect(), 1)
    }
}

impl<S, G, C, D> Game for TripleGan<G, C, D>
where
    S: Sample,
    G: Generator<Output = Conditioned<S>>,
    C: Discriminator<Input = S, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<S>>,
{
    type Batch = PartlyLabelled<S>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), u) = data.next_batch()?;
        let prior = self.generator.network().prior();
        let made = self.generator.network().generate(round.draw(&*prior, u.size()));
        let logits = self.classifier.frozen().discriminate(u.clone()).0;
        let classes = logits.dims()[1];
        let guess = logits.argmax(1).flatten(0, 1);
        let real = Conditioned::labelled(x.clone(), y.clone(), classes);
        self.judge(real, Conditioned::labelled(u.clone(), guess, classes), &made, round);
        self.classify(x, y, &u, &made, round);

        let scores = self.discriminator.frozen().discriminate(made).scores();
        let loss = NonSaturating.generator(scores, None) * (1.0 - self.weights.alpha);
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.classifier, &mut self.generator]
    }
}

impl<G: Generator, C: Module, D: Module> Sampling for TripleGan<G, C, D> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator.best().sample(n, seed)
    }
}
