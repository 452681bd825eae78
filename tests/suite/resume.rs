//! A run that was stopped and resumed equals the run that never was, bit for bit.

use agon::prelude::*;
use serde_json::Value;

use crate::support::*;

/// Plays 12 rounds in one go, and again with a break after round `stop`; everything must agree.
fn check<Gm: Game>(
    name: &str,
    stop: u64,
    game: impl Fn() -> Gm,
    data: impl Fn() -> Box<dyn Batches<Batch = Gm::Batch>>,
    look: impl Fn(&Gm) -> Vec<u32>,
) {
    let scratch = Scratch::new(&format!("resume-{name}-{stop}"));
    let run = |directory: &str, steps: u64, from: Option<&str>| {
        let mut trainer = Trainer::new(game())
            .observe(MetricsLog::every(1).to(scratch.join(directory).join("log")))
            .observe(Checkpoints::every(100).to(scratch.join(directory).join("checkpoints")));
        trainer = match from {
            Some(from) => trainer.resume(scratch.join(from).join("checkpoints/latest")),
            None => trainer.seed(7),
        };
        trainer.run(data(), Budget::steps(steps)).unwrap();
        look(trainer.game())
    };
    let whole = run("whole", 12, None);
    let first = run("parts", stop, None);
    let second = run("parts", 12, Some("parts"));
    assert_ne!(first, second, "{name}: nothing was learned");
    assert!(whole == second, "{name}: resumed at {stop}, weights differ");

    for file in ["metrics.jsonl", "metrics.csv"] {
        let read = |directory: &str| std::fs::read_to_string(scratch.join(directory).join("log").join(file)).unwrap();
        assert_eq!(read("whole"), read("parts"), "{name}: {file}");
    }
    let manifest = |directory: &str| -> Value {
        let path = scratch.join(directory).join("checkpoints/step-00000012/manifest.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let (mut a, mut b) = (manifest("whole"), manifest("parts"));
    for manifest in [&mut a, &mut b] {
        // Parameter ids are drawn anew by every program, and the files hold them.
        manifest["files"] = Value::Null;
        manifest["crc32"] = Value::Null;
        manifest["players"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|player| player["pending"] = Value::Null);
    }
    assert_eq!(a, b, "{name}: manifests");
}

fn both(gan: &Points) -> Vec<u32> {
    [weights(gan.generator()), weights(gan.discriminator())].concat()
}

#[test]
fn perceptrons_with_every_stateful_knob() {
    let game = || {
        points()
            .loss(BoundaryEquilibrium::new(0.5))
            .penalty(LeCam::new(0.1))
            .penalty(R1::new(1.0).every(3))
            .instance_noise(InstanceNoise::annealed(0.1, 0.0, 10))
            .turns(Turns::critic(2))
            .optimizers(Optimizer::from(Adam::new(1e-3)).accumulate(2).clip_norm(1.0))
            .average(0.9)
    };
    for stop in [1, 5, 8] {
        check("knobs", stop, game, || Box::new(ring()), both);
    }
}

#[test]
fn gradients_that_wait_are_kept() {
    let game = || points().optimizers(Optimizer::from(Adam::new(1e-3)).accumulate(5));
    check("waiting", 7, game, || Box::new(ring()), both);
}

#[test]
fn optimistic_players() {
    let game = || points().optimizers(OptimisticAdam::new(1e-3));
    check("optimistic", 5, game, || Box::new(ring()), both);
}

#[test]
fn lookahead_and_extragradient() {
    let game = || Lookahead::new(Extragradient::new(points())).every(5);
    check("minmax", 7, game, || Box::new(ring()), |game| both(game.game().game()));
}

#[test]
fn batch_norm_and_its_running_statistics() {
    let game = || images().average(0.99);
    let look = |gan: &Gan<DcganGenerator, DcganDiscriminator>| {
        [weights(gan.generator()), weights(gan.discriminator())].concat()
    };
    check("images", 5, game, || Box::new(waves()), look);
}

#[test]
fn augmentations_and_their_probability() {
    let game = || {
        images()
            .augment(Ada::new().start(0.3).images(100).every(3))
            .augment(DiffAugment::all())
            .turns(Turns::critic(2))
    };
    let look = |gan: &Gan<DcganGenerator, DcganDiscriminator>| {
        let p = gan.memory().nested("augmentation0").get("p").map(|p| p[0].to_bits());
        let p = p.map(|bits| [bits as u32, (bits >> 32) as u32]).unwrap_or_default();
        [weights(gan.generator()), weights(gan.discriminator()), p.to_vec()].concat()
    };
    for stop in [4, 5] {
        check("augmented", stop, game, || Box::new(waves()), look);
    }
}

#[test]
fn spectral_norm_keeps_its_vectors() {
    let game = || points().constraint(SpectralNorm::new());
    check("spectral", 5, game, || Box::new(ring()), both);
}

#[test]
fn shuffled_data_goes_on_in_its_order() {
    let data = || -> Box<dyn Batches<Batch = Tensor<2>>> { Box::new(GaussianMixture::ring().fixed(50).batches(16)) };
    check("shuffled", 5, points, data, both);
}

#[test]
fn conditions_classes_and_codes() {
    let trunk = || ImageTrunkConfig::new([1, 8, 8]).with_width(2).with_features(6);
    let generator = || {
        let config = CganGeneratorConfig::new(4, 3, [1, 8, 8]).with_width(2);
        config.with_entry(GeneratorCondition::BatchNorm).init(&device())
    };
    let projected = DiscriminatorCondition::Projected;
    let cgan = || {
        let discriminator = CganDiscriminatorConfig::new(3, trunk()).with_entry(projected);
        Gan::new(generator(), discriminator.init(&device())).average(0.9)
    };
    let look =
        |gan: &Gan<CganGenerator, CganDiscriminator>| [weights(gan.generator()), weights(gan.discriminator())].concat();
    check("cgan", 5, cgan, || Box::new(labelled_waves()), look);

    let acgan = || {
        let discriminator = AcganDiscriminatorConfig::new(3, trunk()).init(&device());
        Gan::new(generator(), discriminator).term(RightClass::new(1.0))
    };
    let look = |gan: &Gan<CganGenerator, AcganDiscriminator>| {
        [weights(gan.generator()), weights(gan.discriminator())].concat()
    };
    check("acgan", 5, acgan, || Box::new(labelled_waves()), look);

    let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
    let infogan = || {
        let points = MlpGeneratorConfig::new(codes.latent(), 2).with_hidden(vec![8]);
        let trunk = MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).with_scores(6);
        let generator = InfoGenerator::try_new(points.init(&device()), codes).unwrap();
        let discriminator = InfoDiscriminator::try_new(trunk.init(&device()), 6, codes, &device()).unwrap();
        Gan::new(generator, discriminator).term(Information::of(codes))
    };
    let look = |gan: &Gan<InfoGenerator<MlpGenerator>, InfoDiscriminator<MlpDiscriminator>>| {
        [weights(gan.generator()), weights(gan.discriminator())].concat()
    };
    check(
        "infogan",
        5,
        infogan,
        || Box::new(ring().map(Conditioned::unknown)),
        look,
    );
}

#[test]
fn games_with_an_encoder_or_a_classifier() {
    let look = |game: &Bigan<MlpGenerator, BiganEncoder, Told<MlpDiscriminator>>| {
        [
            weights(game.generator()),
            weights(game.encoder()),
            weights(game.discriminator()),
        ]
        .concat()
    };
    for inference in [Inference::Deterministic, Inference::Noise(2)] {
        check("bigan", 5, || small_bigan(inference), || Box::new(ring()), look);
    }
    let changed = || {
        small_image_bigan(Inference::Deterministic)
            .augment(OfSample(Ada::new().start(0.3).images(100).every(3)))
            .augment(InstanceNoise::annealed(0.5, 0.1, 10))
            .constraint(SpectralNorm::new())
            .average(0.9)
    };
    let look = |game: &Bigan<DcganGenerator, ImageEncoder, CganDiscriminator>| {
        let p = game.memory().nested("augmentation0").get("p").map(|p| p[0].to_bits());
        let p = p.map(|bits| [bits as u32, (bits >> 32) as u32]).unwrap_or_default();
        let networks = [
            weights(game.generator()),
            weights(game.encoder()),
            weights(game.discriminator()),
        ];
        [networks.concat(), p.to_vec()].concat()
    };
    check("bigan-changed", 5, changed, || Box::new(waves()), look);
    let semi = || SemiGan::new(small_generator(), small_classifier());
    let look =
        |game: &SemiGan<MlpGenerator, SemiClassifier>| [weights(game.generator()), weights(game.classifier())].concat();
    check("semi", 5, semi, || Box::new(partly_labelled()), look);

    let catgan = || CatGan::new(small_generator(), small_classifier());
    let look =
        |game: &CatGan<MlpGenerator, SemiClassifier>| [weights(game.generator()), weights(game.classifier())].concat();
    check("catgan", 5, catgan, || Box::new(partly_labelled()), look);

    let look = |game: &TripleGan<Told<MlpGenerator>, SemiClassifier, Told<MlpDiscriminator>>| {
        [
            weights(game.generator()),
            weights(game.classifier()),
            weights(game.discriminator()),
        ]
        .concat()
    };
    check("triple", 5, small_triple, || Box::new(partly_labelled()), look);
}

#[test]
fn translators_with_pools_and_dropout() {
    let Repeat(waves) = waves();
    let data = || -> Box<dyn Batches<Batch = (Tensor<4>, Tensor<4>)>> {
        Box::new(Repeat((waves.clone(), waves.clone().neg())))
    };
    let cyclegan = || {
        let config = CycleGanConfig::new([1, 1])
            .with_width(2)
            .with_blocks(1)
            .with_halvings(1);
        // Pools long enough to be kept in files of their own.
        let config = config.with_pool(18).with_decay(Some([4, 8]));
        config.try_init(&device()).unwrap()
    };
    let maps = |game: &CycleGan| weights(&game.maps());
    for stop in [3, 7] {
        check("cyclegan", stop, cyclegan, data, maps);
    }
    let dualgan = || {
        let config = DualGanConfig::new([1, 1]).with_width(2).with_depth(3).with_halvings(1);
        config.with_critic_turns(2).try_init(&device()).unwrap()
    };
    check("dualgan", 5, dualgan, data, |game| weights(&game.maps()));
    // A loss with a state, which each domain has for itself.
    let equal = || dualgan().loss(BoundaryEquilibrium::new(0.5), 1.0);
    check("dualgan-began", 5, equal, data, |game| {
        let memory = game.memory();
        let k = |name| memory.nested(name).nested("loss").get("k").unwrap()[0].to_bits() as u32;
        assert_ne!(k("contest_a"), k("contest_b"));
        [weights(&game.maps()), vec![k("contest_a"), k("contest_b")]].concat()
    });
    let pix2pix = || {
        let config = Pix2PixConfig::new([1, 1]).with_width(2).with_depth(3).with_halvings(1);
        config.try_init(&device()).unwrap()
    };
    check("pix2pix", 5, pix2pix, data, |game| weights(&game.map()));
    let equal = || pix2pix().loss(BoundaryEquilibrium::new(0.5));
    check("pix2pix-began", 5, equal, data, |game| weights(&game.map()));
}

#[test]
fn games_against_mode_collapse() {
    let generator = || MlpGeneratorConfig::new(4, 2).with_hidden(vec![16]).init(&device());
    let encoder = |numbers| {
        let config = MlpGeneratorConfig::new(2, numbers).with_hidden(vec![16]);
        MlpTranslator::from(config.init(&device()))
    };
    let judge = |features| {
        let config = MlpDiscriminatorConfig::new(features);
        config.with_hidden(vec![16]).init(&device())
    };
    let told = || {
        let config = MlpDiscriminatorConfig::new(6).with_hidden(vec![16]);
        Told::discriminator(config, 4, &device()).unwrap()
    };
    let veegan = || Veegan::new(generator(), GaussianEncoder::of(encoder(8)), told());
    check(
        "veegan",
        5,
        veegan,
        || Box::new(ring()),
        |game| weights(game.generator()),
    );
    let mdgan = || Mdgan::new(generator(), encoder(4), [judge(2), judge(2)]);
    check("mdgan", 5, mdgan, || Box::new(ring()), |game| weights(game.generator()));
    let quick = || Ada::new().start(0.5).images(64).every(2);
    let images = || {
        let shape = [1, 8, 8];
        let judge = move |scores| {
            let config = DcganDiscriminatorConfig::new(shape).with_width(2);
            config.with_scores(scores).init(&device())
        };
        let generator = DcganGeneratorConfig::new(4, shape).with_width(2).init(&device());
        (generator, judge)
    };
    let mdgan = || {
        let (generator, judge) = images();
        Mdgan::new(generator, DcganEncoder::from(judge(4)), [judge(1), judge(1)]).augment(quick())
    };
    check(
        "mdgan-augmented",
        5,
        mdgan,
        || Box::new(waves()),
        |game| weights(game.generator()),
    );
    let veegan = || {
        let (generator, judge) = images();
        let trunk = ImageTrunkConfig::new([1, 8, 8]).with_width(2).with_features(6);
        let told = CganDiscriminatorConfig::new(4, trunk).with_entry(DiscriminatorCondition::Concatenated);
        let told = told.init(&device());
        Veegan::new(generator, GaussianEncoder::of(DcganEncoder::from(judge(8))), told).augment(quick())
    };
    check(
        "veegan-augmented",
        5,
        veegan,
        || Box::new(waves()),
        |game| weights(game.generator()),
    );
    let gap = || Gap::new((0..3).map(|_| Gan::new(generator(), judge(2))), 2);
    let all = |gap: &Gap<MlpGenerator, MlpDiscriminator>| -> Vec<u32> {
        gap.pairs()
            .iter()
            .flat_map(|pair| [weights(pair.generator()), weights(pair.discriminator())].concat())
            .collect()
    };
    for stop in [3, 6] {
        check("gap", stop, gap, || Box::new(ring()), all);
    }
}
