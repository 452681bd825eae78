use burn::tensor::Int;
use burn::tensor::activation::softmax;

use super::*;

const CLASSES: usize = 3;

/// The classes of four points.
fn labels() -> Tensor<1, Int> {
    Tensor::from_data([0, 1, 2, 1], &device())
}

/// What [`InTurn`] draws.
fn asked(n: usize) -> Tensor<2> {
    let numbers = Tensor::<1, Int>::arange(1..n as i64 + 1, &device());
    one_hot(numbers.remainder_scalar(CLASSES as i64), CLASSES)
}

/// One class after the other.
#[derive(Debug)]
struct InTurn;

impl Prior for InTurn {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, _: &mut random::Random, _: &Device) -> Tensor<2> {
        asked(n)
    }
}

/// A generator that is asked for classes, with codes of two numbers.
#[derive(Module, Debug)]
struct Asked {
    net: Net,
}

impl Generator for Asked {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Conditioned<Tensor<2>>;

    fn generate(&self, (codes, classes): (Tensor<2>, Tensor<2>)) -> Conditioned<Tensor<2>> {
        Conditioned::new(self.net.of(&beside(&codes, &classes)), classes)
    }

    fn prior(&self) -> Box<dyn Prior<Code = (Tensor<2>, Tensor<2>)>> {
        Box::new((Always(2), InTurn))
    }
}

/// A classifier that also shows its features.
#[derive(Module, Debug)]
struct Classifier {
    net: Net,
}

impl Classifier {
    fn new(phase: f32) -> Self {
        Self {
            net: Net::new([2, CLASSES], phase),
        }
    }

    fn logits(&self, points: &Tensor<2>) -> Tensor<2> {
        self.net.of(points)
    }

    /// `p(y|x)`, a row for each point.
    fn shares(&self, points: &Tensor<2>) -> Tensor<2> {
        softmax(self.logits(points), 1)
    }
}

impl Discriminator for Classifier {
    type Input = Tensor<2>;
    type Output = Classified;

    fn discriminate(&self, points: Tensor<2>) -> Classified {
        (self.logits(&points), self.net.features(&points))
    }
}

/// `E H[p]`, the mean over the rows.
fn entropy(shares: Tensor<2>) -> Tensor<1> {
    -(shares.clone() * shares.log()).sum_dim(1).mean()
}

/// ```text
/// D: -E log p(y|x, y <= K) - 1/2 (E log(1 - p(K + 1|u)) + E log p(K + 1|G(z)))
/// G: mean over features of (E phi(u) - E phi(G(z)))^2
/// ```
#[test]
fn k_plus_one_classes() {
    let (generator, classifier) = (Net::new([2, 2], 0.4), Classifier::new(1.3));
    let (x, u) = (wave([4, 2], 2.9), wave([5, 2], 0.8));
    let made = || generator.of(&codes(5, 2));
    // The class "generated" has the logit 0.
    let is_generated = |points: &Tensor<2>| {
        let logits = classifier.logits(points);
        let zero = logits.clone().narrow(1, 0, 1).zeros_like();
        softmax(beside(&logits, &zero), 1).narrow(1, CLASSES, 1)
    };

    let contest = (-is_generated(&u) + 1.0).log().mean() + is_generated(&made()).log().mean();
    let labelled = cross_entropy(classifier.logits(&x), &one_hot(labels(), CLASSES));
    let told = after(&classifier, labelled - contest * 0.5);

    let usual = |points: &Tensor<2>| told.net.features(points).mean_dim(0);
    let fitted = after(&generator, squared(&usual(&u), &usual(&made())));

    let expected = [
        moved("classifier", &classifier, &told),
        moved("generator", &generator, &fitted),
    ];
    let game = SemiGan::new(generator.clone(), classifier.clone());
    compare(game, Repeat(((x, labels()), u)), &expected);
}

/// ```text
/// D: -H[E p(y|u)] + E H[p(y|u)] - E H[p(y|G(z))] - E log p(y|x)
/// G: -H[E p(y|G(z))] + E H[p(y|G(z))]
/// ```
#[test]
fn catgan() {
    let (generator, classifier) = (Net::new([2, 2], 0.4), Classifier::new(1.3));
    let (x, u) = (wave([4, 2], 2.9), wave([5, 2], 0.8));
    let made = || generator.of(&codes(5, 2));
    let sure = |shares: Tensor<2>| entropy(shares.clone().mean_dim(0)) - entropy(shares);

    let labelled = cross_entropy(classifier.logits(&x), &one_hot(labels(), CLASSES));
    let gain = sure(classifier.shares(&u)) + entropy(classifier.shares(&made())) - labelled;
    let told = after(&classifier, -gain);
    let fitted = after(&generator, -sure(told.shares(&made())));

    let expected = [
        moved("classifier", &classifier, &told),
        moved("generator", &generator, &fitted),
    ];
    let game = CatGan::new(generator.clone(), classifier.clone());
    compare(game, Repeat(((x, labels()), u)), &expected);
}

/// ```text
/// D: -E log D(x) - E log(1 - D(G(z, y'))) - w E log p(y|x) - v E log p(y'|G(z, y'))
/// G: -E log D(G(z, y')) - w E log p(y'|G(z, y'))
/// ```
#[test]
fn acgan() {
    let generator = Asked {
        net: Net::new([2 + CLASSES, 2], 0.4),
    };
    let judge = TwoHeads {
        net: Net::new([2, 1 + CLASSES], 1.6),
    };
    let x = wave([4, 2], 2.9);
    let made = || generator.net.of(&beside(&codes(4, 2), &asked(4)));

    let ((real, of_real), (fake, of_fake)) = (judge.of(&x), judge.of(&made()));
    let wrong = cross_entropy(of_real, &one_hot(labels(), CLASSES)) * 0.8 + cross_entropy(of_fake, &asked(4)) * 0.3;
    let told = after(&judge, wrong - log_real(real) - log_fake(fake));
    let (fake, of_fake) = told.of(&made());
    let fitted = after(&generator, cross_entropy(of_fake, &asked(4)) * 0.8 - log_real(fake));

    let expected = [
        moved("discriminator", &judge, &told),
        moved("generator", &generator, &fitted),
    ];
    let game = Gan::new(generator.clone(), judge.clone()).term(RightClass::new(0.8).generated(0.3));
    compare(game, Repeat(Conditioned::labelled(x, labels(), CLASSES)), &expected);
}

