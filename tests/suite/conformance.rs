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
        unrolled_first_order: points().unrolled(Unroll::new(2, 0.1).first_order()),
        consensus: points().updates(Updates::Consensus { gamma: 0.1 }),
        extragradient: Extragradient::new(points()),
        lookahead: Lookahead::new(points()).every(2),
    }
}

mod models {
    use super::*;

    /// Trains, saves, loads without the training code, and compares samples and configurations.
    fn round_trip<G, D>(name: &str, gan: Gan<G, D>, data: impl Batches<Batch = G::Output>)
    where
        G: Generator + Loadable,
        G::Config: serde::Serialize,
        D: Discriminator<Input = G::Output> + Loadable,
    {
        let scratch = Scratch::new(&format!("model-{name}"));
        let mut trainer = Trainer::new(gan)
            .seed(7)
            .guard(Guard::every(1))
            .observe(Checkpoints::every(2).to(scratch.join("kept")));
        trainer.run(data, Budget::steps(2)).unwrap();
        let device = Device::default();
        let loaded = G::load(scratch.join("kept/latest"), &device).unwrap();
        let (a, b) = (trainer.game().sample(3, 5).rows(), loaded.sample(3, 5).rows());
        let difference: f32 = (a.inner() - b.inner()).abs().max().into_scalar();
        assert!(difference < 1e-6, "{name}: {difference}");
        D::load(scratch.join("kept/latest"), &device).unwrap();

        let written: Value = loaded.config().unwrap();
        let read: G::Config = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), written);
    }

    #[test]
    fn mlp() {
        round_trip("mlp", points(), ring());
    }

    #[test]
    fn mlp_with_maxout_dropout_and_batch_norm() {
        let gan = Gan::new(
            MlpGeneratorConfig::new(3, 2)
                .with_hidden(vec![8, 8])
                .with_batch_norm(true)
                .init(&device()),
            MlpDiscriminatorConfig::new(2)
                .with_hidden(vec![6])
                .with_maxout(Some(3))
                .with_dropout(0.2)
                .init(&device()),
        );
        round_trip("maxout", gan.penalty(R1::new(0.1)), ring());
    }

    #[test]
    fn dcgan() {
        round_trip("dcgan", images(), waves());
    }

    #[test]
    fn dcgan_of_odd_sizes() {
        let shape = [3, 11, 18];
        let gan = Gan::new(
            DcganGeneratorConfig::new(5, shape).with_width(2).init(&device()),
            DcganDiscriminatorConfig::new(shape).with_width(2).init(&device()),
        );
        let values: Vec<f32> = (0..2 * 3 * 11 * 18).map(|i| (i as f32 * 0.3).sin()).collect();
        let real = Tensor::<1>::from_floats(&values[..], &device()).reshape([2, 3, 11, 18]);
        round_trip("odd", gan.penalty(GradientPenalty::two_sided(1.0)), Repeat(real));
    }

    #[test]
    fn images_too_small_are_an_error() {
        let error = DcganGeneratorConfig::new(5, [1, 7, 32])
            .try_init(&device())
            .unwrap_err()
            .to_string();
        assert!(error.contains("at least 8 pixels") && error.contains("7x32"), "{error}");
    }

    fn small_trunk() -> ImageTrunkConfig {
        ImageTrunkConfig::new([1, 8, 8]).with_width(2).with_features(6)
    }

    fn cgan_generator(entry: GeneratorCondition) -> CganGenerator {
        let config = CganGeneratorConfig::new(4, 3, [1, 8, 8]);
        config.with_width(2).with_entry(entry).init(&device())
    }

    #[test]
    fn cgan_told_in_every_way() {
        use {DiscriminatorCondition as Judge, GeneratorCondition as Make};
        for (name, make, judge) in [
            ("cgan-concatenated", Make::Concatenated, Judge::Concatenated),
            ("cgan-embedded", Make::Embedded(5), Judge::Embedded(4)),
            ("cgan-projected", Make::BatchNorm, Judge::Projected),
        ] {
            let discriminator = CganDiscriminatorConfig::new(3, small_trunk()).with_entry(judge);
            let gan = Gan::new(cgan_generator(make), discriminator.init(&device()));
            round_trip(name, gan.penalty(R1::new(0.1)).average(0.9), labelled_waves());
        }
    }

    #[test]
    fn cgan_with_conditions_from_a_density() {
        let discriminator = CganDiscriminatorConfig::new(3, small_trunk()).init(&device());
        let seen = Tensor::<2>::from_data([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]], &device());
        let density = prior::KernelDensity::of(seen).unwrap().bandwidth(0.1);
        let gan = Gan::new(cgan_generator(GeneratorCondition::Concatenated), discriminator);
        play_and_check(gan.prior((prior::Normal::new(4), density)), labelled_waves());
    }

    #[test]
    fn acgan() {
        let discriminator = AcganDiscriminatorConfig::new(3, small_trunk()).init(&device());
        let gan = Gan::new(cgan_generator(GeneratorCondition::Embedded(2)), discriminator);
        round_trip("acgan", gan.loss(Hinge).term(RightClass::new(1.0)), labelled_waves());
    }

    #[test]
    fn infogan_of_points_and_of_images() {
        let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
        let points = MlpGeneratorConfig::new(codes.latent(), 2).with_hidden(vec![8]);
        let trunk = MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).with_scores(6);
        let of_points = Gan::new(
            InfoGenerator::try_new(points.init(&device()), codes).unwrap(),
            InfoDiscriminator::try_new(trunk.init(&device()), 6, codes, &device()).unwrap(),
        );
        let of_points = of_points.term(Information::of(codes));
        round_trip("infogan-points", of_points, ring().map(Conditioned::unknown));

        let codes = InfoCodes::new().with_noise(2).with_categories(0).with_continuous(2);
        let images = DcganGeneratorConfig::new(codes.latent(), [1, 8, 8]).with_width(2);
        let of_images = Gan::new(
            InfoGenerator::try_new(images.init(&device()), codes).unwrap(),
            InfoDiscriminator::try_new(small_trunk().init(&device()), 6, codes, &device()).unwrap(),
        );
        let of_images = of_images.term(Information::of(codes).weights(1.0, 1.0));
        round_trip("infogan-images", of_images, waves().map(Conditioned::unknown));
    }

    #[test]
    fn terms_that_nobody_would_see_are_errors() {
        let gan = || {
            let discriminator = AcganDiscriminatorConfig::new(3, small_trunk()).init(&device());
            Gan::new(cgan_generator(GeneratorCondition::Concatenated), discriminator).term(RightClass::new(1.0))
        };
        for gan in [
            gan().updates(Updates::Consensus { gamma: 0.1 }),
            gan().unrolled(Unroll::new(1, 0.1)),
        ] {
            let error = Trainer::new(gan)
                .run(labelled_waves(), Budget::steps(1))
                .unwrap_err()
                .to_string();
            assert!(error.contains("class"), "{error}");
        }
    }

    #[test]
    fn conditional_networks_of_no_size_are_errors() {
        let device = device();
        let errors = [
            CganGeneratorConfig::new(4, 3, [1, 10, 8])
                .try_init(&device)
                .unwrap_err(),
            CganGeneratorConfig::new(4, 0, [1, 8, 8]).try_init(&device).unwrap_err(),
            CganDiscriminatorConfig::new(0, small_trunk())
                .try_init(&device)
                .unwrap_err(),
            AcganDiscriminatorConfig::new(0, small_trunk())
                .try_init(&device)
                .unwrap_err(),
            small_trunk().with_width(0).try_init(&device).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::Config { .. }), "{error}");
        }
        let nothing = InfoCodes::new().with_categories(0).with_continuous(0);
        assert!(InfoGenerator::try_new(points().generator().clone(), nothing).is_err());
    }

    /// As `round_trip`, for games with other players than two: the networks of these players come back as they were.
    fn saves<Gm, N>(name: &str, game: Gm, data: impl Batches<Batch = Gm::Batch>, player: &str, look: impl Fn(&Gm) -> &N)
    where
        Gm: Game + Sampling,
        N: Loadable,
    {
        let scratch = Scratch::new(&format!("game-{name}"));
        let mut trainer = Trainer::new(game)
            .seed(7)
            .guard(Guard::every(1))
            .observe(Checkpoints::every(2).to(scratch.join("kept")));
        trainer.run(data, Budget::steps(3)).unwrap();
        let checkpoint = Checkpoint::open(scratch.join("kept/latest")).unwrap();
        let loaded: N = checkpoint.network(player, &Device::default()).unwrap();
        assert_eq!(weights(look(trainer.game())), weights(&loaded), "{name}");
        let samples: Vec<f32> = trainer.game().sample(4, 0).rows().inner().try_into_vec_as().unwrap();
        assert!(samples.iter().all(|value| value.is_finite()), "{samples:?}");
        assert!(trainer.into_game().players().iter().all(|player| player.steps() > 0));
    }

    #[test]
    fn bigan_with_every_encoder() {
        for (name, inference) in [
            ("bigan", Inference::Deterministic),
            ("ali", Inference::Gaussian),
            ("alice", Inference::Noise(2)),
        ] {
            saves(name, small_bigan(inference), ring(), "encoder", |game| game.encoder());
        }
        let game = small_bigan(Inference::Gaussian).loss(Wasserstein);
        saves("bigan-generator", game, ring(), "generator", |game| game.generator());
        let relativistic = small_bigan(Inference::Gaussian).loss(RelativisticStandard);
        assert!(Trainer::new(relativistic).run(ring(), Budget::steps(1)).is_err());
        let game = small_bigan(Inference::Gaussian).turns(0);
        let error = Trainer::new(game)
            .run(ring(), Budget::steps(1))
            .unwrap_err()
            .to_string();
        assert!(error.contains("turns"), "{error}");
    }

    #[test]
    fn bigan_of_images() {
        for (name, inference) in [
            ("bigan-images", Inference::Gaussian),
            ("alice-images", Inference::Noise(3)),
        ] {
            let encoder = ImageEncoderConfig::new(4, small_trunk()).with_inference(inference);
            let game = Bigan::new(
                DcganGeneratorConfig::new(4, [1, 8, 8]).with_width(2).init(&device()),
                encoder.init(&device()),
                CganDiscriminatorConfig::new(4, small_trunk()).init(&device()),
            );
            saves(name, game, waves(), "encoder", |game| game.encoder());
        }
    }

    #[test]
    fn what_is_encoded_comes_back_in_its_shape() {
        let game = play(small_bigan(Inference::Noise(2)), ring(), 2).into_game();
        let points = Tensor::<2>::zeros([5, 2], &device());
        assert_eq!(game.infer(points.clone(), 0).dims(), [5, 2]);
        assert_eq!(
            bits(&game.reconstruct(points.clone(), 3)),
            bits(&game.reconstruct(points, 3))
        );
    }

    #[test]
    fn semi_supervised_games() {
        let game = SemiGan::new(small_generator(), small_classifier());
        saves("semi", game, partly_labelled(), "classifier", |game| game.classifier());
        let game = CatGan::new(small_generator(), small_classifier());
        saves("catgan", game, partly_labelled(), "classifier", |game| {
            game.classifier()
        });
        saves("triple", small_triple(), partly_labelled(), "generator", |game| {
            game.generator()
        });
        saves(
            "triple-judge",
            small_triple(),
            partly_labelled(),
            "discriminator",
            |game| game.discriminator(),
        );
    }

    #[test]
    fn inferring_and_classifying_networks_of_no_size_are_errors() {
        let (device, mlp) = (device(), MlpGeneratorConfig::new(3, 2));
        let encoder = BiganEncoderConfig::new(2, 2);
        let errors = [
            encoder
                .clone()
                .with_inference(Inference::Noise(0))
                .try_init(&device)
                .unwrap_err(),
            BiganEncoderConfig::new(0, 2).try_init(&device).unwrap_err(),
            SemiClassifierConfig::new(2, 0).try_init(&device).unwrap_err(),
            SemiClassifierConfig::new(2, 3)
                .with_hidden(vec![])
                .try_init(&device)
                .unwrap_err(),
            SemiClassifierConfig::new(2, 3)
                .with_input_noise(-1.0)
                .try_init(&device)
                .unwrap_err(),
            Told::generator(mlp.clone(), 3, &device).unwrap_err(),
            Told::generator(mlp, 0, &device).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::Config { .. }), "{error}");
        }
    }
}

