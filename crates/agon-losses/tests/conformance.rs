//! What every adversarial loss must do. A new loss joins with one line in `all`.
#![allow(clippy::unwrap_used)]

use agon_core::random::{normal, stream};
use agon_core::{AdversarialLoss, Memory};
use agon_losses::*;
use burn::module::{Module, Param};
use burn::optim::{AdamConfig, GradientsParams};
use burn::prelude::{Device, Tensor};

/// Which way the discriminator pushes the scores of real samples.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Real {
    Up,
    Down,
    /// Embeddings have no direction.
    Anywhere,
}

fn all() -> Vec<(Box<dyn AdversarialLoss>, Real)> {
    use Real::{Anywhere, Down, Up};
    let divergence = |divergence| -> (Box<dyn AdversarialLoss>, Real) { (Box::new(FDivergence::new(divergence)), Up) };
    vec![
        (Box::new(Minimax), Up),
        (Box::new(NonSaturating), Up),
        (Box::new(LeastSquares::binary()), Anywhere),
        (Box::new(LeastSquares::pearson()), Anywhere),
        (Box::new(Wasserstein), Up),
        (Box::new(Hinge), Up),
        (Box::new(RelativisticStandard), Up),
        (Box::new(RelativisticAverageStandard), Up),
        (Box::new(RelativisticAverageLeastSquares), Anywhere),
        (Box::new(RelativisticAverageHinge), Up),
        divergence(Divergence::TotalVariation),
        divergence(Divergence::Kl),
        divergence(Divergence::ReverseKl),
        (Box::new(FDivergence::new(Divergence::PearsonChi2)), Anywhere),
        divergence(Divergence::NeymanChi2),
        divergence(Divergence::SquaredHellinger),
        divergence(Divergence::JensenShannon),
        divergence(Divergence::Gan),
        divergence(Divergence::Jeffreys),
        divergence(Divergence::Alpha(-1.0)),
        divergence(Divergence::Alpha(0.5)),
        divergence(Divergence::Alpha(3.0)),
        divergence(Divergence::Alpha(1.001)),
        (Box::new(FDivergence::new(Divergence::Kl).alternative()), Up),
        (Box::new(LossSensitive::new(0.5)), Down),
        (Box::new(EnergyBased::new(1.5)), Down),
        (Box::new(BoundaryEquilibrium::new(0.5).start(0.5)), Down),
        (Box::new(SoftmaxGan), Up),
        (Box::new(BoundarySeeking), Up),
        (Box::new(MaximumLikelihood::new()), Up),
        (Box::new(MaximumLikelihood::stable()), Up),
        (Box::new(Fisher), Anywhere),
        (Box::new(MeanFeatureMatching), Anywhere),
        (Box::new(MaximumMeanDiscrepancy::gaussian([1.0, 4.0])), Anywhere),
        (Box::new(MaximumMeanDiscrepancy::default()), Anywhere),
        (Box::new(LabelSmoothing::one_sided(NonSaturating, 0.9)), Anywhere),
        (
            Box::new(LabelSmoothing::two_sided(RelativisticStandard, 0.9, 0.1)),
            Anywhere,
        ),
    ]
}

fn device() -> Device {
    Device::default().autodiff()
}

fn noise(shape: [usize; 2], seed: u64) -> Tensor<2> {
    normal(shape, &mut stream(seed, 0), &device())
}

