//! What an update makes of gradients, in numbers.

use agon::prelude::*;
use burn::module::Param;

use crate::support::*;

#[derive(Module, Debug)]
struct Numbers {
    numbers: Param<Tensor<1>>,
}

/// How far two zeros go along each of these gradients.
fn steps<const N: usize>(optimizer: impl Into<Optimizer>, gradients: [[f32; 2]; N]) -> [[f32; 2]; N] {
    let numbers = Param::from_tensor(Tensor::zeros([2], &device()));
    let mut player = Player::new("player", Numbers { numbers }, optimizer);
    let mut round = Round::new(1, 7, device());
    gradients.map(|gradient| {
        let at = |player: &Player<Numbers>| player.network().numbers.val();
        let before = at(&player);
        let loss = (before.clone() * Tensor::from_floats(gradient, &device())).sum();
        player.update(&mut round, &loss);
        let step: Vec<f32> = (at(&player) - before).try_into_vec_as().unwrap();
        [step[0], step[1]]
    })
}

fn close<const N: usize>(found: [[f32; 2]; N], expected: [[f32; 2]; N]) {
    for (found, expected) in found.as_flattened().iter().zip(expected.as_flattened()) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
}

#[test]
fn a_clipped_value_leaves_the_others_alone() {
    let clipped = Optimizer::from(Sgd::new(1.0)).clip_value(0.5);
    close(steps(clipped, [[2.0, -0.1]]), [[-0.5, 0.1]]);
}

#[test]
fn amsgrad_never_forgets_a_large_gradient() {
    let gradients = [[1.0, 1.0], [0.1, 1.0]];
    // With v the mean square, 0.5 and then 0.255, and its bias 1 - 0.5^t: a step is g sqrt(bias / v).
    let adam = || Adam::new(1.0).betas(0.0, 0.5);
    close(
        steps(adam(), gradients),
        [[-1.0, -1.0], [-0.1 * (0.75f32 / 0.255).sqrt(), -1.0]],
    );
    close(
        steps(adam().amsgrad(), gradients),
        [[-1.0, -1.0], [-0.1 * (0.75f32 / 0.5).sqrt(), -1.0]],
    );
}
