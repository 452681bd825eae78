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
    let game = Mdgan::new(generator(), encoder(4), [judge(2), judge(2)]);
    game.penalty(LeCam::new(0.1))
}

fn gap(every: u64) -> Gap<MlpGenerator, MlpDiscriminator> {
    Gap::new((0..3).map(|_| Gan::new(generator(), judge(2))), every)
}

plays! {
    d2gan_with_penalty: Gan::new(generator(), two()).loss(DualDiscriminator::default()).penalty(R1::new(0.1)),
    minibatch_with_penalty: Gan::new(generator(), company()).penalty(R1::new(0.1)),
}

fn point() -> Tensor<2> {
    Tensor::ones([3, 2], &Device::default())
}

fn scores(judge: &impl Discriminator<Input = Tensor<2>, Output = Tensor<2>>) -> Vec<u32> {
    bits(&judge.discriminate(point()))
}

fn codes(encoder: &impl Encoder<Input = Tensor<2>, Output = (Tensor<2>, Tensor<2>)>) -> Vec<u32> {
    let (mean, width) = encoder.encode(point());
    [bits(&mean), bits(&width)].concat()
}

#[test]
fn pacgan() {
    let game = || Gan::new(Packed::new(generator(), 3), judge(3 * 2));
    pair("pacgan", game, || GaussianMixture::ring().packed(3).batches(16));
    let of_images = || {
        let judge = DcganDiscriminatorConfig::new([2, 8, 8]).with_width(4);
        Gan::new(Packed::new(image_generator(), 2), judge.init(&device()))
    };
    let waves = || waves().map(|images: Tensor<4>| Tensor::cat(vec![images.clone(), images], 1));
    resumes("pacgan-images", of_images, waves).loads("generator", |game| game.generator().clone(), samples);
}

#[test]
fn unrolled() {
    pair("unrolled", || points().unrolled(Unroll::new(2, 0.1)), ring);
    pair("unrolled-own", || points().unrolled(Unroll::own(2)), ring);
}

#[test]
fn d2gan() {
    let game = || Gan::new(generator(), two()).loss(DualDiscriminator::default());
    resumes("d2gan", game, ring)
        .loads("generator", |game| game.generator().clone(), samples)
        .loads("discriminator", |game| game.discriminator().clone(), scores);
}

#[test]
fn minibatch() {
    resumes("minibatch", || Gan::new(generator(), company()), ring)
        .loads("generator", |game| game.generator().clone(), samples)
        .loads("discriminator", |game| game.discriminator().clone(), scores);
}

#[test]
fn veegans() {
    resumes("veegan", veegan, ring)
        .loads("generator", |game| game.generator().clone(), samples)
        .loads("reconstructor", |game| game.reconstructor().clone(), codes)
        .loads("discriminator", |game| game.judge().clone(), weights);
    let as_wide_as_the_prior = || {
        let game = Veegan::new(generator(), UnitGaussianEncoder::of(encoder(4)), told(4));
        game.penalty(LeCam::new(0.1))
    };
    resumes("veegan-unit", as_wide_as_the_prior, ring)
        .loads("generator", |game| game.generator().clone(), samples)
        .loads("reconstructor", |game| game.reconstructor().clone(), codes);
}

#[test]
fn mdgans() {
    // Its generator's side looks at real scores.
    resumes("mdgan-relativistic", || mdgan().loss(RelativisticStandard), ring);
    resumes("mdgan", mdgan, ring)
        .loads("generator", |game| game.generator().clone(), samples)
        .loads(
            "encoder",
            |game| game.encoder().clone(),
            |encoder: &MlpTranslator| bits(&encoder.encode(point())),
        )
        .loads("manifold", |game| game.judges()[0].clone(), scores)
        .loads("diffusion", |game| game.judges()[1].clone(), scores);
}

