use super::*;

type Images = (Tensor<4>, Tensor<4>);

/// Small colourless pictures and their negatives.
pub(super) fn negatives() -> Repeat<Images> {
    let Repeat(waves) = waves();
    Repeat((waves.clone(), waves.neg()))
}

/// What a map makes of them.
fn translated<T: Translator<Sample = Tensor<4>>>(map: &T) -> Vec<u32> {
    bits(&map.translate(negatives().0.0.inner()))
}

/// What both maps make of them.
fn both_translated<T: Translator<Sample = Tensor<4>>>(maps: &Both<T>) -> Vec<u32> {
    [translated(&maps.a), translated(&maps.b)].concat()
}

/// What a judge of pairs says of the negatives beside them.
fn judged(judge: &PatchDiscriminator) -> Vec<u32> {
    let Repeat((a, b)) = negatives();
    bits(&judge.valid().forward(Tensor::cat(vec![a.inner(), b.inner()], 1)))
}

#[test]
fn cyclegan() {
    let config = CycleGanConfig::new([1, 1]).with_width(4).with_blocks(1);
    let config = config.with_halvings(1).with_identity(5.0).with_pool(2);
    let game = || {
        config
            .try_init(&device())
            .unwrap()
            .penalty(LeCam::new(0.1))
            .average(0.9)
    };
    resumes("cyclegan", game, negatives)
        .loads("maps", TwoWay::maps, both_translated)
        .loads("judges", |game| game.judges().clone(), weights);
    let unets = || {
        let map = UNetTranslatorConfig::new([1, 1]).with_width(4).with_depth(2);
        let judge = PatchDiscriminatorConfig::new(1).with_width(4).with_halvings(1);
        let maps = Both {
            a: map.init(&device()),
            b: map.init(&device()),
        };
        let judges = Both {
            a: judge.init(&device()),
            b: judge.init(&device()),
        };
        config.of(maps, judges).augment(InstanceNoise::constant(0.1))
    };
    resumes("cyclegan-unets", unets, negatives).loads("maps", TwoWay::maps, both_translated);
}

#[test]
fn dualgan() {
    let config = DualGanConfig::new([1, 1]).with_width(4).with_depth(2).with_halvings(1);
    let config = config.with_critic_turns(2);
    let game = || config.try_init(&device()).unwrap();
    resumes("dualgan", game, negatives)
        .loads("maps", TwoWay::maps, both_translated)
        .loads("judges", |game| game.judges().clone(), weights);
    let penalized = || {
        let config = config.clone().with_clip(None).with_penalty(Some(10.0));
        config.try_init(&device()).unwrap()
    };
    resumes("dualgan-penalized", penalized, negatives);
}

#[test]
fn discogan() {
    let config = DiscoGanConfig::new([1, 8, 8], [1, 8, 8]).with_width(4).with_depth(2);
    let game = || config.try_init(&device()).unwrap();
    resumes("discogan", game, negatives)
        .loads("maps", TwoWay::maps, both_translated)
        .loads("judges", |game| game.judges().clone(), weights);
}

#[test]
fn pix2pix() {
    let config = Pix2PixConfig::new([1, 1]).with_width(4).with_depth(3).with_halvings(0);
    let game = || {
        let game = config.try_init(&device()).unwrap();
        let game = game
            .penalty(LeCam::new(0.1))
            .constraint(SpectralNorm::new())
            .augment(Ada::new().start(0.5).images(8).every(2));
        game.average(0.9)
    };
    resumes("pix2pix", game, negatives)
        .loads("map", Pix2Pix::map, translated)
        .loads("judge", |game| game.judge().clone(), judged);
}

#[test]
fn settings_that_cannot_work_are_errors() {
    let error = CycleGanConfig::new([1, 3]).with_identity(5.0).try_init(&device());
    let error = error.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("identity") && error.contains("1 and 3"), "{error}");
    let colours = || {
        let Repeat((a, b)) = negatives();
        Repeat((a.repeat_dim(1, 3), b))
    };
    let config = DualGanConfig::new([3, 1]).with_width(4).with_depth(2).with_halvings(1);
    let game = config.try_init(&device()).unwrap().identity(5.0);
    let outcome = Trainer::new(game).run(colours(), Budget::steps(1));
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("identity") && error.contains("3 and 1"), "{error}");
    let config = CycleGanConfig::new([1, 1])
        .with_width(4)
        .with_blocks(1)
        .with_halvings(2);
    let outcome = Trainer::new(config.try_init(&device()).unwrap()).run(negatives(), Budget::steps(1));
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("at least 12 pixels on each side, got 8x8"), "{error}");
    assert!(CycleGanConfig::new([1, 0]).try_init(&device()).is_err());
    assert!(DualGanConfig::new([1, 1]).with_depth(0).try_init(&device()).is_err());
    let both = DualGanConfig::new([1, 1]).with_penalty(Some(10.0)).try_init(&device());
    let error = both.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        error.contains("a clip or a penalty") && error.contains("0.01"),
        "{error}"
    );
    let error = DiscoGanConfig::new([3, 8, 8], [1, 16, 16]).try_init(&device());
    let error = error.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("one height and width"), "{error}");
    assert!(DiscoGanConfig::new([1, 4, 4], [1, 4, 4]).try_init(&device()).is_err());
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
    let negative = still.clone().with_cycle(-10.0).try_init(&device()).unwrap();
    let error = Trainer::new(negative).run(negatives(), Budget::steps(1)).unwrap_err();
    assert!(error.to_string().contains("the weight of the cycle"), "{error}");
    let still = still.try_init(&device()).unwrap().turns(Turns::new(0, 1));
    assert!(Trainer::new(still).run(negatives(), Budget::steps(1)).is_err());
}
