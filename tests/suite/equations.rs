//! Games move their players as the equations of their papers say. Losses, penalties and the rules of `Gan` alone are
//! held by their golden values and traces; rewards of sequences, packs and swaps by tests beside them.
//!
//! A test plays one round by plain gradient descent, with networks of a few weights and with codes that are known. What
//! everybody should have become follows from the equations, which are written anew here. They say what each player
//! descends, in the order of the turns; who comes later meets those who have moved.

mod against_collapse;
mod inferring;
mod labelled;
mod sequences;
mod translating;

use agon::prelude::*;
use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::TensorData;
use burn::tensor::activation::{log_softmax, sigmoid};

use crate::support::*;

/// How far everybody steps down the gradient.
const RATE: f64 = 0.5;

/// How far a weight may be off, in parts of the longest way of its network.
const EXACT: f32 = 1e-5;

/// Numbers in [-1, 1], others for every phase.
fn wave<const D: usize>(shape: [usize; D], phase: f32) -> Tensor<D> {
    let value = |i: usize| ((i * i) as f32 * 0.37 + i as f32 + phase).sin();
    let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(value).collect();
    Tensor::from_data(TensorData::new(values, shape), &device())
}

/// What [`Always`] draws.
fn codes(n: usize, numbers: usize) -> Tensor<2> {
    wave([n, numbers], 4.4)
}

/// The same codes in every draw.
#[derive(Debug)]
struct Always(usize);

impl Prior for Always {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, _: &mut random::Random, _: &Device) -> Tensor<2> {
        codes(n, self.0)
    }
}

/// The round that [`compare`] plays, for draws that are to be repeated.
fn first_round() -> Round {
    Round::new(1, 7, device())
}

/// A linear layer, a hyperbolic tangent and a linear layer, fit for every role.
#[derive(Module, Debug)]
struct Net {
    first: Param<Tensor<2>>,
    last: Param<Tensor<2>>,
}

impl Net {
    fn new([from, to]: [usize; 2], phase: f32) -> Self {
        Self {
            first: Param::from_tensor(wave([from, 3], phase)),
            last: Param::from_tensor(wave([3, to], phase + 0.5)),
        }
    }

    fn features(&self, x: &Tensor<2>) -> Tensor<2> {
        x.clone().matmul(self.first.val()).tanh()
    }

    fn of(&self, x: &Tensor<2>) -> Tensor<2> {
        self.features(x).matmul(self.last.val())
    }
}

impl Generator for Net {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        self.of(&codes)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        let [numbers, _] = self.first.dims();
        Box::new(Always(numbers))
    }
}

impl Discriminator for Net {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
        self.of(&points)
    }
}

impl Encoder for Net {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn encode(&self, points: Tensor<2>) -> Tensor<2> {
        self.of(&points)
    }
}

impl Translator for Net {
    type Sample = Tensor<2>;

    fn translate(&self, points: Tensor<2>) -> Tensor<2> {
        self.of(&points)
    }
}

/// A judge of points beside their conditions.
#[derive(Module, Debug)]
struct OfPairs {
    net: Net,
}

impl OfPairs {
    fn of(&self, points: &Tensor<2>, conditions: &Tensor<2>) -> Tensor<2> {
        self.net.of(&beside(points, conditions))
    }
}

impl Discriminator for OfPairs {
    type Input = Conditioned<Tensor<2>>;
    type Output = Tensor<2>;

    fn discriminate(&self, pairs: Conditioned<Tensor<2>>) -> Tensor<2> {
        self.of(&pairs.sample, &pairs.condition)
    }
}

/// A judge that says a score, and reads something off the points besides.
#[derive(Module, Debug)]
struct TwoHeads {
    net: Net,
}

impl TwoHeads {
    fn of(&self, points: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let said = self.net.of(points);
        let read = said.dims()[1] - 1;
        (said.clone().narrow(1, 0, 1), said.narrow(1, 1, read))
    }
}

impl Discriminator for TwoHeads {
    type Input = Conditioned<Tensor<2>>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, points: Conditioned<Tensor<2>>) -> (Tensor<2>, Tensor<2>) {
        self.of(&points.sample)
    }
}

/// `p E D(x)^2`: keeps the scores of real samples small.
#[derive(Debug, Clone, Copy)]
struct Quiet(f64);

impl Quiet {
    fn of(self, scores: Tensor<2>) -> Tensor<1> {
        scores.square().mean() * self.0
    }
}

impl<D: Discriminator> Penalty<D> for Quiet {
    fn penalty(&self, bout: &Bout<'_, D>, _: &mut random::Random) -> Tensor<1> {
        self.of(bout.real_scores.clone())
    }

