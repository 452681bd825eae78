use super::*;

#[test]
fn mlp() {
    pair("mlp", points, ring);
}

#[test]
fn mlp_with_maxout_dropout_and_batch_norm() {
    let gan = || {
        let generator = MlpGeneratorConfig::new(3, 2)
            .with_hidden(vec![8, 8])
            .with_batch_norm(true);
        let discriminator = MlpDiscriminatorConfig::new(2)
            .with_hidden(vec![6])
            .with_maxout(Some(3))
            .with_dropout(0.2);
        Gan::new(generator.init(&device()), discriminator.init(&device())).penalty(R1::new(0.1))
    };
    pair("maxout", gan, ring);
}

#[test]
fn dcgan() {
    pair("dcgan", images, waves);
}

#[test]
fn dcgan_of_odd_sizes() {
    let shape = [3, 11, 18];
    let gan = || {
        let generator = DcganGeneratorConfig::new(5, shape).with_width(2).init(&device());
        let discriminator = DcganDiscriminatorConfig::new(shape).with_width(2).init(&device());
        Gan::new(generator, discriminator).penalty(GradientPenalty::two_sided(1.0))
    };
    let values: Vec<f32> = (0..2 * 3 * 11 * 18).map(|i| (i as f32 * 0.3).sin()).collect();
    let real = Tensor::<1>::from_floats(&values[..], &device()).reshape([2, 3, 11, 18]);
    pair("odd", gan, || Repeat(real.clone()));
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
        let gan = || {
            let discriminator = CganDiscriminatorConfig::new(3, small_trunk()).with_entry(judge);
            let gan = Gan::new(cgan_generator(make), discriminator.init(&device()));
            gan.penalty(R1::new(0.1)).average(0.9)
        };
        pair(name, gan, labelled_waves);
    }
}

#[test]
fn cgan_with_conditions_from_a_density() {
    let gan = || {
        let discriminator = CganDiscriminatorConfig::new(3, small_trunk()).init(&device());
        let seen = Tensor::<2>::from_data([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]], &device());
        let density = prior::KernelDensity::of(seen).unwrap().bandwidth(0.1).unwrap();
        let gan = Gan::new(cgan_generator(GeneratorCondition::Concatenated), discriminator);
        gan.prior((prior::Normal::new(4), density))
    };
    pair("cgan-density", gan, labelled_waves);
    let seen = Tensor::<2>::ones([1, 3], &device());
    let wrong = prior::KernelDensity::of(seen).unwrap().bandwidth(f32::NAN);
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("the bandwidth of a kernel density")
    );
}

#[test]
fn acgan() {
    let gan = || {
        let discriminator = AcganDiscriminatorConfig::new(3, small_trunk()).init(&device());
        let gan = Gan::new(cgan_generator(GeneratorCondition::Embedded(2)), discriminator);
        gan.loss(Hinge).term(RightClass::new(1.0))
    };
    pair("acgan", gan, labelled_waves);
}

#[test]
fn infogan_of_points_and_of_images() {
    let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
    let of_points = || {
        let points = MlpGeneratorConfig::new(codes.latent(), 2).with_hidden(vec![8]);
        let trunk = MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).with_scores(6);
        let gan = Gan::new(
            InfoGenerator::try_new(points.init(&device()), codes).unwrap(),
            InfoDiscriminator::try_new(trunk.init(&device()), 6, codes, &device()).unwrap(),
        );
        gan.term(Information::of(codes))
    };
    pair("infogan-points", of_points, || ring().map(Conditioned::unknown));

    let codes = InfoCodes::new().with_noise(2).with_categories(0).with_continuous(2);
    let of_images = || {
        let images = DcganGeneratorConfig::new(codes.latent(), [1, 8, 8]).with_width(2);
        let gan = Gan::new(
            InfoGenerator::try_new(images.init(&device()), codes).unwrap(),
            InfoDiscriminator::try_new(small_trunk().init(&device()), 6, codes, &device()).unwrap(),
        );
        gan.term(Information::of(codes).weights(1.0, 1.0))
    };
    pair("infogan-images", of_images, || waves().map(Conditioned::unknown));
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
            .with_entry(DiscriminatorCondition::Concatenated)
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

