//! VEEGAN: a network that finds the codes of samples keeps the generator from losing modes.

use agon_core::{
    Adam, AnyPlayer, Augment, Augmentations, Conditioned, Constraint, Contest, Discriminator, Encoder, Error, Feed,
    Game, Generator, Memory, MovingAverage, Penalty, Player, Result, Round, Sample, Sampling, Scored,
};
use agon_losses::{NonSaturating, gaussian_information};
use burn::prelude::Tensor;

use crate::checks::expect_code;
use crate::gaussian_encoder::draw;

/// Of samples; a name of its own, or the derived `Debug` would ask for that of samples.
type Changes<G> = Augmentations<<G as Generator>::Output>;

/// A generator, a reconstructor of codes, and a judge of pairs of code and sample.
///
/// ```text
/// judge:            -E log s(J(x, c)) - E log(1 - s(J(G(z), z))),    c ~ F(.|x)
/// G:                -E J(G(z), z) - w E log F(z|G(z))
/// F:                -w E log F(z|G(z))
/// ```
///
/// `G`: the generator of samples from codes `z`; `F`: the reconstructor, from samples `x` to a Gaussian of codes; `J`:
/// the judge's score, which estimates the log ratio of both joint distributions; `s`: the sigmoid. `F` maps all data to
/// codes; where the generator leaves out a mode, its codes do not look like the prior, and the judge tells. In the
/// figure: `z -> G(z) -> F(.|G(z))` should close, and the judge compares `(G(z), z)` with `(x, c)`.
///
/// A code may have many more numbers than a sample: what cannot come back `F` leaves as wide as the prior. For points
/// of the plane codes of 254 do well and codes of two do not (`docs/results.md`). How sure `F` may become matters: the
/// Gaussian of a [`UnitGaussianEncoder`](crate::UnitGaussianEncoder) is always as wide as the prior, so that what a
/// code gives is bounded, as the paper's squared error is; a [`GaussianEncoder`](crate::GaussianEncoder) learns its
/// width, and can gain without end by codes that are hidden in a sample. Since the generator minimises mean scores, a
/// judge whose features have batch norm tells it little ([`ImageTrunkConfig::feature_norm`](crate::ImageTrunkConfig)).
///
/// # Example
/// ```
/// use agon_models::{GaussianEncoder, MlpDiscriminatorConfig, MlpGeneratorConfig, MlpTranslator, Told, Veegan};
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let generator = MlpGeneratorConfig::new(16, 2).init(&device);
/// let reconstructor = MlpTranslator::from(MlpGeneratorConfig::new(2, 2 * 16).init(&device));
/// let judge = Told::discriminator(MlpDiscriminatorConfig::new(2 + 16), 16, &device)?;
/// let veegan = Veegan::new(generator, GaussianEncoder::of(reconstructor), judge);
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Srivastava, Valkov, Russell, Gutmann and Sutton 2017, "VEEGAN: Reducing mode collapse in GANs using implicit
/// variational learning", arXiv:1705.07761, algorithm 1: the generator minimises the score itself, not a logistic loss
/// of it, and `F` learns from reconstructions alone. The algorithm writes `|z - F(G(z))|^2` for the last term. The
/// authors' notebook for the grid has codes of 254 numbers and a Gaussian of deviation 1, from which the judged code is
/// drawn; a port of it learns the deviation. Another notebook of theirs, for digits, has a point instead of a Gaussian,
/// and `F` also minimises the judge's score of the data.
#[derive(Debug)]
pub struct Veegan<G: Generator<Input = Tensor<2>>, F, D>
where
    F: Encoder<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<G::Output>>,
{
    generator: Player<G>,
    reconstructor: Player<F>,
    judge: Player<D>,
    contest: Contest<D>,
    augmentations: Changes<G>,
    weight: f64,
}