fn values(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// A loss and its gradients for real and fake scores.
struct Outcome {
    loss: f32,
    real: Tensor<2>,
    fake: Tensor<2>,
}

impl Outcome {
    fn of(real: Tensor<2>, fake: Tensor<2>, loss: impl FnOnce(Tensor<2>, Tensor<2>) -> Tensor<1>) -> Self {
        let (real, fake) = (real.detach().require_grad(), fake.detach().require_grad());
        let loss = loss(real.clone(), fake.clone());
        assert_eq!(loss.dims(), [1]);
        let gradients = loss.backward();
        let gradient = |x: &Tensor<2>| x.grad(&gradients).unwrap_or_else(|| x.clone().inner().zeros_like());
        Self {
            real: gradient(&real),
            fake: gradient(&fake),
            loss: loss.into_scalar(),
        }
    }

    fn is_finite(&self) -> bool {
        let gradients = values(self.real.clone()).into_iter().chain(values(self.fake.clone()));
        self.loss.is_finite() && gradients.into_iter().all(f32::is_finite)
    }
}

fn discriminator(loss: &dyn AdversarialLoss, real: Tensor<2>, fake: Tensor<2>) -> Outcome {
    Outcome::of(real, fake, |real, fake| {
        if loss.needs_samples() {
            let batch = real.dims()[0];
            return loss.discriminator_at(real, fake, (noise([batch, 5], 1), noise([batch, 5], 2)));
        }
        loss.discriminator(real, fake)
    })
}

fn generator(loss: &dyn AdversarialLoss, real: Tensor<2>, fake: Tensor<2>) -> Outcome {
    let needs = loss.generator_needs_real();
    Outcome::of(real, fake, |real, fake| loss.generator(fake, needs.then_some(real)))
}

#[test]
fn finite_for_scores_of_every_size() {
    for (loss, _) in all() {
        for shape in [[8, 1], [8, 3], [4, 16]] {
            for size in [0.0, 1.0, 10.0] {
                let (real, fake) = (noise(shape, 3) * size, noise(shape, 4) * size);
                assert!(
                    discriminator(&*loss, real.clone(), fake.clone()).is_finite(),
                    "{loss:?} {size}"
                );
                assert!(generator(&*loss, real, fake).is_finite(), "{loss:?} {size}");
            }
        }
    }
}

#[test]
fn finite_at_a_hundred_either_way() {
    for (loss, _) in all() {
        for (real, fake) in [(100.0, 100.0), (100.0, -100.0), (-100.0, 100.0), (-100.0, -100.0)] {
            let full = |value: f32| Tensor::<2>::full([64, 1], value, &device());
            assert!(
                discriminator(&*loss, full(real), full(fake)).is_finite(),
                "{loss:?} {real} {fake}"
            );
            assert!(
                generator(&*loss, full(real), full(fake)).is_finite(),
                "{loss:?} {real} {fake}"
            );
        }
    }
}

/// What the scores of each side are shifted by: all that these players can learn.
#[derive(Module, Debug)]
struct Shift {
    real: Param<Tensor<2>>,
    fake: Param<Tensor<2>>,
}

impl Shift {
    fn new() -> Self {
        let zero = || Param::from_tensor(Tensor::zeros([1, 1], &device()));
        Self {
            real: zero(),
            fake: zero(),
        }
    }

    fn values(&self) -> [f32; 2] {
        [self.real.val().into_scalar(), self.fake.val().into_scalar()]
    }

    /// Scores around these two numbers.
    fn scores(&self, real: f32, fake: f32) -> (Tensor<2>, Tensor<2>) {
        let around = |number: f32, seed, shift: &Param<Tensor<2>>| noise([64, 1], seed) + number + shift.val();
        (around(real, 13, &self.real), around(fake, 14, &self.fake))
    }
}

#[test]
fn adam_goes_on_after_scores_of_a_hundred() {
    for (loss, _) in all() {
        let discriminator = |(real, fake)| loss.discriminator(real, fake);
        let generator = |(real, fake)| loss.generator(fake, loss.generator_needs_real().then_some(real));
        let players: [&dyn Fn((Tensor<2>, Tensor<2>)) -> Tensor<1>; 2] = [&discriminator, &generator];
        for player in players {
            for (real, fake) in [(100.0, 100.0), (100.0, -100.0), (-100.0, 100.0), (-100.0, -100.0)] {
                let mut adam = AdamConfig::new().with_epsilon(1e-8).init();
                let mut step = |shift: Shift, real, fake| {
                    let gradients = player(shift.scores(real, fake)).backward();
                    let gradients = GradientsParams::from_grads(gradients, &shift);
                    adam.step(0.1, shift, gradients)
                };
                let shift = step(Shift::new(), real, fake);
                let [_, before] = shift.values();
                let [_, after] = step(shift, 0.0, 0.0).values();
                assert_ne!(before, after, "{loss:?} {real} {fake}");
            }
        }
    }
}

#[test]
fn the_discriminator_pushes_apart_and_the_generator_together() {
    for (loss, real_goes) in all() {
        let sign = match real_goes {
            Real::Up => 1.0,
            Real::Down => -1.0,
            Real::Anywhere => continue,
        };
        let (real, fake) = (noise([8, 1], 5) * 0.3 + 0.5, noise([8, 1], 6) * 0.3 + 0.5);
        let apart = discriminator(&*loss, real.clone(), fake.clone());
        let sum = |gradient: Tensor<2>| gradient.sum().into_scalar::<f32>() * sign;
        assert!(sum(apart.real) < 0.0, "{loss:?}");
        assert!(sum(apart.fake) > 0.0, "{loss:?}");
        assert_eq!(loss.sign_of_real(), Some(f64::from(sign)), "{loss:?}");
    }
    // Boundary seeking and softmax pull towards the middle; the rest raise what they make.
    for (loss, real_goes) in all() {
        if real_goes == Real::Up && !["BoundarySeeking", "SoftmaxGan"].contains(&&*format!("{loss:?}")) {
            let outcome = generator(&*loss, noise([8, 1], 7), noise([8, 1], 8));
            assert!(outcome.fake.sum().into_scalar::<f32>() < 0.0, "{loss:?}");
        }
    }
}

#[test]
fn descending_lowers_the_loss() {
    for (loss, _) in all() {
        let (mut real, mut fake) = (noise([8, 2], 9).abs(), noise([8, 2], 10).abs());
        let start = discriminator(&*loss, real.clone(), fake.clone()).loss;
        for _ in 0..20 {
            let outcome = discriminator(&*loss, real.clone(), fake.clone());
            real = real - Tensor::from_inner(outcome.real) * 0.1;
            fake = fake - Tensor::from_inner(outcome.fake) * 0.1;
        }
        let end = discriminator(&*loss, real, fake).loss;
        assert!(end < start, "{loss:?}: {start} to {end}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (loss, _) in all() {
        assert!(loss.check().is_ok(), "{loss:?}");
    }
    let nan = f64::NAN;
    let mut refused: Vec<Box<dyn AdversarialLoss>> = vec![
        Box::new(LeastSquares::new(nan, 1.0, 1.0)),
        Box::new(LeastSquares::new(1.0, 1.0, 0.0)),
        Box::new(LossSensitive::new(-1.0)),
        Box::new(LossSensitive::new(1.0).margin(nan)),
        Box::new(EnergyBased::new(-1.0)),
        Box::new(BoundaryEquilibrium::new(nan)),
        Box::new(BoundaryEquilibrium::new(0.5).gain(-1.0)),
        Box::new(BoundaryEquilibrium::new(0.5).start(1.5)),
        Box::new(DualDiscriminator { alpha: nan, beta: 1.0 }),
        Box::new(DualDiscriminator { alpha: 1.0, beta: -1.0 }),
        Box::new(MaximumMeanDiscrepancy::gaussian([])),
        Box::new(MaximumMeanDiscrepancy::gaussian([1.0, 0.0])),
        Box::new(MaximumMeanDiscrepancy::rational_quadratic([-1.0])),
        Box::new(LabelSmoothing::one_sided(NonSaturating, 1.1)),
        Box::new(LabelSmoothing::two_sided(NonSaturating, 0.9, nan)),
        Box::new(LabelSmoothing::one_sided(EnergyBased::new(nan), 0.9)),
    ];
    refused.extend(
        [0.0, 1.0, nan, f64::INFINITY]
            .map(|a| -> Box<dyn AdversarialLoss> { Box::new(FDivergence::new(Divergence::Alpha(a))) }),
    );
    for loss in refused {
        assert!(loss.check().is_err(), "{loss:?}");
        assert!(LabelSmoothing::one_sided(loss, 1.0).check().is_err());
    }
}

#[test]
fn memory_survives_and_losses_move_between_threads() {
    fn sendable(_: &dyn Send) {}
    for (mut loss, _) in all() {
        loss.advance(noise([8, 1], 11).abs(), noise([8, 1], 12).abs());
        let memory: Memory = loss.memory();
        loss.recall(&memory);
        assert_eq!(loss.memory(), memory, "{loss:?}");
        sendable(&loss);
    }
}