#[test]
fn bigan_with_every_encoder() {
    for (name, inference) in [
        ("bigan", Inference::Deterministic),
        ("ali", Inference::Gaussian),
        ("alice", Inference::Noise(2)),
    ] {
        resumes(name, || small_bigan(inference), ring)
            .loads("encoder", |game| game.encoder().clone(), weights)
            .loads("generator", |game| game.generator().clone(), samples)
            .loads("discriminator", |game| game.discriminator().clone(), weights);
    }
    let game = || {
        let game = small_bigan(Inference::Gaussian).loss(Wasserstein);
        game.penalty(GradientPenalty::two_sided(1.0)).penalty(LeCam::new(0.1))
    };
    resumes("bigan-wasserstein", game, ring).loads("generator", |game| game.generator().clone(), samples);
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
        let game = || small_image_bigan(inference).average(0.9);
        resumes(name, game, waves).loads("encoder", |game| game.encoder().clone(), weights);
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
    let guess = |classifier: &SemiClassifier| bits(&classifier.forward(Tensor::ones([3, 2], &Device::default())).0);
    let semi = || SemiGan::new(small_generator(), small_classifier());
    resumes("semi", semi, partly_labelled)
        .loads("classifier", |game| game.classifier().clone(), guess)
        .loads("generator", |game| game.generator().clone(), samples);
    let catgan = || CatGan::new(small_generator(), small_classifier());
    resumes("catgan", catgan, partly_labelled)
        .loads("classifier", |game| game.classifier().clone(), guess)
        .loads("generator", |game| game.generator().clone(), samples);
    resumes("triple", small_triple, partly_labelled)
        .loads("classifier", |game| game.classifier().clone(), guess)
        .loads("generator", |game| game.generator().clone(), weights)
        .loads("discriminator", |game| game.discriminator().clone(), weights);
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
    let game = || SemiGan::new(generator.init(&device()), classifier().init(&device()));
    resumes("semi-convolutions", game, labelled).loads("classifier", |game| game.classifier().clone(), weights);

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

/// How a game of one round ends that cannot be played.
fn refusal<Gm: Game>(game: Gm, data: impl Batches<Batch = Gm::Batch>) -> String {
    let outcome = Trainer::new(game).run(data, Budget::steps(1));
    outcome.unwrap_err().to_string()
}

#[test]
fn pictures_of_another_size_are_an_error() {
    // Sizes that the convolutions would take without a word.
    let wide = || waves().map(|images: Tensor<4>| Tensor::cat(vec![images.clone(), images.narrow(3, 0, 1)], 3));
    let error = refusal(images(), wide());
    assert!(error.contains("pictures: expected 1x8x8, got 1x8x9"), "{error}");
    let judge = |shape| DcganDiscriminatorConfig::new(shape).with_width(4).init(&device());
    let error = refusal(Gan::new(images().generator().clone(), judge([1, 8, 9])), waves());
    assert!(error.contains("pictures: expected 1x8x9, got 1x8x8"), "{error}");
    let trunk = ImageTrunkConfig::new([1, 8, 9]).with_width(2).init(&device());
    let error = refusal(Gan::new(images().generator().clone(), trunk), waves());
    assert!(error.contains("pictures: expected 1x8x9, got 1x8x8"), "{error}");
}

#[test]
fn labels_and_codes_that_nobody_knows_are_errors() {
    let labels = Tensor::<1, burn::tensor::Int>::from_data([0, 3, 2], &device());
    let data = || (Repeat((Tensor::<2>::ones([3, 2], &device()), labels.clone())), ring());
    for error in [
        refusal(SemiGan::new(small_generator(), small_classifier()), data()),
        refusal(CatGan::new(small_generator(), small_classifier()), data()),
        refusal(small_triple(), data()),
    ] {
        assert!(error.contains("a label: expected one of 0 to 2, got 3"), "{error}");
    }
    let judge = AcganDiscriminatorConfig::new(2, small_trunk()).init(&device());
    let acgan = Gan::new(cgan_generator(GeneratorCondition::Concatenated), judge).term(RightClass::new(1.0));
    let error = refusal(acgan, labelled_waves());
    assert!(error.contains("expected conditions of 2 classes, got 3"), "{error}");

    let judge = AcganDiscriminatorConfig::new(3, small_trunk()).init(&device());
    let acgan = Gan::new(cgan_generator(GeneratorCondition::Concatenated), judge).term(RightClass::new(1.0));
    let error = refusal(acgan, waves().map(Conditioned::unknown));
    assert!(error.contains("expected conditions of 3 classes, got 1"), "{error}");

    let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
    let infogan = |features, read: InfoCodes| {
        let points = MlpGeneratorConfig::new(codes.latent(), 2).with_hidden(vec![8]);
        let trunk = MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).with_scores(6);
        let gan = Gan::new(
            InfoGenerator::try_new(points.init(&device()), codes).unwrap(),
            InfoDiscriminator::try_new(trunk.init(&device()), features, codes, &device()).unwrap(),
        );
        refusal(gan.term(Information::of(read)), ring().map(Conditioned::unknown))
    };
    let error = infogan(6, codes.with_categories(2));
    assert!(
        error.contains("information: expected 3 numbers told and read"),
        "{error}"
    );
    let error = infogan(5, codes);
    assert!(
        error.contains("a trunk that says 5 numbers of a sample, got 6"),
        "{error}"
    );
    let judge = MlpDiscriminatorConfig::new(2 + 3).with_hidden(vec![8]);
    let triple = TripleGan::new(
        Told::generator(MlpGeneratorConfig::new(4 + 3, 2).with_hidden(vec![8]), 3, &device()).unwrap(),
        SemiClassifierConfig::new(2, 4).with_hidden(vec![8, 6]).init(&device()),
        Told::discriminator(judge, 3, &device()).unwrap(),
    );
    let known = Tensor::<1, burn::tensor::Int>::from_data([0, 1, 2], &device());
    let error = refusal(triple, (Repeat((Tensor::<2>::ones([3, 2], &device()), known)), ring()));
    assert!(
        error.contains("expected 3 classes, as the generator has, got 4"),
        "{error}"
    );

    let bigan = play(small_bigan(Inference::Deterministic), ring(), 1).into_game();
    // Also of one that has played before.
    let dual = bigan.loss(DualDiscriminator::default());
    assert!(refusal(dual, ring()).contains("the loss of a BiGAN"));
    let projected = CganDiscriminatorConfig::new(3, small_trunk()).with_entry(DiscriminatorCondition::Projected);
    let error = projected.with_emphasis(3.0).try_init(&device()).unwrap_err();
    assert!(
        error.to_string().contains("the emphasis of a projected condition"),
        "{error}"
    );
}

#[test]
fn an_emphasis_is_heeded() {
    let scores = |emphasis| {
        random::with_seeded_device(&device(), 3, || {
            let config = CganDiscriminatorConfig::new(3, small_trunk())
                .with_entry(DiscriminatorCondition::Concatenated)
                .with_emphasis(emphasis);
            let Conditioned { sample, condition } = labelled_waves().0;
            bits(&config.init(&device()).forward(sample, condition))
        })
    };
    assert_eq!(scores(1.0), scores(1.0));
    assert_ne!(scores(1.0), scores(100.0));
}