#[test]
fn gaps() {
    // A discriminator keeps its name wherever it sits.
    let second = |gap: &Gap<MlpGenerator, MlpDiscriminator>| {
        let seats = gap.memory().get("seats").unwrap().to_vec();
        let pair = seats.iter().position(|seat| *seat == 1.0).unwrap();
        gap.pairs()[pair].discriminator().clone()
    };
    resumes("gap", || gap(2), ring)
        .loads("generator-2", |gap| gap.pairs()[2].generator().clone(), samples)
        .loads("discriminator-1", second, scores);
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

fn picture() -> Tensor<4> {
    Tensor::ones([3, 1, 8, 8], &Device::default())
}

fn image_generator() -> DcganGenerator {
    DcganGeneratorConfig::new(4, SHAPE).with_width(2).init(&device())
}

#[test]
fn they_play_with_convolutions() {
    let encoder = |numbers| DcganEncoder::from(images(numbers));
    let quick = || Ada::new().start(0.5).images(8).every(2);
    let veegan = || {
        let trunk = ImageTrunkConfig::new(SHAPE).with_width(2).with_features(8);
        let judge = CganDiscriminatorConfig::new(4, trunk)
            .with_entry(DiscriminatorCondition::Concatenated)
            .init(&device());
        Veegan::new(image_generator(), GaussianEncoder::of(encoder(2 * 4)), judge)
            .augment(quick())
            .average(0.9)
    };
    resumes("veegan-images", veegan, waves).loads(
        "reconstructor",
        |game| game.reconstructor().clone(),
        |encoder| bits(&encoder.encode(picture()).1),
    );
    let mdgan = || {
        let game = Mdgan::new(image_generator(), encoder(4), [images(1), images(1)]).augment(quick());
        game.constraint(SpectralNorm::new()).average(0.9)
    };
    resumes("mdgan-images", mdgan, waves).loads(
        "encoder",
        |game| game.encoder().clone(),
        |encoder| bits(&encoder.encode(picture())),
    );
    let minibatch = || {
        let company = MinibatchDiscriminatorConfig::new(6).init(images(6), &device());
        Gan::new(image_generator(), company)
    };
    resumes("minibatch-images", minibatch, waves).loads(
        "discriminator",
        |game| game.discriminator().clone(),
        |judge| bits(&judge.discriminate(picture())),
    );
    let d2gan = || {
        let judges = TwoJudges::new(images(1), images(1));
        Gan::new(image_generator(), judges).loss(DualDiscriminator::default())
    };
    resumes("d2gan-images", d2gan, waves).loads("generator", |game| game.generator().clone(), samples);
    let gap = || Gap::new((0..2).map(|_| Gan::new(image_generator(), images(1))), 1);
    resumes("gap-images", gap, waves).loads("generator-0", |gap| gap.pairs()[0].generator().clone(), samples);
}

#[test]
fn what_judges_by_goes_with_the_discriminator() {
    let pair = |weight| {
        Gan::new(generator(), judge(2))
            .penalty(LeCam::new(weight))
            .instance_noise(InstanceNoise::constant(3.0 * weight))
            .constraint(SpectralNorm::new())
    };
    let (mut one, mut other) = (play(pair(0.1), ring(), 3).into_game(), pair(0.2));
    let (judged, judge) = (one.memory(), weights(one.discriminator()));
    assert_ne!(judged, other.memory());
    one.swap_discriminators(&mut other);
    assert_eq!((other.memory(), weights(other.discriminator())), (judged, judge));
    assert!(one.describe().contains("0.2") && other.describe().contains("0.1"));
    let noise = |pair: &Gan<MlpGenerator, MlpDiscriminator>| pair.describe().contains("0.6");
    assert!(noise(&one) && !noise(&other));
}

#[test]
fn parallel_gans_go_on_with_as_many_pairs() {
    let mut fewer = Gap::new([Gan::new(generator(), judge(2))], 2);
    fewer.recall(&gap(2).memory());
    let mut trainer = Trainer::new(fewer);
    let outcome = trainer.run(ring(), Budget::steps(1));
    let error = outcome.unwrap_err().to_string();
    let mut fewer = trainer.into_game();
    let as_many = fewer.memory();
    fewer.recall(&as_many);
    play(fewer, ring(), 1);
    assert!(
        error.contains("expected 3 pairs, as many as there were, got 1"),
        "{error}"
    );
}

#[test]
fn what_cannot_work_is_an_error() {
    let longer = Veegan::new(generator(), UnitGaussianEncoder::of(encoder(5)), told(4));
    let error = Trainer::new(longer)
        .run(ring(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the reconstructor of VEEGAN: expected 4 numbers"),
        "{error}"
    );
    let company = MinibatchDiscriminatorConfig::new(6).init(images(5), &device());
    let error = Trainer::new(Gan::new(image_generator(), company))
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
