//! What every loss, penalty, constraint, optimizer, min-max method and model must do, on any device.
//!
//! A new piece joins with one line. `BURN_DEVICE` picks the device.

use agon::prelude::*;
use burn::optim::AdamWConfig;
use serde_json::Value;

use crate::support::*;

/// One test for each piece, in which a game with it plays three rounds.
macro_rules! plays {
    ($($name:ident: $game:expr,)*) => {
        $(
            #[test]
            fn $name() {
                play_and_check($game, ring());
            }
        )*
    };
}

/// Three rounds, all figures finite, both players moved, samples finite.
fn play_and_check<Gm>(game: Gm, data: impl Batches<Batch = Gm::Batch>)
where
    Gm: Game + Sampling,
{
    let mut trainer = Trainer::new(game).seed(7).guard(Guard::every(1));
    trainer.run(data, Budget::steps(3)).unwrap();
    let samples: Vec<f32> = trainer.game().sample(4, 0).rows().inner().try_into_vec_as().unwrap();
    assert!(samples.iter().all(|value| value.is_finite()), "{samples:?}");
    let mut game = trainer.into_game();
    assert!(
        game.players().iter().all(|player| player.steps() > 0),
        "somebody did not move"
    );
}

/// A game after three rounds played in one go, and after three with a break, with the checkpoint that the latter left.
struct Kept<Gm> {
    name: String,
    scratch: Scratch,
    whole: Gm,
    parts: Gm,
}

/// Plays three rounds in one go, and again with a break after two: the weights of all players and the memory of the
/// game agree to the bit.
fn resumes<Gm, B>(name: &str, game: impl Fn() -> Gm, data: impl Fn() -> B) -> Kept<Gm>
where
    Gm: Game,
    B: Batches<Batch = Gm::Batch>,
{
    let scratch = Scratch::new(&format!("resumes-{name}"));
    let run = |steps, resume: bool, folder: &str| {
        let kept = scratch.join(folder);
        let trainer = Trainer::new(game()).guard(Guard::every(1));
        let trainer = trainer.observe(Checkpoints::every(2).to(&kept));
        let mut trainer = match resume {
            true => trainer.resume(kept.join("latest")),
            false => trainer.seed(7),
        };
        trainer.run(data(), Budget::steps(steps)).unwrap();
        trainer.into_game()
    };
    let learned = |game: &mut Gm| {
        let memory = game.memory();
        let players = game.players().into_iter().map(|player| player.weights().unwrap());
        (players.collect::<Vec<_>>(), memory)
    };
    let mut whole = run(3, false, "whole");
    let half = learned(&mut run(2, false, "kept"));
    let mut parts = run(3, true, "kept");
    let found = learned(&mut parts);
    assert!(half.0 != found.0, "{name}: nothing was learned");
    assert!(learned(&mut whole) == found, "{name}: resumed, it differs");
    let idle = parts.players().iter().any(|player| player.steps() == 0);
    assert!(!idle, "{name}: somebody did not move");
    Kept {
        name: name.to_owned(),
        scratch,
        whole,
        parts,
    }
}

impl<Gm: Game> Kept<Gm> {
    /// A player's network comes back without the game: it says what `used` says in both games, of which running
    /// statistics and whatever else is not trained are a part.
    fn loads<N: Loadable>(self, player: &str, used: impl Fn(&Gm) -> N, says: impl Fn(&N) -> Vec<u32>) -> Self {
        let checkpoint = Checkpoint::open(self.scratch.join("kept/latest")).unwrap();
        let said = says(&checkpoint.network(player, &Device::default()).unwrap());
        let finite = said.iter().all(|said| f32::from_bits(*said).is_finite());
        assert!(finite && !said.is_empty(), "{}: {player}", self.name);
        for game in [&self.whole, &self.parts] {
            let known = says(&used(game).valid());
            assert!(said == known, "{}: {player}, loaded, says something else", self.name);
        }
        self
    }
}

/// A few samples of a generator.
fn samples<G: Generator>(generator: &G) -> Vec<u32> {
    bits(&generator.sample(3, 5).rows())
}

/// As `resumes`, and both networks come back: the generator's samples and configuration, and the discriminator's
/// weights.
fn pair<G, D, B>(name: &str, gan: impl Fn() -> Gan<G, D>, data: impl Fn() -> B)
where
    G: Generator + Loadable,
    G::Config: serde::Serialize,
    D: Discriminator<Input = G::Output> + Loadable,
    B: Batches<Batch = G::Output>,
{
    let kept = resumes(name, gan, data)
        .loads("generator", |gan| gan.generator().clone(), samples)
        .loads("discriminator", |gan| gan.discriminator().clone(), weights);
    let loaded = G::load(kept.scratch.join("kept/latest"), &Device::default()).unwrap();
    let written: Value = loaded.config().unwrap();
    let read: G::Config = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), written);
}

/// The points game with an energy for a discriminator: scores that are never negative.
fn energies() -> Gan<MlpGenerator, Energy> {
    Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![16]).init(&device()),
        Energy {
            inner: MlpDiscriminatorConfig::new(2).with_hidden(vec![16]).init(&device()),
        },
    )
}

#[derive(Module, Debug)]
struct Energy {
    inner: MlpDiscriminator,
}

impl Discriminator for Energy {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
        self.inner.forward(points).square()
    }
}

/// The points game with a discriminator that embeds.
fn embeddings() -> Gan<MlpGenerator, MlpDiscriminator> {
    Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![16]).init(&device()),
        MlpDiscriminatorConfig::new(2)
            .with_hidden(vec![16])
            .with_scores(3)
            .init(&device()),
    )
}

mod losses {
    use super::*;

