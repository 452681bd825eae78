//! What the pages show, and where it comes from.
#![allow(
    dead_code,
    unused_variables,
    clippy::print_stdout,
    reason = "it is here to be compiled"
)]

use std::time::Duration;

use agon::metrics::FrechetDistance;
use agon::metrics::extractors::GlyphClassifier;
use agon::prelude::*;

type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;
type Digits = Gan<DcganGenerator, DcganDiscriminator>;

// README.md

fn going_on(gan: Digits) -> Outcome {
    Trainer::new(gan)
        .resume("out/checkpoints/latest")
        .observe(Checkpoints::every(1_000).keep(3).to("out/checkpoints"))
        .run(Glyphs::new().batches(64), Budget::steps(20_000))?;
    Ok(())
}

// docs/choosing.md

fn the_default(generator: DcganGenerator, discriminator: DcganDiscriminator) {
    let gan = Gan::new(generator, discriminator);

    let falling = Schedule::Linear {
        after: 5_000,
        over: 5_000,
        end: 0.01,
    };
    let gan = gan
        .average(0.999)
        .optimizers(Optimizer::from(Adam::new(2e-4).betas(0.5, 0.999)).schedule(falling));
}

/// The calls of the table, which is no code.
fn the_others(generator: DcganGenerator, discriminator: DcganDiscriminator) {
    let gan = Gan::new(generator, discriminator)
        .instance_noise(InstanceNoise::annealed(0.15, 0.03, 1_500))
        .penalty(R1::new(10.0).every(16))
        .loss(Wasserstein)
        .penalty(GradientPenalty::two_sided(10.0))
        .turns(Turns::critic(5))
        .optimizers(Adam::new(1e-4).betas(0.0, 0.9))
        .loss(Hinge)
        .constraint(SpectralNorm::new())
        .augment(DiffAugment::new().colour().translation(0.125).cutout(0.5))
        .augment(Ada::new())
        .loss(RelativisticStandard)
        .discriminator_optimizer(Optimizer::from(Adam::new(1e-4)).clip_norm(1.0));
    let health = Health::new().on(Trouble::Collapse, Remedy::RollBack);
}

fn packs(device: Device) {
    let gan = Gan::new(
        Packed::new(DcganGeneratorConfig::new(64, [1, 32, 32]).init(&device), 2),
        DcganDiscriminatorConfig::new([2, 32, 32]).init(&device),
    );
    let packs = Glyphs::new()
        .batches(2 * 64)
        .map(|images| images.reshape([64, 2, 32, 32]));
    let single: Tensor<4> = gan.generator().single().sample(1, 0);
    let playing = Trainer::new(gan).run(packs, Budget::steps(1));
}

fn watched(gan: Digits, real: Tensor<4>) {
    let trainer = Trainer::new(gan).observe(Health::new().beside(&real));
}

// docs/augmentation.md

fn augmented(generator: DcganGenerator, discriminator: DcganDiscriminator) {
    let gan = Gan::new(generator, discriminator);
    let gan = gan.augment(DiffAugment::new().colour().translation(0.125).cutout(0.5));
    let gan = gan.augment(Ada::new());
}

// docs/dashboard.md

fn on_the_screen(gan: Digits) -> Trainer<Digits> {
    Trainer::new(gan)
        .observe(Dashboard::new().samples_every(Duration::from_secs(2)).to("out/samples"))
        .observe(Checkpoints::every(500).to("out/checkpoints"))
}

// docs/data.md

fn images(mut trainer: Trainer<Digits>) -> Outcome {
    let images = open_images("path", &ImageOptions::new().size(64).channels(3))?;
    let [channels, height, width] = images.shape();
    trainer.run(images.batches(64), Budget::steps(10_000))?;
    Ok(())
}

#[rustfmt::skip]
fn arrays() -> Outcome {
    let array = Array::npy("codes.npy")?;                      // or Array::idx, or Arrays::open("file.npz")?.get("codes")?
    let rows = array.rows::<2>()?;                             // [size, n], the numbers as they are
    let labels = Array::idx("train-labels-idx1-ubyte.gz")?.labels()?;   // [size], whole numbers
    let images = array.images(&ImageOptions::new())?;          // [size, channels, height, width]
    Ok(())
}

fn published() -> Outcome {
    let (images, labels) = Published::mnist().train()?; // fashion_mnist(), cifar10(), cifar100(); .test()
    Ok(())
}

