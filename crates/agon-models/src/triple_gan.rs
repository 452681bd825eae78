//! Triple-GAN: a classifier and a generator both make pairs of sample and label; the discriminator judges pairs.

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

/// How much the parts of a [`TripleGan`] count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TripleWeights {
    /// Of the classifier's pairs among the wrong ones; the rest are the generator's (1/2 in the paper).
    pub alpha: f64,
    /// Of classifying generated samples as what they were asked to be (0.1 in the authors' code).
    pub pseudo: f64,
    /// From which round of the run on it does, since generated samples are no use before (the authors' code waits 300
    /// epochs, ten times as long as the classifier is `alone`).
    pub pseudo_from: u64,
    /// Of being sure of unlabelled samples (0.3).
    pub confidence: f64,
    /// Of using all classes alike (1e-3).
    pub balance: f64,
    /// Of unlabelled samples, as the classifier takes them, among the true pairs; the rest are the labelled ones. Those
    /// alone are so few that the discriminator knows them by heart (1 in 401 in the authors' code for digits).
    pub trusted: f64,
    /// Rounds in which the classifier learns alone, before its guesses are trusted (30 epochs in the authors' code).
    pub alone: u64,
    /// Of using all classes alike in those rounds (0.3).
    pub balance_alone: f64,
}

impl Default for TripleWeights {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            pseudo: 0.1,
            pseudo_from: 1_000,
            confidence: 0.3,
            balance: 1e-3,
            trusted: 0.9,
            alone: 200,
            balance_alone: 0.3,
        }
    }
}

impl TripleWeights {
    fn check(&self) -> Result<()> {
        Error::unless_part("alpha of a Triple-GAN", self.alpha)?;
        Error::unless_part("trusted of a Triple-GAN", self.trusted)?;
        for (what, weight) in [
            ("pseudo", self.pseudo),
            ("confidence", self.confidence),
            ("balance", self.balance),
            ("balance_alone", self.balance_alone),
        ] {
            Error::unless_at_least_zero(format!("{what} of a Triple-GAN"), weight)?;
        }
        Ok(())
    }
}

/// A classifier `C` of samples, a generator `G` of samples from labels, and a discriminator `D` of pairs.
///
/// ```text
/// min_(C, G) max_D  E log D(x, y) + a E log(1 - D(u, C(u))) + (1 - a) E log(1 - D(G(z, y'), y'))
/// ```
///
/// `x`, `y`: labelled samples; `u`: unlabelled ones; `y'`: labels drawn from the prior. Labelled samples are few, and a
/// discriminator that knows them by heart takes every other pair for a wrong one. So most of its true pairs are
/// unlabelled samples, other than `u`, with the classifier's guess: the paper's way out. What the classifier minimises:
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

    fn judge(&mut self, pairs: Pairs<Conditioned<S>>, round: &mut Round) {
        let discriminator = self.discriminator.network();
        let loss = contest(
            self.weights,
            pairs.map(|pairs| discriminator.discriminate(pairs).scores()),
        );
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

/// What the discriminator sees in a round: true pairs, and wrong ones.
struct Pairs<T> {
    /// True: labelled samples.
    labelled: T,
    /// True, by trust: unlabelled samples with the classifier's guess.
    trusted: T,
    /// Wrong: others with its guess.
    guessed: T,
    /// Wrong: what the generator made.
    generated: T,
}

impl<T> Pairs<T> {
    fn map<U>(self, change: impl Fn(T) -> U) -> Pairs<U> {
        Pairs {
            labelled: change(self.labelled),
            trusted: change(self.trusted),
            guessed: change(self.guessed),
            generated: change(self.generated),
        }
    }
}

/// The discriminator's loss, from the scores of all pairs.
fn contest(weights: TripleWeights, scores: Pairs<Tensor<2>>) -> Tensor<1> {
    let TripleWeights { alpha, trusted, .. } = weights;
    let right = |scores: Tensor<2>| softplus(-scores, 1.0).mean();
    let wrong = |scores: Tensor<2>| softplus(scores, 1.0).mean();
    right(scores.labelled) * (1.0 - trusted)
        + right(scores.trusted) * trusted
        + wrong(scores.guessed) * alpha
        + wrong(scores.generated) * (1.0 - alpha)
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
        if round.step() == 1 {
            let guessed = self.classifier.network().valid().discriminate(x.clone()).0;
            Error::unless_below("a label", y.clone(), guessed.dims()[1])?;
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
        let pairs = Pairs {
            labelled: Conditioned::new(x.clone(), one_hot(y.clone(), classes)),
            trusted: self.guess(&other),
            guessed: self.guess(&u),
            generated: made.detached(),
        };
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

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn trusted_pairs_take_the_place_of_labelled_ones() {
        let scores = || {
            let pairs = Pairs {
                labelled: 2.0,
                trusted: -1.0,
                guessed: 0.5,
                generated: -3.0,
            };
            pairs.map(|score: f32| Tensor::<2>::full([3, 1], score, &Device::default()))
        };
        let value = |trusted| {
            let weights = TripleWeights {
                alpha: 0.25,
                trusted,
                ..TripleWeights::default()
            };
            f64::from(contest(weights, scores()).into_scalar::<f32>())
        };
        let softplus = |x: f64| x.exp().ln_1p();
        let wrong = 0.25 * softplus(0.5) + 0.75 * softplus(-3.0);
        for (trusted, real) in [(0.0, softplus(-2.0)), (1.0, softplus(1.0))] {
            assert!((value(trusted) - real - wrong).abs() < 1e-6);
        }
        assert!((value(0.5) - 0.5 * (value(0.0) + value(1.0))).abs() < 1e-6);
    }
}