impl<G: Generator<Input = Tensor<2>>, F, D> Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<G::Output>>,
{
    /// These networks, Adam as DCGAN's, and a weight of 1.
    pub fn new(generator: G, reconstructor: F, judge: D) -> Self {
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            generator: Player::generator(generator, adam()),
            reconstructor: Player::encoder(reconstructor, adam()).named("reconstructor"),
            judge: Player::discriminator(judge, adam()),
            contest: Contest::new(NonSaturating),
            augmentations: Augmentations::default(),
            weight: 1.0,
        }
    }

    /// How much reconstructed codes count.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Changes all samples before reconstructor and judge see them; any number of changes, one after the other.
    pub fn augment(mut self, augmentation: impl Augment<G::Output>) -> Self {
        self.augmentations.push(augmentation);
        self
    }

    /// Adds a term to the judge's loss; any number of them. A penalty on gradients is about the sample: the code beside it
    /// is taken as it is, and what is between two pairs has the code of the real one.
    pub fn penalty(mut self, penalty: impl Penalty<D>) -> Self {
        self.contest.add_penalty(penalty);
        self
    }

    /// Demands something of the judge's weights; any number of them.
    pub fn constraint(mut self, constraint: impl Constraint<D>) -> Self {
        self.judge.constrain(constraint);
        self
    }

    /// Keeps moving averages of the generator's and the reconstructor's weights, which samples and loaded networks have.
    pub fn average(mut self, decay: f64) -> Self {
        self.generator.set_average(MovingAverage::new(decay));
        self.reconstructor.set_average(MovingAverage::new(decay));
        self
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }

    /// The network that finds the code of a sample.
    pub fn reconstructor(&self) -> &F {
        self.reconstructor.best()
    }

    /// The judge of codes beside samples.
    pub fn judge(&self) -> &D {
        self.judge.network()
    }

    fn judge_turn(
        &mut self,
        real: &Conditioned<G::Output>,
        fake: &Conditioned<G::Output>,
        round: &mut Round,
    ) -> Result<()> {
        let scores = self.contest.turn(&mut self.judge, (real, &fake.detached()), round)?;
        self.augmentations.advance(&scores, round)
    }
}

impl<G: Generator<Input = Tensor<2>>, F, D> Game for Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<G::Output>>,
{
    type Batch = G::Output;

    fn play(&mut self, data: &mut Feed<'_, G::Output>, round: &mut Round) -> Result<()> {
        Error::unless_at_least_zero("the weight of VEEGAN's codes", self.weight)?;
        self.contest.check()?;
        self.augmentations.check()?;
        let x = data.next_batch()?;
        let z = round.draw(&*self.generator.network().prior(), x.size());
        let made = self.generator.network().generate(z.clone());
        round.measure_spreads(&x, &made);
        let [x, made] = [x, made].map(|samples| self.augmentations.augment(&samples, round));

        let found = draw(self.reconstructor.frozen().encode(x.clone()), round);
        expect_code("the reconstructor of VEEGAN", &z, &found)?;
        let fake = Conditioned::new(made.clone(), z.clone());
        self.judge_turn(&Conditioned::new(x, found), &fake, round)?;

        let scores = self.judge.frozen().discriminate(fake).scores();
        let (mean, log_variance) = self.reconstructor.network().encode(made);
        let surprise = gaussian_information(mean, log_variance, z);
        round.measure("loss/generator", &scores.clone().mean().neg());
        round.measure("loss/reconstruction", &surprise);
        let loss = surprise * self.weight - scores.mean();
        self.generator.update_with(&mut self.reconstructor, round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.judge, &mut self.generator, &mut self.reconstructor]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        self.augmentations.remember(self.contest.memory())
    }

    fn recall(&mut self, memory: &Memory) {
        self.contest.recall(memory);
        self.augmentations.recall(memory);
    }
}

impl<G: Generator<Input = Tensor<2>>, F, D> Sampling for Veegan<G, F, D>
where
    F: Encoder<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
    D: Discriminator<Input = Conditioned<G::Output>>,
{
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator().sample(n, seed)
    }
}
