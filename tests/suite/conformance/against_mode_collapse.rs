use super::*;

fn generator() -> MlpGenerator {
    MlpGeneratorConfig::new(4, 2).with_hidden(vec![16]).init(&device())
}

fn encoder(numbers: usize) -> MlpTranslator {
    let config = MlpGeneratorConfig::new(2, numbers).with_hidden(vec![16]);
    config.init(&device()).into()
}

fn judge(features: usize) -> MlpDiscriminator {
    let config = MlpDiscriminatorConfig::new(features);
    config.with_hidden(vec![16]).init(&device())
}

fn told(codes: usize) -> Told<MlpDiscriminator> {
    let config = MlpDiscriminatorConfig::new(2 + codes).with_hidden(vec![16]);
    Told::discriminator(config, codes, &device()).unwrap()
}

fn company() -> MinibatchDiscriminator<MlpDiscriminator> {
    let features = MlpDiscriminatorConfig::new(2).with_hidden(vec![16]).with_scores(8);
    let config = MinibatchDiscriminatorConfig::new(8).with_kernels(4);
    config.init(features.init(&device()), &device())
}

fn two() -> TwoJudges<MlpDiscriminator> {
    TwoJudges::new(judge(2), judge(2))
}

pub(super) type SmallVeegan = Veegan<MlpGenerator, GaussianEncoder<MlpTranslator>, Told<MlpDiscriminator>>;

fn veegan() -> SmallVeegan {
    Veegan::new(generator(), GaussianEncoder::of(encoder(2 * 4)), told(4))
}

fn mdgan() -> Mdgan<MlpGenerator, MlpTranslator, MlpDiscriminator> {
    Mdgan::new(generator(), encoder(4), [judge(2), judge(2)])
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
    veegan_as_wide_as_the_prior: Veegan::new(generator(), UnitGaussianEncoder::of(encoder(4)), told(4)),
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
        |judge: &MinibatchDiscriminator<MlpDiscriminator>| judge.discriminate(point()),
    );
    loads(
        "veegan",
        veegan(),
        "reconstructor",
        |encoder: &GaussianEncoder<MlpTranslator>| encoder.encode(point()).1,
    );
    loads(
        "veegan-unit",
        Veegan::new(generator(), UnitGaussianEncoder::of(encoder(4)), told(4)),
        "reconstructor",
        |encoder: &UnitGaussianEncoder<MlpTranslator>| encoder.encode(point()).0,
    );
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

const SHAPE: [usize; 3] = [1, 8, 8];

fn images(scores: usize) -> DcganDiscriminator {
    let config = DcganDiscriminatorConfig::new(SHAPE).with_width(2);
    config.with_scores(scores).init(&device())
}

/// Plays two rounds on images, and finds the players in their checkpoint.
fn plays_on_images(name: &str, game: impl Game<Batch = Tensor<4>> + 'static) -> (Scratch, Checkpoint) {
    let scratch = Scratch::new(&format!("collapse-images-{name}"));
    let mut trainer = Trainer::new(game).seed(7);
    trainer = trainer.observe(Checkpoints::every(2).to(scratch.join("kept")));
    trainer.run(waves(), Budget::steps(2)).unwrap();
    let kept = Checkpoint::open(scratch.join("kept/latest")).unwrap();
    (scratch, kept)
}

#[test]
fn they_play_with_convolutions() {
    let generator = || DcganGeneratorConfig::new(4, SHAPE).with_width(2).init(&device());
    let encoder = |numbers| DcganEncoder::from(images(numbers));
    let picture = || Tensor::<4>::ones([3, 1, 8, 8], &Device::default());

    let trunk = ImageTrunkConfig::new(SHAPE).with_width(2).with_features(8);
    let judge = CganDiscriminatorConfig::new(4, trunk).init(&device());
    let veegan = Veegan::new(generator(), GaussianEncoder::of(encoder(2 * 4)), judge);
    let (_scratch, kept) = plays_on_images("veegan", veegan);
    let loaded: GaussianEncoder<DcganEncoder> = kept.network("reconstructor", &Device::default()).unwrap();
    assert_eq!(loaded.encode(picture()).1.dims(), [3, 4]);

    let (_scratch, kept) = plays_on_images("mdgan", Mdgan::new(generator(), encoder(4), [images(1), images(1)]));
    let loaded: DcganEncoder = kept.network("encoder", &Device::default()).unwrap();
    assert_eq!(loaded.encode(picture()).dims(), [3, 4]);

    let company = MinibatchDiscriminatorConfig::new(6).init(images(6), &device());
    let (_scratch, kept) = plays_on_images("minibatch", Gan::new(generator(), company));
    let loaded: MinibatchDiscriminator<DcganDiscriminator> = kept.network("discriminator", &Device::default()).unwrap();
    assert_eq!(loaded.discriminate(picture()).dims(), [3, 1]);

    let judges = TwoJudges::new(images(1), images(1));
    plays_on_images(
        "d2gan",
        Gan::new(generator(), judges).loss(DualDiscriminator::default()),
    );
    plays_on_images("gap", Gap::new((0..2).map(|_| Gan::new(generator(), images(1))), 1));

    let company = MinibatchDiscriminatorConfig::new(6).init(images(5), &device());
    let error = Trainer::new(Gan::new(generator(), company))
        .run(waves(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expected a network that says 6 numbers of a sample, got 5"),
        "{error}"
    );

    let error = DcganDiscriminatorConfig::new(SHAPE)
        .with_scores(0)
        .try_init(&device())
        .unwrap_err();
    assert!(matches!(error, Error::Config { .. }), "{error}");
    for wrong in [
        MinibatchDiscriminatorConfig::new(0),
        MinibatchDiscriminatorConfig::new(6).with_kernels(0),
        MinibatchDiscriminatorConfig::new(6).with_deviation(f64::NAN),
    ] {
        let error = wrong.try_init(images(6), &device()).unwrap_err();
        assert!(matches!(error, Error::Config { .. }), "{error}");
    }
}
