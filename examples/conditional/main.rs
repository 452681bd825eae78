//! Digits on demand: a CGAN or an AC-GAN on drawn glyphs, judged by a classifier of their own; or images of your own
//! classes, for your own eye to judge.
//!
//! ```text
//! cargo run --example conditional -- --method cgan
//! cargo run --example conditional -- --method cgan --generator batch-norm --discriminator projected
//! cargo run --example conditional -- --method acgan
//! cargo run --example conditional -- --data path/to/train-images-idx3-ubyte.gz
//! ```

#[path = "../common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agon::core::prior::{KernelDensity, Normal};
use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::judge::{Judge, right, turns};
use common::{Common, Ending, Given, ImageData, LabelledPictures, Source, kept, name};
use serde_json::json;

/// Pixels a side, unless told.
const SIDE: usize = 28;
/// Samples of no more classes than this are shown.
const SHOWN: usize = 20;
/// Numbers in a code.
const LATENT: usize = 32;

/// Train a generator that draws the digit it is asked for.
///
/// Images at --data must have labels: folders for classes, MNIST's or CIFAR's files, or an array of labels in the same
/// file. How often they are what was asked for is measured for drawn digits only, which have a classifier.
#[derive(Debug, Parser)]
#[command(name = "conditional")]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// Who is told the class
    #[arg(long, value_enum, default_value = "cgan")]
    method: Method,
    /// How the generator is told
    #[arg(long, value_enum, default_value = "concatenated")]
    generator: Told,
    /// How the discriminator of a CGAN is told
    #[arg(long, value_enum, default_value = "projected")]
    discriminator: Asked,
    /// How much the class of generated digits counts in the turn of an AC-GAN's discriminator (1 in the paper)
    #[arg(long, default_value_t = 0.0)]
    generated_class: f64,
    /// Where the classes of generated digits come from
    #[arg(long, value_enum, default_value = "uniform")]
    conditions: Conditions,
    /// How far the generator may be asked for what lies between the conditions of the data: the deviation of a Gaussian
    /// around each of them; 0: for themselves
    #[arg(long, default_value_t = 0.0, value_parser = common::deviation)]
    bandwidth: f32,
    /// Channels of the layers next to the image
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Features from which the discriminator judges
    #[arg(long, default_value_t = 128)]
    features: usize,
    /// Images in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Digits of each class by which the generator is judged
    #[arg(long, default_value_t = 500, value_parser = common::at_least::<2>)]
    judged: usize,
    /// Go on from the last checkpoint in --out; without it those of earlier runs are replaced
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Both networks are
    Cgan,
    /// The generator is, and the discriminator has to say it
    Acgan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Told {
    Concatenated,
    Embedded,
    BatchNorm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Asked {
    Concatenated,
    Embedded,
    Projected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Conditions {
    /// All classes alike
    Uniform,
    /// Those of the data
    Data,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| run(&options)))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let acgan = options.method == Method::Acgan;
    let idle = [("--discriminator", acgan), ("--generated-class", !acgan)];
    given.refuse_idle(&idle, format!("--method {}", name(options.method)))?;
    let uniform = options.conditions == Conditions::Uniform;
    given.refuse_idle(&[("--bandwidth", uniform)], "--conditions uniform")?;
    Ok(given.refuse_idle(&[("--judged", options.images.is_given())], "images at --data")?)
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let data = options
        .images
        .open_labelled(&options.common, Glyphs::new().noise(0.0), SIDE)?;
    let (shape, classes) = (data.shape, data.classes);
    let generator = CganGeneratorConfig::new(LATENT, classes, shape)
        .with_width(options.width)
        .with_entry(match options.generator {
            Told::Concatenated => GeneratorCondition::Concatenated,
            Told::Embedded => GeneratorCondition::Embedded(16),
            Told::BatchNorm => GeneratorCondition::BatchNorm,
        })
        .try_init(&device)?;
    let trunk = ImageTrunkConfig::new(shape)
        .with_width(options.width)
        .with_features(options.features);
    match options.method {
        Method::Cgan => {
            let (entry, emphasis) = match options.discriminator {
                Asked::Concatenated => (DiscriminatorCondition::Concatenated, 100.0),
                Asked::Embedded => (DiscriminatorCondition::Embedded(16), 300.0),
                Asked::Projected => (DiscriminatorCondition::Projected, 1.0),
            };
            let discriminator = CganDiscriminatorConfig::new(classes, trunk)
                .with_entry(entry)
                .with_emphasis(emphasis);
            let gan = Gan::new(generator, discriminator.try_init(&device)?);
            learn(options, gan, data, &device)
        }
        Method::Acgan => {
            let discriminator = AcganDiscriminatorConfig::new(classes, trunk).try_init(&device)?;
            let gan = Gan::new(generator, discriminator).term(RightClass::new(1.0).generated(options.generated_class));
            learn(options, gan, data, &device)
        }
    }
}