mod sequences {
    use agon::nn::LstmPolicyConfig;
    use burn::prelude::Int;

    use super::*;

    /// Sums and products of at most five words.
    fn sentences() -> Sentences {
        Grammar::arithmetic().sentences(5)
    }

    fn tokens() -> Box<dyn Batches<Batch = Tensor<2, Int>>> {
        Box::new(sentences().batches(8))
    }

    fn rows() -> Box<dyn Batches<Batch = Tensor<3>>> {
        Box::new(OneHot::new(sentences(), 6).batches(8))
    }

    /// A round of each part, and contests after them.
    fn seq_gan() -> SeqGan {
        let plan = SeqGanConfig::new()
            .with_likelihood_rounds(1)
            .with_discriminator_rounds(1)
            .with_discriminator_steps(1)
            .with_negatives(2)
            .with_rollouts(2);
        let policy = LstmPolicyConfig::new(6).with_embedding(4).with_hidden(4);
        SeqGan::new(
            LstmGeneratorConfig::new(policy, 5).init(&device()),
            TextDiscriminatorConfig::reduced(6, 5).with_embedding(4).init(&device()),
            plan,
        )
    }

    fn text_gan() -> TextGan {
        TextGan::new(
            SoftGeneratorConfig::text_gan(6, 5).with_hidden(4).init(&device()),
            TextGanDiscriminatorConfig::new(6, 5)
                .with_filters(vec![(2, 4)])
                .init(&device()),
            TextGanConfig::new(),
        )
    }

