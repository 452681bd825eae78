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
        CganDiscriminatorConfig::new(3, small_trunk())
            .with_emphasis(f64::NAN)
            .try_init(&device)
            .unwrap_err(),
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
    let noisy = small_bigan(Inference::Gaussian).augment(InstanceNoise::constant(-1.0));
    let error = Trainer::new(noisy)
        .run(ring(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("instance noise"), "{error}");
}

#[test]
fn a_bigan_says_what_does_not_fit() {
    let error = |game: Bigan<MlpGenerator, BiganEncoder, Told<MlpDiscriminator>>| {
        let ended = Trainer::new(game).run(ring(), Budget::steps(1));
        ended.unwrap_err().to_string()
    };
    let small = || small_bigan(Inference::Deterministic);
    let one_sided = error(small().loss(LeastSquares::binary()));
    assert!(one_sided.contains("the loss of a BiGAN"), "{one_sided}");
    assert!(error(small().loss(BoundaryEquilibrium::new(0.5))).contains("the loss of a BiGAN"));
    assert!(error(small().loss(LossSensitive::new(1.0))).contains("the loss of a BiGAN"));
    assert!(error(small().code(4)).contains("1 to 3 numbers"));
    assert!(error(small().cycle(-1.0)).contains("the cycle of a BiGAN"));
    let wide = error(small().code(3));
    assert!(
        wide.contains("3 numbers, as many as the generator's code has"),
        "{wide}"
    );
    let even = small().loss(LeastSquares::pearson());
    Trainer::new(even).run(ring(), Budget::steps(1)).unwrap();
}

#[test]
fn bigan_of_images() {
    for (name, inference) in [
        ("bigan-images", Inference::Gaussian),
        ("alice-images", Inference::Noise(3)),
    ] {
        let game = small_image_bigan(inference).average(0.9);
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
fn semi_supervised_games_of_convolutions() {
    let classifier = || ConvClassifierConfig::new([1, 8, 8], 3).with_width(2).with_features(6);
    let generator = MlpGeneratorConfig::new(3, 64).with_hidden(vec![8]);
    let images = || waves().map(|images: Tensor<4>| images.rows());
    let labels = Tensor::<1, burn::tensor::Int>::from_data([0, 1, 2], &device());
    let labelled = || {
        (
            Repeat((Tensor::<2>::ones([3, 64], &device()), labels.clone())),
            images(),
        )
    };
    let game = SemiGan::new(generator.init(&device()), classifier().init(&device()));
    saves("semi-convolutions", game, labelled(), "classifier", |game| {
        game.classifier()
    });

    let network = ConvClassifierConfig::new([1, 8, 8], 3).init(&device()); // wide: of so few units all may be dead
    let twice = |network: &ConvClassifier| {
        let images = Tensor::<2>::ones([2, 64], &device());
        [network.forward(images.clone()).0, network.forward(images).0].map(|logits| bits(&logits))
    };
    let [one, other] = twice(&network);
    assert_ne!(one, other, "noise and dropout in training");
    let [one, other] = twice(&network.valid());
    assert_eq!(one, other);
    let said: Vec<i64> = classify(&network, &Tensor::ones([2, 64], &device()))
        .try_into_vec_as()
        .unwrap();
    let logits = network.valid().forward(Tensor::ones([1, 64], &Device::default())).0;
    assert_eq!(said, [logits.argmax(1).into_scalar::<i64>(); 2]);
    for wrong in [
        ConvClassifierConfig::new([1, 7, 8], 3),
        ConvClassifierConfig::new([0, 8, 8], 3),
        classifier().with_width(0),
        classifier().with_input_noise(f64::NAN),
        classifier().with_dropout(1.0),
    ] {
        let error = wrong.try_init(&device()).unwrap_err();
        assert!(matches!(error, Error::Config { .. }), "{error}");
    }
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