/// The three of a Triple-GAN.
struct Three {
    generator: Asked,
    classifier: Classifier,
    judge: OfPairs,
}

impl Three {
    fn new() -> Self {
        Self {
            generator: Asked {
                net: Net::new([2 + CLASSES, 2], 0.2),
            },
            classifier: Classifier::new(1.3),
            judge: OfPairs {
                net: Net::new([2 + CLASSES, 1], 2.2),
            },
        }
    }

    fn game(&self, weights: TripleWeights) -> TripleGan<Asked, Classifier, OfPairs> {
        TripleGan::new(self.generator.clone(), self.classifier.clone(), self.judge.clone()).weights(weights)
    }

    /// `G(z, y')` for five codes.
    fn made(&self) -> Tensor<2> {
        self.generator.net.of(&beside(&codes(5, 2), &asked(5)))
    }

    /// `D(u, C(u))`, scores of five points with their most likely classes.
    fn guessed(&self, u: &Tensor<2>) -> Tensor<2> {
        let guess = self.classifier.logits(u).argmax(1).flatten(0, 1);
        self.judge.of(u, &one_hot(guess, CLASSES))
    }

    /// What the classifier descends by itself: `-E log C(y|x) + confidence E H[C(.|u)] - balance H[E C(.|u)]`.
    fn alone(&self, x: &Tensor<2>, u: &Tensor<2>, [confidence, balance]: [f64; 2]) -> Tensor<1> {
        let labelled = cross_entropy(self.classifier.logits(x), &one_hot(labels(), CLASSES));
        let shares = self.classifier.shares(u);
        labelled + entropy(shares.clone()) * confidence - entropy(shares.mean_dim(0)) * balance
    }

    /// `E sum_y C(y|u) log D(u, y)` with another judge, for five points.
    fn praise(&self, judge: &OfPairs, u: &Tensor<2>) -> Tensor<1> {
        let all = Tensor::<2>::eye(CLASSES, &device());
        let of_class = |class: usize| {
            let classes = all.clone().narrow(0, class, 1).repeat_dim(0, 5);
            sigmoid(judge.of(u, &classes)).log()
        };
        let logs = Tensor::cat((0..CLASSES).map(of_class).collect(), 1);
        (self.classifier.shares(u) * logs).sum_dim(1).mean()
    }
}

/// ```text
/// D: -(1 - t) E log D(x, y) - t E log D(o, C(o)) - a E log(1 - D(u, C(u))) - (1 - a) E log(1 - D(G(z, y'), y'))
/// C: alone - a E sum_y C(y|u) log D(u, y) - p E log C(y'|G(z, y'))
/// G: -(1 - a) E log D(G(z, y'), y')
/// ```
#[test]
fn triple_gan() {
    let three = Three::new();
    let Three {
        generator,
        classifier,
        judge,
    } = &three;
    let [x, u, other] = [(4, 2.9), (5, 0.8), (5, 3.7)].map(|(n, phase)| wave([n, 2], phase));

    let right = log_real(judge.of(&x, &one_hot(labels(), CLASSES))) * 0.2 + log_real(three.guessed(&other)) * 0.8;
    let wrong = log_fake(three.guessed(&u)) * 0.3 + log_fake(judge.of(&three.made(), &asked(5))) * 0.7;
    let told = after(judge, -(right + wrong));

    let pseudo = cross_entropy(classifier.logits(&three.made()), &asked(5));
    let loss = three.alone(&x, &u, [0.4, 0.25]) - three.praise(&told, &u) * 0.3 + pseudo * 0.6;
    let taught = after(classifier, loss);
    let fitted = after(generator, log_real(told.of(&three.made(), &asked(5))) * -0.7);

    let expected = [
        moved("discriminator", judge, &told),
        moved("classifier", classifier, &taught),
        moved("generator", generator, &fitted),
    ];
    let game = three.game(TripleWeights {
        alpha: 0.3,
        pseudo: 0.6,
        pseudo_from: 1,
        confidence: 0.4,
        balance: 0.25,
        trusted: 0.8,
        alone: 0,
        balance_alone: 5.0,
    });
    // Of the second batch only what has no labels counts.
    let unseen = wave([4, 2], 5.1);
    let data = InOrder(vec![((x, labels()), u), ((unseen, labels()), other)]);
    compare(game, data, &expected);
}

/// In the rounds in which it is alone the classifier has a balance of its own, and the others wait.
#[test]
fn triple_gan_begins_with_the_classifier() {
    let three = Three::new();
    let (x, u) = (wave([4, 2], 2.9), wave([5, 2], 0.8));
    let taught = after(&three.classifier, three.alone(&x, &u, [0.4, 0.9]));
    let expected = [
        stays("discriminator", &three.judge),
        moved("classifier", &three.classifier, &taught),
        stays("generator", &three.generator),
    ];
    let game = three.game(TripleWeights {
        alone: 1,
        confidence: 0.4,
        balance: 5.0,
        balance_alone: 0.9,
        ..TripleWeights::default()
    });
    compare(game, Repeat(((x, labels()), u)), &expected);
}