    fn gumbel() -> Gan<SoftGenerator, LstmDiscriminator> {
        Gan::new(
            SoftGeneratorConfig::new(6, 5).with_hidden(4).init(&device()),
            LstmDiscriminatorConfig::new(6).with_hidden(4).init(&device()),
        )
        .generator_constraint(Cooling::over(10, 5.0, 1.0))
    }

    /// Plays, stops, resumes: the same weights to the bit; and the generator is loaded without the game.
    fn holds<Gm, G>(name: &str, game: impl Fn() -> Gm, data: impl Fn() -> Box<dyn Batches<Batch = Gm::Batch>>)
    where
        Gm: Game + Sampling,
        G: Generator<Output = Gm::Sample> + Loadable,
    {
        let scratch = Scratch::new(&format!("sequences-{name}"));
        let run = |steps, resume: bool, folder: &str| {
            let kept = scratch.join(folder);
            let trainer = Trainer::new(game())
                .guard(Guard::every(1))
                .observe(Checkpoints::every(2).to(&kept));
            let mut trainer = match resume {
                true => trainer.resume(kept.join("latest")),
                false => trainer.seed(7),
            };
            trainer.run(data(), Budget::steps(steps)).unwrap();
            let mut game = trainer.into_game();
            let weights: Vec<_> = game.players().iter().map(|player| player.weights().unwrap()).collect();
            (weights, bits(&game.sample(4, 0).rows()))
        };
        let whole = run(5, false, "whole");
        let half = run(2, false, "parts");
        let again = run(5, true, "parts");
        assert_ne!(half, again, "{name}: nothing was learned");
        assert!(whole == again, "{name}: resumed, it differs");

        let checkpoint = Checkpoint::open(scratch.join("parts/latest")).unwrap();
        let loaded: G = checkpoint.network("generator", &Device::default()).unwrap();
        assert_eq!(bits(&loaded.sample(4, 0).rows()), whole.1, "{name}");
    }