fn learn<D>(options: &Options, gan: Gan<CganGenerator, D>, pictures: LabelledPictures, device: &Device) -> Ending
where
    D: Discriminator<Input = Conditioned<Tensor<4>>>,
{
    let steps = options.common.steps.unwrap_or(3_000);
    let LabelledPictures { data, shape, classes } = pictures;
    let mut gan = gan
        .loss(LabelSmoothing::one_sided(NonSaturating, 0.9))
        .average(0.99)
        .instance_noise(InstanceNoise::annealed(0.15, 0.03, steps));
    if options.conditions == Conditions::Data {
        let (_, labels) = data.clone().batches(5_000).batch(0, 1, &device.clone().inner())?;
        let seen = KernelDensity::of(labels.one_hot::<2>(classes).float())?;
        gan = gan.prior((Normal::new(LATENT), seen.bandwidth(options.bandwidth)?));
    }
    let trainer = Trainer::new(gan)
        .observe(StopOnInterrupt::new())
        .observe(Progress::new());
    let folder = options.common.folder("conditional")?;
    let mut trainer = kept(trainer, &folder, options.common.seed, options.resume);
    let batches = data.clone().batches(options.batch);
    let batches = batches.map(move |(images, labels)| Conditioned::labelled(images, labels, classes));
    let outcome = trainer.run(batches, Budget::steps(steps))?;
    let generator = trainer.game().generator();
    let picture = show(options, generator, classes, &outcome)?;
    options.common.say_how_to_load::<CganGenerator>(&outcome)?;
    match data {
        Source::Drawn(_) => judge(options, generator, shape, &outcome, &picture),
        Source::Read(_) => {
            options.common.report(&json!({
                "example": "conditional", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
                "classes": classes, "picture": picture,
            }));
            Ok(())
        }
    }
}

/// Draws a column for each class, and says where.
fn show(
    options: &Options,
    generator: &CganGenerator,
    classes: usize,
    outcome: &Outcome,
) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let (common, device) = (&options.common, options.common.device()?);
    let picture = common.folder("conditional")?.join("digits.png");
    let columns = classes.min(SHOWN);
    let samples = one_code_a_row(generator, classes, columns, &device);
    write_png(&picture, &image_grid(samples, columns)?)?;
    common.say(format!(
        "{} rounds in {:.0?}; {}",
        outcome.steps,
        outcome.elapsed,
        picture.display()
    ));
    Ok(picture)
}

/// How often what is drawn is what was asked for, and how near to real digits, class by class.
fn judge(
    options: &Options,
    generator: &CganGenerator,
    [_, size, _]: [usize; 3],
    outcome: &Outcome,
    picture: &Path,
) -> Ending {
    let (common, device) = (&options.common, options.common.device()?);
    let glyphs = &Glyphs::new().size(size).noise(0.0);
    let judge = Judge::new(&device)?;
    let n = options.judged;
    let conditions = turns(10 * n, 10, &device).one_hot::<2>(10).float();
    let fake = judge.look_at(&generator.sample_of(conditions, 1))?;
    let (real, other) = (judge.real(glyphs, n, 0)?, judge.real(glyphs, n, 1)?);
    let (real, other) = (judge.look_at(&real)?, judge.look_at(&other)?);
    let (accuracy, ceiling) = (right(&fake.digits), right(&real.digits));
    let (distances, floor) = (judge.distances(&real, &fake)?, judge.distances(&real, &other)?);

    common.say(format!(
        "{:.2} % of {} digits are what was asked for (of real ones the classifier gets {:.2} % right)",
        100.0 * accuracy,
        10 * n,
        100.0 * ceiling
    ));
    let each: Vec<String> = distances[1..].iter().map(|distance| format!("{distance:.2}")).collect();
    common.say(format!(
        "Frechet distance per class: mean {:.2} (real against real {:.2}); by digit {}",
        distances[0],
        floor[0],
        each.join(" ")
    ));
    common.report(&json!({
        "example": "conditional", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "accuracy": accuracy, "accuracy_on_real": ceiling, "frechet": distances[0], "frechet_of_real": floor[0],
        "frechet_by_class": distances[1..], "picture": picture,
    }));
    Ok(())
}

/// Ten rows of the first classes, each row drawn from one code.
fn one_code_a_row(generator: &CganGenerator, classes: usize, columns: usize, device: &Device) -> Tensor<4> {
    let codes = Normal::new(LATENT).draw(10, &mut random::stream(1, 0), device);
    let codes = codes.unsqueeze_dim::<3>(1).repeat_dim(1, columns);
    let asked = turns(10 * columns, columns, device).one_hot::<2>(classes).float();
    generator.valid().forward(codes.reshape([10 * columns, LATENT]), asked)
}