    fn name(&self) -> &'static str {
        "quiet"
    }
}

fn beside(x: &Tensor<2>, y: &Tensor<2>) -> Tensor<2> {
    Tensor::cat(vec![x.clone(), y.clone()], 1)
}

/// `E log D`, from scores.
fn log_real(scores: Tensor<2>) -> Tensor<1> {
    sigmoid(scores).log().mean()
}

/// `E log(1 - D)`, from scores.
fn log_fake(scores: Tensor<2>) -> Tensor<1> {
    sigmoid(-scores).log().mean()
}

/// `E |x - y|`, over all numbers.
fn absolute(x: &Tensor<2>, y: &Tensor<2>) -> Tensor<1> {
    (x.clone() - y.clone()).abs().mean()
}

/// `E (x - y)^2`, over all numbers.
fn squared(x: &Tensor<2>, y: &Tensor<2>) -> Tensor<1> {
    (x.clone() - y.clone()).square().mean()
}

/// `-E log p(class)`, from logits and one-hot rows.
fn cross_entropy(logits: Tensor<2>, classes: &Tensor<2>) -> Tensor<1> {
    -(log_softmax(logits, 1) * classes.clone()).sum_dim(1).mean()
}

/// The network a step down the gradient of the loss.
fn after<M: Module>(network: &M, loss: Tensor<1>) -> M {
    let gradients = GradientsParams::from_grads(loss.backward(), network);
    weights::shifted(network.clone(), &gradients, -RATE)
}

/// Both networks a step down the gradient of a loss that they share.
fn both_after<M: Module, N: Module>((first, second): (&M, &N), loss: Tensor<1>) -> (M, N) {
    let mut gradients = loss.backward();
    let of_first = GradientsParams::from_module(&mut gradients, first);
    let of_second = GradientsParams::from_module(&mut gradients, second);
    (
        weights::shifted(first.clone(), &of_first, -RATE),
        weights::shifted(second.clone(), &of_second, -RATE),
    )
}

/// What the equation makes of a player.
struct Moved {
    name: &'static str,
    before: Vec<f32>,
    after: Vec<f32>,
}

/// A player that moves visibly.
fn moved<M: Module>(name: &'static str, before: &M, after: &M) -> Moved {
    let [before, after] = [before, after].map(|network| flat(weights::named(network).unwrap()));
    let size = farthest(&before, &after);
    assert!(size > 1e-3, "{name} hardly moves: {size}");
    Moved { name, before, after }
}

/// A player that has no turn.
fn stays<M: Module>(name: &'static str, network: &M) -> Moved {
    let before = flat(weights::named(network).unwrap());
    Moved {
        name,
        after: before.clone(),
        before,
    }
}

fn flat(named: Vec<(String, Vec<f32>)>) -> Vec<f32> {
    named.into_iter().flat_map(|(_, values)| values).collect()
}

/// The greatest difference of two entries; not a number if there is such a one.
fn farthest(x: &[f32], y: &[f32]) -> f32 {
    assert_eq!(x.len(), y.len());
    let differences = x.iter().zip(y).map(|(x, y)| (x - y).abs());
    differences.max_by(f32::total_cmp).unwrap()
}

/// Plays one round, after which all players, in the game's order, must be where the equation takes them.
fn compare<G: Game>(game: G, data: impl Batches<Batch = G::Batch>, expected: &[Moved]) {
    compare_within(EXACT, game, data, expected);
}

/// The same, where a weight may be off by this part of the longest way of its network.
fn compare_within<G: Game>(part: f32, game: G, data: impl Batches<Batch = G::Batch>, expected: &[Moved]) {
    let mut game = play(game.optimizers(Sgd::new(RATE)), data, 1).into_game();
    let players = game.players();
    assert_eq!(players.len(), expected.len(), "not everybody is accounted for");
    for (player, Moved { name, before, after }) in players.iter().zip(expected) {
        assert_eq!(player.name(), *name);
        let error = farthest(&flat(player.weights().unwrap()), after);
        let size = farthest(before, after);
        // A shorter way is lost in the rounding of the weights.
        assert!(error <= part * size.max(0.1), "{name}: off by {error} after {size}");
    }
}

/// One batch after the other.
struct InOrder<B>(Vec<B>);

impl<B: Clone + Send> Batches for InOrder<B> {
    type Batch = B;

    fn batch(&mut self, index: u64, _: u64, _: &Device) -> Result<B> {
        Ok(self.0[index as usize].clone())
    }

    fn per_epoch(&self) -> Option<u64> {
        None
    }
}