    #[test]
    fn seq_gans() {
        play_and_check(seq_gan(), tokens());
        play_and_check(seq_gan().reward(Realness::new().with_baseline()), tokens());
        play_and_check(seq_gan().reward(MaliGan::new()), tokens());
        play_and_check(seq_gan().reward(RankGan::new()), tokens());
        holds::<_, LstmGenerator>("seq_gan", seq_gan, tokens);
        holds::<_, LstmGenerator>("rank_gan", || seq_gan().reward(RankGan::new()), tokens);
    }

    #[test]
    fn text_gans() {
        play_and_check(text_gan(), rows());
        holds::<_, SoftGenerator>("text_gan", text_gan, rows);
    }

    #[test]
    fn gumbel_softmax_gans() {
        play_and_check(gumbel(), rows());
        holds::<_, SoftGenerator>("gumbel", gumbel, rows);
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let wide = TextDiscriminatorConfig::new(6, 5)
            .try_init(&device())
            .unwrap_err()
            .to_string();
        assert!(wide.contains("each of 1 to 5 tokens"), "{wide}");
        let codes = TextGan::new(
            SoftGeneratorConfig::text_gan(6, 5).with_latent(3).init(&device()),
            TextGanDiscriminatorConfig::new(6, 5).init(&device()),
            TextGanConfig::new(),
        );
        let error = Trainer::new(codes)
            .run(rows(), Budget::steps(1))
            .unwrap_err()
            .to_string();
        assert!(error.contains("3 numbers") && error.contains("32"), "{error}");
    }
}

