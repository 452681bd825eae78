//! A classifier with few labels, and a generator that helps it: what the semi-supervised games have in common.

use std::fmt::Debug;
use std::marker::PhantomData;

use agon_core::{
    Adam, AnyPlayer, Discriminator, Error, Feed, Game, Generator, MovingAverage, Player, Result, Round, Sample,
    Sampling,
};
use burn::module::Module;
use burn::prelude::{Int, Tensor};

/// A labelled batch beside an unlabelled one.
pub type PartlyLabelled<S> = ((S, Tensor<1, Int>), S);

/// What a classifier says of samples: logits `[batch, classes]` and features `[batch, width]`.
pub type Classified = (Tensor<2>, Tensor<2>);

/// The class of each sample, as after training: without noise and dropout.
pub fn classify<C: Discriminator<Output = Classified>>(classifier: &C, samples: &C::Input) -> Tensor<1, Int> {
    let samples = samples.with_rows(samples.rows().without_autodiff());
    let (logits, _) = classifier.valid().discriminate(samples);
    logits.argmax(1).flatten(0, 1)
}

/// What both players minimise: the part in which semi-supervised games differ.
///
/// `x`, `y`: labelled samples; `u`: unlabelled ones; the classifier says what is given of them.
pub trait SemiRule: Debug + 'static {
    /// Adam's rate, unless told otherwise.
    const RATE: f64;

    /// The classifier's losses, of labelled samples and of all others, from logits.
    fn classifier(x: Tensor<2>, y: Tensor<1, Int>, u: Tensor<2>, made: Tensor<2>) -> [Tensor<1>; 2];

    /// The generator's loss.
    fn generator(u: impl FnOnce() -> Classified, made: Classified) -> Tensor<1>;
}

/// A classifier and a generator that play by a [`SemiRule`]: a [`SemiGan`](crate::SemiGan) or a
/// [`CatGan`](crate::CatGan).
#[derive(Debug)]
pub struct SemiSupervised<G: Module, C: Module, R> {
    generator: Player<G>,
    classifier: Player<C>,
    rule: PhantomData<fn() -> R>,
}

impl<G, C, R> SemiSupervised<G, C, R>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = Classified>,
    R: SemiRule,
{
    /// These networks, Adam (at the [rule's rate](SemiRule::RATE), .5, .999), and an average of the classifier's weights.
    pub fn new(generator: G, classifier: C) -> Self {
        let adam = || Adam::new(R::RATE).betas(0.5, 0.999);
        let mut classifier = Player::discriminator(classifier, adam()).named("classifier");
        classifier.set_average(MovingAverage::new(0.999));
        Self {
            generator: Player::generator(generator, adam()),
            classifier,
            rule: PhantomData,
        }
    }

    /// How slowly the average of the classifier's weights follows them (.9999 in the paper of K + 1 classes, whose run is
    /// long).
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

impl<G, C, R> Game for SemiSupervised<G, C, R>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = Classified>,
    R: SemiRule,
{
    type Batch = PartlyLabelled<G::Output>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), u) = data.next_batch()?;
        let prior = self.generator.network().prior();
        let made = self.generator.network().generate(round.draw(&*prior, u.size()));
        round.measure_spreads(&u, &made);

        let classifier = self.classifier.network();
        let logits = |samples| classifier.discriminate(samples).0;
        let of_labelled = logits(x);
        if data.taken() == 1 {
            Error::unless_below("a label", y.clone(), of_labelled.dims()[1])?;
        }
        let [labelled, unlabelled] = R::classifier(of_labelled, y, logits(u.clone()), logits(made.detached()));
        round.measure("loss/labelled", &labelled);
        round.measure("loss/unlabelled", &unlabelled);
        self.classifier.update(round, &(labelled + unlabelled));

        let classifier = self.classifier.frozen();
        let loss = R::generator(|| classifier.discriminate(u), classifier.discriminate(made));
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.classifier, &mut self.generator]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl<G: Generator, C: Module, R: 'static> Sampling for SemiSupervised<G, C, R> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator.best().sample(n, seed)
    }
}
