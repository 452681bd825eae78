//! Triple-GAN: a classifier and a generator both make pairs of sample and label; the discriminator judges pairs.

mod weights;

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Conditioned, Discriminator, Error, Feed, Game, Generator, MovingAverage,
    Optimizer, Player, Result, Round, Sample, Sampling, Scored, one_hot,
};
use agon_losses::{NonSaturating, auxiliary_classifier};
use burn::module::Module;
use burn::prelude::{Int, Tensor};
use burn::tensor::activation::{softmax, softplus};

use crate::PartlyLabelled;
use crate::catgan::{conditional_entropy, marginal_entropy};
pub use weights::TripleWeights;

/// A classifier `C` of samples, a generator `G` of samples from labels, and a discriminator `D` of pairs.
///
/// ```text
/// min_(C, G) max_D  (1 - t) E log D(x, y) + t E log D(o, C(o))
///                   + a E log(1 - D(u, C(u))) + (1 - a) E log(1 - D(G(z, y'), y'))
/// ```
///
/// `x`, `y`: labelled samples; `u`, `o`: unlabelled ones; `y'`: labels drawn from the prior. Labelled samples are few, and
/// a discriminator that knows them by heart takes every other pair for a wrong one. So most of its true pairs (a share
/// `t`) are unlabelled samples `o`, other than `u`, with the classifier's guess: the paper's way out. What the classifier
/// minimises:
///
/// ```text
/// -E log C(y|x)                                  it learns from the labels,
/// + confidence E H[C(.|u)] - balance H[E C(.|u)] is sure of unlabelled samples while using all classes alike,
/// + a E sum_y C(y|u) softplus(-D(u, y))          makes pairs that pass for true: labels need no draw,
/// - pseudo E log C(y'|G(z, y'))                  and from some round on learns from generated pairs
/// ```
///
/// `H`: entropy. At first it learns alone, by the first two rows and with a balance of its own. The paper's figure, in
/// words: three sources of pairs, of data, of `G` and of `C`, all go into `D`; only those of the data are to be
/// accepted; cross entropies tie `C` to the data and to `G`.
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
/// Li, Xu, Zhu and Zhang 2017, "Triple generative adversarial nets", arXiv:1703.02291. The paper draws the classifier's
/// label for `D(u, C(u))`; here, as in the authors' code, it is the most probable one. For its own adversarial term the
/// code takes the most probable label too, unless told to sum; its balance is the cross entropy from equal shares,
/// which minds classes that are never used more than the entropy here; its `D` has Gaussian noise, and labels join `G`
/// and `D` at every layer. Of `log(1 - D)` generator and classifier see the non-saturating form, `-log D`.
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
        let adam = || Adam::new(3e-4).betas(0.5, 0.999);
        let mut classifier = Player::discriminator(classifier, adam()).named("classifier");
        classifier.set_average(MovingAverage::new(0.999));
        Self {
            generator: Player::generator(generator, adam()),
            classifier,
            discriminator: Player::discriminator(discriminator, adam()),
            weights: TripleWeights::default(),
        }
    }

    /// How much each part counts.
    pub fn weights(mut self, weights: TripleWeights) -> Self {
        self.weights = weights;
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

    /// The pairs that the classifier makes of samples.
    fn guess(&self, u: &S) -> Conditioned<S> {
        let logits = self.classifier.frozen().discriminate(u.clone()).0;
        let classes = logits.dims()[1];
        Conditioned::new(u.clone(), one_hot(logits.argmax(1).flatten(0, 1), classes))
    }

    /// A step of the discriminator. True are labelled samples and, by trust, unlabelled ones as the classifier takes them;
    /// wrong are others as it takes them, and what the generator made.
    fn judge(&mut self, [labelled, trusted, guessed, made]: [Conditioned<S>; 4], round: &mut Round) {
        let TripleWeights {
            alpha, trusted: trust, ..
        } = self.weights;
        let scores = |pairs| self.discriminator.network().discriminate(pairs).scores();
        let right = |pairs| softplus(-scores(pairs), 1.0).mean();
        let wrong = |pairs| softplus(scores(pairs), 1.0).mean();
        let loss = right(labelled) * (1.0 - trust)
            + right(trusted) * trust
            + wrong(guessed) * alpha
            + wrong(made) * (1.0 - alpha);
        round.measure("loss/discriminator", &loss);
        self.discriminator.update(round, &loss);
    }

    /// What the classifier learns without the others: the labels, to be sure, and to use all classes alike.
    fn by_itself(
        &self,
        labelled: (S, Tensor<1, Int>),
        logits: Tensor<2>,
        balance: f64,
        round: &mut Round,
    ) -> Tensor<1> {
        let (x, y) = labelled;
        let loss = auxiliary_classifier(self.classifier.network().discriminate(x).0, y);
        round.measure("loss/labelled", &loss);
        let confidence = self.weights.confidence;
        loss + conditional_entropy(logits.clone()) * confidence - marginal_entropy(logits) * balance
    }

    fn learn_alone(&mut self, labelled: (S, Tensor<1, Int>), u: S, round: &mut Round) {
        let logits = self.classifier.network().discriminate(u).0;
        let loss = self.by_itself(labelled, logits, self.weights.balance_alone, round);
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);
    }

    fn classify(&mut self, labelled: (S, Tensor<1, Int>), u: &S, made: &Conditioned<S>, round: &mut Round) {
        let TripleWeights {
            alpha,
            pseudo,
            pseudo_from,
            balance,
            ..
        } = self.weights;
        let classifier = self.classifier.network();
        let logits = classifier.discriminate(u.clone()).0;
        let refused = softmax(logits.clone(), 1) * self.refusals(u, logits.dims()[1]);
        let mut loss = self.by_itself(labelled, logits, balance, round) + refused.sum_dim(1).mean() * alpha;
        if round.step() >= pseudo_from {
            let logits = classifier.discriminate(made.sample.detached()).0;
            loss = loss + auxiliary_classifier(logits, made.labels()) * pseudo;
        }
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);
    }

    /// `softplus(-D(u, y))` for each sample and class: `[batch, classes]`, without gradients.
    fn refusals(&self, u: &S, classes: usize) -> Tensor<2> {
        let (rows, discriminator) = (u.size(), self.discriminator.frozen());
        let all = Tensor::<2>::eye(classes, &u.rows().device());
        let of_class = |class: usize| {
            let asked = all.clone().narrow(0, class, 1).repeat_dim(0, rows);
            let pairs = Conditioned::new(u.detached(), asked);
            let scores = discriminator.discriminate(pairs).scores().mean_dim(1).detach();
            softplus(-scores, 1.0)
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
        self.weights.check()?;
        let ((x, y), u) = data.next_batch()?;
        if data.taken() == 1 {
            let guessed = self.classifier.network().valid().discriminate(x.clone()).0;
            Error::unless_below("a label", y.clone(), guessed.dims()[1])?;
            let asked = self.generator.network().sample(1, 0).condition.dims()[1];
            let expected = format!("{asked} classes, as the generator has");
            let found = guessed.dims()[1];
            Error::unless(found == asked, "the classifier of a Triple-GAN", expected, found)?;
        }
        if round.step() <= self.weights.alone {
            self.learn_alone((x, y), u, round);
            return Ok(());
        }
        let (_, other) = data.next_batch()?;
        let prior = self.generator.network().prior();
        let made = self.generator.network().generate(round.draw(&*prior, u.size()));
        round.measure_spreads(&u, &made.sample);
        let classes = made.condition.dims()[1];
        let labelled = Conditioned::new(x.clone(), one_hot(y.clone(), classes));
        let pairs = [labelled, self.guess(&other), self.guess(&u), made.detached()];
        self.judge(pairs, round);
        self.classify((x, y), &u, &made, round);

        let scores = self.discriminator.frozen().discriminate(made).scores();
        let loss = NonSaturating.generator(scores, None) * (1.0 - self.weights.alpha);
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.discriminator, &mut self.classifier, &mut self.generator]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl<G: Generator, C: Module, D: Module> Sampling for TripleGan<G, C, D> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator.best().sample(n, seed)
    }
}