mod translating {
    use super::*;

    type Images = (Tensor<4>, Tensor<4>);

    /// Small colourless pictures and their negatives.
    pub(super) fn negatives() -> Repeat<Images> {
        let Repeat(waves) = waves();
        Repeat((waves.clone(), waves.neg()))
    }

    /// Trains, saves, loads without the training code, and compares what both translate.
    fn round_trip<G, N>(name: &str, game: G, player: &str, used: impl Fn(&G) -> N, map: impl Fn(&N) -> Tensor<4>)
    where
        G: Game<Batch = Images>,
        N: Loadable,
    {
        let scratch = Scratch::new(&format!("translating-{name}"));
        let mut trainer = Trainer::new(game)
            .seed(7)
            .guard(Guard::every(1))
            .observe(Checkpoints::every(2).to(scratch.join("kept")));
        trainer.run(negatives(), Budget::steps(2)).unwrap();
        let kept = Checkpoint::open(scratch.join("kept/latest")).unwrap();
        let loaded = kept.network::<N>(player, &Device::default()).unwrap();
        let difference = map(&used(trainer.game())) - map(&loaded);
        let difference: f32 = difference.abs().max().into_scalar();
        assert!(difference < 1e-6, "{name}: {difference}");
        let mut game = trainer.into_game();
        assert!(game.players().iter().all(|player| player.steps() >= 2), "{name}");
    }

    fn a() -> Tensor<4> {
        negatives().0.0.inner()
    }

