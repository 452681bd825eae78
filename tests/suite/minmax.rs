//! Where the gradient goes round in circles, the min-max methods come home.
//!
//! The bilinear game `psi theta`: one number against another, the solution at (0, 0).

use agon::core::prior::{Normal, Prior};
use agon::prelude::*;
use burn::module::Param;

use crate::support::*;

#[derive(Module, Debug)]
struct Theta {
    theta: Param<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Psi {
    psi: Param<Tensor<2>>,
}

impl Generator for Theta {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        self.theta.val() + codes * 0.0
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(Normal::new(1))
    }
}

impl Discriminator for Psi {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
        points.matmul(self.psi.val())
    }
}

fn number(value: f32) -> Param<Tensor<2>> {
    Param::from_tensor(Tensor::from_floats([[value]], &device()))
}

fn bilinear(optimizer: impl Into<Optimizer>) -> Gan<Theta, Psi> {
    Gan::new(Theta { theta: number(1.0) }, Psi { psi: number(1.0) })
        .loss(Wasserstein)
        .updates(Updates::Simultaneous)
        .optimizers(optimizer)
}

fn distance(gan: &Gan<Theta, Psi>) -> f32 {
    let theta: f32 = gan.generator().theta.val().into_scalar();
    let psi: f32 = gan.discriminator().psi.val().into_scalar();
    theta.hypot(psi)
}

fn origin() -> Repeat<Tensor<2>> {
    Repeat(Tensor::zeros([1, 1], &device()))
}

#[test]
fn plain_gradients_spiral_outwards() {
    let gan = play(bilinear(Sgd::new(0.1)), origin(), 300).into_game();
    let expected = 2.0f32.sqrt() * 1.01f32.powi(150);
    assert!((distance(&gan) / expected - 1.0).abs() < 1e-3, "{}", distance(&gan));
}

#[test]
fn extragradient_comes_home_at_its_rate() {
    let game = play(Extragradient::new(bilinear(Sgd::new(0.1))), origin(), 300).into_game();
    // Each step multiplies the squared distance by 1 - lr^2 + lr^4.
    let expected = 2.0f32.sqrt() * 0.9901f32.powi(150);
    assert!(
        (distance(game.game()) / expected - 1.0).abs() < 1e-3,
        "{}",
        distance(game.game())
    );
}

#[test]
fn extragradient_takes_all_gradients_at_the_same_weights() {
    let played = |updates| {
        let game = Extragradient::new(bilinear(Sgd::new(0.1)).updates(updates));
        let game = play(game, origin(), 7).into_game();
        let gan = game.game();
        let number = |value: &Param<Tensor<2>>| value.val().into_scalar::<f32>().to_bits();
        [number(&gan.generator().theta), number(&gan.discriminator().psi)]
    };
    assert_eq!(played(Updates::Alternating), played(Updates::Simultaneous));
}

#[test]
fn lookahead_comes_home() {
    let game = play(
        Lookahead::new(bilinear(Sgd::new(0.1))).every(5).rate(0.5),
        origin(),
        500,
    )
    .into_game();
    assert!(distance(game.game()) < 0.3, "{}", distance(game.game()));
}

#[test]
fn optimism_stays_where_adam_runs_away() {
    let adam = play(bilinear(Adam::new(0.05).betas(0.0, 0.9)), origin(), 500).into_game();
    let optimistic = play(bilinear(OptimisticAdam::new(0.05).betas(0.0, 0.9)), origin(), 500).into_game();
    assert!(
        distance(&optimistic) < 0.5 * distance(&adam),
        "{} {}",
        distance(&optimistic),
        distance(&adam)
    );
}

#[test]
fn consensus_comes_home() {
    let gan = bilinear(Sgd::new(0.1)).updates(Updates::Consensus { gamma: 1.0 });
    let gan = play(gan, origin(), 100).into_game();
    assert!(distance(&gan) < 1e-3, "{}", distance(&gan));
}

/// A game that says by itself who learns by which rule.
struct Knows(Option<Optimizer>);

impl Game for Knows {
    type Batch = Tensor<2>;

    fn play(&mut self, _: &mut Feed<'_, Tensor<2>>, _: &mut Round) -> Result<()> {
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        Vec::new()
    }

    fn optimizers(self, optimizer: impl Into<Optimizer>) -> Self {
        Self(Some(optimizer.into()))
    }
}

#[test]
fn optimizers_reach_the_game_inside() {
    let wrapped = Lookahead::new(Extragradient::new(Knows(None))).optimizers(Sgd::new(0.1));
    assert!(wrapped.game().game().0.is_some());
}