fn tables(mut trainer: Trainer<Gan<MlpGenerator, MlpDiscriminator>>, budget: Budget, rows: Tensor<2>) -> Outcome {
    use agon::data::Schema;

    let table = TableOptions::new()
        .categories(["zip"])
        .without(["id"])
        .open("people.csv")?;
    table.schema().save("out/schema.json")?;
    trainer.run(table.batches(128), budget)?; // [size, width]
    let schema = Schema::load("out/schema.json")?;
    schema.write_csv("out/generated.csv", rows)?; // numbers back into cells
    Ok(())
}

#[rustfmt::skip]
fn text(numbers: Vec<u32>) -> Outcome {
    let lines = Text::open("poems.txt", Tokens::Words)?.frequent(2, 5_000).lines(20)?;      // [size, 20]
    let windows = Text::open("book.txt", Tokens::Characters)?.windows(128, 64)?;             // [size, 128]
    windows.vocabulary().save("out/vocabulary.json")?;
    let text = Vocabulary::load("out/vocabulary.json")?.decode(&numbers);
    Ok(())
}

// docs/evaluation.md

fn judged(gan: Digits, device: Device) -> Outcome {
    use agon::metrics::{Comparison, Jury, Neighbourhoods};

    let jury = Jury::by(GlyphClassifier::new(&device)?)
        .features(FrechetDistance::new())
        .features(Neighbourhoods::new(5).collect());
    Trainer::new(gan)
        .observe(
            Evaluate::every(500, jury)
                .named("frechet")
                .samples(2_000)
                .against(Glyphs::new().batches(100), 2_000),
        )
        .observe(Checkpoints::every(1_000).lowest("frechet").to("out/checkpoints"))
        .run(Glyphs::new().batches(64), Budget::steps(10_000))?;

    let generator = DcganGenerator::load("out/checkpoints/best", &device)?;
    Ok(())
}

// docs/health.md

#[rustfmt::skip]
fn health(gan: Digits) {
    let health = Health::new()
        .on(Trouble::Collapse, [Remedy::RollBack, SlowDown::by(0.5).into()])
        .on(Trouble::NotFinite, [Remedy::RollBack, SlowDown::by(0.1).into()])
        .on(Trouble::DiscriminatorWins, SlowDown::by(0.5).only("discriminator"))
        .on(Trouble::Divergence, Remedy::Stop);
    Trainer::new(gan)
        .observe(health)                                            // before the checkpoints, which keep what it knows
        .observe(Checkpoints::every(500).keep(5).to("out/checkpoints"));
}

// docs/loading.md

fn loading() -> Outcome {
    let images = ImageFolder::open("photos")?.size(64).flip();
    let batches = images.batches(64).workers(2);
    Ok(())
}

// docs/metrics.md

fn measured(features_of_data: Tensor<2>, features_of_samples: Tensor<2>) -> Outcome {
    use agon::metrics::{Comparison, Metric, Neighbourhoods, Origin, Report};

    let mut metric = Neighbourhoods::new(5).collect();
    metric.add(Origin::Real, &features_of_data)?;
    metric.add(Origin::Fake, &features_of_samples)?;
    println!("{}", Report::from(metric.compute()?));
    Ok(())
}

// docs/report.md

fn reported(gan: Digits) -> Trainer<Digits> {
    Trainer::new(gan)
        .observe(
            Report::every(10)
                .title("Digits")
                .samples(100, 8)
                .resumed_by("cargo run -- --resume")
                .to("out/report.html"),
        )
        .observe(
            TensorBoard::every(10)
                .samples(200, 8)
                .histograms(1_000)
                .to("out/tensorboard"),
        )
}

#[rustfmt::skip]
fn asked(images: Tensor<4>, samples: Tensor<4>) -> Outcome {
    BlindTest::new().title("Digits").seed(7).real(images).generated(samples).write("blind-test.html")?;
    Ok(())
}

// docs/worlds.md

#[rustfmt::skip]
fn translated(g: UNetTranslator, device: Device) -> Outcome {
    let translation = Shapes::new().size(64).day_to_night();
    let data = translation.clone().unpaired().batches(16);              // two sets which share no scene
    let errors = translation.evaluate(1_000, 1, &device, |day| g.translate(day))?;   // of each image, 0 is perfect
    Ok(())
}