    fn f(divergence: Divergence) -> Points {
        points().loss(FDivergence::new(divergence).alternative())
    }

    plays! {
        minimax: points().loss(Minimax),
        non_saturating: points().loss(NonSaturating),
        least_squares: points().loss(LeastSquares::binary()),
        wasserstein: points().loss(Wasserstein),
        hinge: points().loss(Hinge),
        relativistic_standard: points().loss(RelativisticStandard),
        relativistic_average_standard: points().loss(RelativisticAverageStandard),
        relativistic_average_least_squares: points().loss(RelativisticAverageLeastSquares),
        relativistic_average_hinge: points().loss(RelativisticAverageHinge),
        total_variation: f(Divergence::TotalVariation),
        kl: f(Divergence::Kl),
        reverse_kl: f(Divergence::ReverseKl),
        pearson_chi2: f(Divergence::PearsonChi2),
        neyman_chi2: f(Divergence::NeymanChi2),
        squared_hellinger: f(Divergence::SquaredHellinger),
        jensen_shannon: f(Divergence::JensenShannon),
        gan: f(Divergence::Gan),
        jeffreys: f(Divergence::Jeffreys),
        alpha: f(Divergence::Alpha(0.5)),
        loss_sensitive: points().loss(LossSensitive::new(0.1)),
        energy_based: energies().loss(EnergyBased::new(1.0)),
        boundary_equilibrium: energies().loss(BoundaryEquilibrium::new(0.5)),
        softmax: points().loss(SoftmaxGan),
        boundary_seeking: points().loss(BoundarySeeking),
        maximum_likelihood: points().loss(MaximumLikelihood::new()),
        fisher: points().loss(Fisher),
        mean_feature_matching: embeddings().loss(MeanFeatureMatching),
        maximum_mean_discrepancy: embeddings().loss(MaximumMeanDiscrepancy::gaussian([1.0])),
        label_smoothing: points().loss(LabelSmoothing::two_sided(NonSaturating, 0.9, 0.1)),
    }
}

mod penalties {
    use super::*;

    plays! {
        two_sided: points().penalty(GradientPenalty::two_sided(10.0)),
        one_sided: points().penalty(GradientPenalty::one_sided(10.0)),
        by_differences: points().penalty(GradientPenalty::two_sided(10.0).by_differences()),
        r1: points().penalty(R1::new(1.0)),
        r2: points().penalty(R2::new(1.0)),
        dragan: points().penalty(Dragan::new(10.0)),
        zero_centered: points().penalty(ZeroCentered::new(10.0)),
        consistency: points().penalty(Consistency::jitter(10.0, 0.1)),
        le_cam: points().penalty(LeCam::new(0.1)),
        orthogonal: points().penalty(OrthogonalRegularization::new(1e-4)),
        several_and_lazy: points().penalty(R1::new(1.0).every(2)).penalty(R2::new(1.0)),
    }
}

mod augmentations {
    use super::*;

    /// As `plays`, with images.
    macro_rules! sees {
        ($($name:ident: $augment:expr,)*) => {
            $(
                #[test]
                fn $name() {
                    play_and_check(images().augment($augment), waves());
                }
            )*
        };
    }

    sees! {
        diff_augment: DiffAugment::all(),
        ada: Ada::new().start(0.5),
        fixed_ada: Ada::fixed(1.0),
        horizontal_flip: HorizontalFlip::new(0.5),
        random_affine: RandomAffine::new().rotation(0.2).scale(1.2).stretch(1.1).translation(0.1),
        flip_and_shift: augment::flip_and_shift(2),
        jitter: augment::jitter(0.1),
    }

    #[test]
    fn with_everything_else() {
        let game = images()
            .loss(RelativisticAverageHinge)
            .penalty(R1::new(1.0))
            .penalty(GradientPenalty::two_sided(1.0))
            .augment(HorizontalFlip::new(0.5))
            .augment(Ada::fixed(0.6))
            .augment(DiffAugment::all())
            .instance_noise(InstanceNoise::constant(0.1))
            .unrolled(Unroll::new(1, 0.1));
        play_and_check(game, waves());
    }
}

mod constraints {
    use super::*;

    plays! {
        weight_clip: points().constraint(WeightClip(0.01)),
        equalized_rate: points().constraint(EqualizedRate::new()).generator_constraint(EqualizedRate::new()),
        spectral_norm: points().constraint(SpectralNorm::new()),
        spectral_norm_of_both: points().constraint(SpectralNorm::new()).generator_constraint(SpectralNorm::new()),
    }
}

mod methods {
    use super::*;

    plays! {
        sgd: points().optimizers(Sgd::new(0.1).momentum(0.9)),
        rms_prop: points().optimizers(RmsProp::new(1e-3)),
        optimistic_adam: points().optimizers(OptimisticAdam::new(1e-3)),
        any_optimizer_of_burn: points().optimizers(Optimizer::new(AdamWConfig::new().init(), 1e-3)),
        clipped_and_accumulated: points().optimizers(Optimizer::from(Adam::new(1e-3)).clip_norm(0.1).accumulate(2)),
        averaged: points().average(0.9),
        instance_noise: points().instance_noise(InstanceNoise::annealed(0.5, 0.0, 2)),
        unrolled: points().unrolled(Unroll::new(2, 0.1)),
        unrolled_as_it_learns: points().unrolled(Unroll::own(2)),
        unrolled_first_order: points().unrolled(Unroll::new(2, 0.1).first_order()),
        consensus: points().updates(Updates::Consensus { gamma: 0.1 }),
        extragradient: Extragradient::new(points()),
        lookahead: Lookahead::new(points()).every(2),
    }
}

mod models;

mod sequences;

mod translating;

mod against_mode_collapse;

#[cfg(feature = "flex")]
mod devices;