    #[test]
    fn cyclegan() {
        let config = CycleGanConfig::new([1, 1]).with_width(4).with_blocks(1);
        let game = config.with_halvings(1).with_identity(5.0).with_pool(2);
        let game = game.try_init(&device()).unwrap().average(0.9);
        round_trip("cyclegan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
    }

    #[test]
    fn dualgan() {
        let config = DualGanConfig::new([1, 1]).with_width(4).with_depth(2).with_halvings(1);
        let game = config.with_critic_turns(2).try_init(&device()).unwrap();
        round_trip("dualgan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
    }

    #[test]
    fn discogan() {
        let config = DiscoGanConfig::new([1, 8, 8], [1, 8, 8]).with_width(4).with_depth(2);
        let game = config.try_init(&device()).unwrap();
        round_trip("discogan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
    }

    #[test]
    fn pix2pix() {
        let config = Pix2PixConfig::new([1, 1]).with_width(4).with_depth(3).with_halvings(0);
        let game = config.try_init(&device()).unwrap();
        round_trip("pix2pix", game, "map", Pix2Pix::map, |map| map.translate(a()));
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let error = CycleGanConfig::new([1, 3]).with_identity(5.0).try_init(&device());
        let error = error.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("identity") && error.contains("1 and 3"), "{error}");
        assert!(CycleGanConfig::new([1, 0]).try_init(&device()).is_err());
        assert!(DualGanConfig::new([1, 1]).with_depth(0).try_init(&device()).is_err());
        assert!(DiscoGanConfig::new([1, 4, 4], [1, 8, 8]).try_init(&device()).is_err());
        assert!(
            Pix2PixConfig::new([1, 1])
                .with_dropout(1.0)
                .try_init(&device())
                .is_err()
        );
        let still = CycleGanConfig::new([1, 1])
            .with_width(4)
            .with_halvings(1)
            .with_blocks(1);
        let still = still.try_init(&device()).unwrap().turns(Turns::new(0, 1));
        assert!(Trainer::new(still).run(negatives(), Budget::steps(1)).is_err());
    }
}

mod against_mode_collapse {
    use super::*;

    fn generator() -> MlpGenerator {
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![16]).init(&device())
    }

    fn encoder() -> MlpTranslator {
        MlpTranslator::from(MlpGeneratorConfig::new(2, 4).with_hidden(vec![16]).init(&device()))
    }

    fn judge(features: usize) -> MlpDiscriminator {
        let config = MlpDiscriminatorConfig::new(features);
        config.with_hidden(vec![16]).init(&device())
    }

    fn company() -> MinibatchDiscriminator {
        let config = MinibatchDiscriminatorConfig::new(2).with_hidden(vec![16]);
        config.with_kernels(4).init(&device())
    }

    fn two() -> TwoJudges<MlpDiscriminator> {
        TwoJudges::new(judge(2), judge(2))
    }

    pub(super) type SmallVeegan = Veegan<MlpGenerator, MlpTranslator, Joint<MlpDiscriminator>>;

    fn veegan() -> SmallVeegan {
        Veegan::new(generator(), encoder(), Joint::of(judge(4 + 2)))
    }

    fn mdgan() -> Mdgan<MlpGenerator, MlpTranslator, MlpDiscriminator> {
        Mdgan::new(generator(), encoder(), [judge(2), judge(2)])
    }

    fn gap(every: u64) -> Gap<MlpGenerator, MlpDiscriminator> {
        Gap::new((0..3).map(|_| Gan::new(generator(), judge(2))), every)
    }

    plays! {
        d2gan: Gan::new(generator(), two()).loss(DualDiscriminator::default()),
        d2gan_with_penalty: Gan::new(generator(), two()).loss(DualDiscriminator::default()).penalty(R1::new(0.1)),
        minibatch: Gan::new(generator(), company()),
        minibatch_with_penalty: Gan::new(generator(), company()).penalty(R1::new(0.1)),
        veegan_plays: veegan(),
        mdgan_plays: mdgan(),
        gap_plays: gap(2),
    }

    /// Trains, saves, and loads a player without the training code.
    fn loads<N: Loadable, G: Game<Batch = Tensor<2>>>(name: &str, game: G, player: &str, judge: fn(&N) -> Tensor<2>) {
        let scratch = Scratch::new(&format!("collapse-{name}"));
        let mut trainer = Trainer::new(game).seed(7);
        trainer = trainer.observe(Checkpoints::every(2).to(scratch.join("kept")));
        trainer.run(ring(), Budget::steps(2)).unwrap();
        let kept = Checkpoint::open(scratch.join("kept/latest")).unwrap();
        let loaded = kept.network::<N>(player, &Device::default()).unwrap();
        let said = judge(&loaded).inner();
        assert!(said.is_finite().all().into_scalar::<bool>(), "{name}");
    }

    fn point() -> Tensor<2> {
        Tensor::ones([3, 2], &Device::default())
    }

    #[test]
    fn their_networks_are_loaded_from_checkpoints() {
        let d2gan = Gan::new(generator(), two()).loss(DualDiscriminator::default());
        loads("d2gan", d2gan, "discriminator", |two: &TwoJudges<MlpDiscriminator>| {
            two.discriminate(point())
        });
        let minibatch = Gan::new(generator(), company());
        loads(
            "minibatch",
            minibatch,
            "discriminator",
            |judge: &MinibatchDiscriminator| judge.forward(point()),
        );
        loads("veegan", veegan(), "reconstructor", |encoder: &MlpTranslator| {
            encoder.forward(point())
        });
        loads("mdgan", mdgan(), "generator", |generator: &MlpGenerator| {
            generator.sample(3, 1)
        });
        loads("gap", gap(1), "generator-2", |generator: &MlpGenerator| {
            generator.sample(3, 1)
        });
    }

    #[test]
    fn parallel_gans_draw_new_opponents_and_keep_them_in_checkpoints() {
        let mut trainer = Trainer::new(gap(2)).seed(7);
        let mut seats = vec![];
        for step in 1..=12 {
            trainer.run(ring(), Budget::steps(step)).unwrap();
            seats.push(trainer.game().memory().get("seats").unwrap().to_vec());
        }
        assert_eq!(seats[0], [0.0, 1.0, 2.0]);
        assert!(seats.iter().any(|now| *now != seats[0]), "{seats:?}");
        // Rounds 2 and 3 are played in the same seats.
        assert!(seats[1..11].chunks(2).all(|pair| pair[0] == pair[1]), "{seats:?}");
        let mut sorted = seats[11].clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, seats[0]);
    }
}
