//! Few labels: what a GAN's unlabelled samples add to a classifier of drawn digits, or of images of your own.
//!
//! ```text
//! cargo run --example semi_supervised -- --labels 100
//! cargo run --example semi_supervised -- --labels 20 --labels 50 --labels 100 --seeds 5
//! cargo run --example semi_supervised -- --labels 100 --method triple --classifier convolutions
//! cargo run --example semi_supervised -- --data path/to/train-images-idx3-ubyte.gz
//! ```
//!
//! All methods train the same classifier, for as many rounds, on the same labelled digits; the first sees no others.

#[path = "../common/mod.rs"]
mod common;
mod images;
mod supervised;

use std::process::ExitCode;

use agon::core::Game;
use agon::nn::Activation;
use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, ImageData, kept, name, spread};
use images::{Images, Test};
use serde_json::json;
use supervised::Supervised;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const LATENT: usize = 100;
/// Unlabelled images in a round, and labelled ones at most.
const BATCH: usize = 100;
/// Rounds of a training, unless told; the rates fall in the second half of them.
const ROUNDS: u64 = 8_000;
/// How slowly the average of the classifier's weights follows them.
const AVERAGE: f64 = 0.999;

/// Classify digits with few labels.
///
/// Images at --data must have labels, of which the methods see as many as --labels says: folders for classes, MNIST's or
/// CIFAR's files, or an array of labels in the same file. A part of them is held out to test on.
#[derive(Debug, Parser)]
#[command(name = "semi_supervised")]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// What is trained; all of them unless said otherwise
    #[arg(long, value_enum)]
    method: Vec<Method>,
    /// What the classifier is made of; Triple-GAN's paper has convolutions
    #[arg(long, value_enum, default_value_t = Networks::Perceptrons)]
    classifier: Networks,
    /// How many images have labels, as many of each class; may be given several times [default: 100]
    #[arg(long)]
    labels: Vec<usize>,
    /// How many runs of each, with seeds and labelled images from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// In how many ways each drawn digit is written, at most: few labels do not show all of them [default: all, 3 or 4]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    hands: Option<u64>,
    /// Images on which the classifiers are tested; of those at --data at most a fifth
    #[arg(long, default_value_t = 4_000, value_parser = common::at_least::<1>)]
    test: usize,
    /// Go on from the last checkpoint in --out; without it those of earlier runs are replaced
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// The classifier on the labelled images alone
    Labels,
    /// K + 1 classes with feature matching
    Semi,
    /// CatGAN
    Catgan,
    /// Triple-GAN
    Triple,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Networks {
    Perceptrons,
    Convolutions,
}

/// What is trained: from images as rows to logits and features.
pub trait Classifier: Discriminator<Input = Tensor<2>, Output = Classified> + Loadable {}

impl<C: Discriminator<Input = Tensor<2>, Output = Classified> + Loadable> Classifier for C {}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(run(&options, &given))
}

fn run(options: &Options, given: &Given) -> Ending {
    let common = &options.common;
    given.refuse_idle(&[("--hands", options.images.is_given())], "images at --data")?;
    let (labels, methods) = (
        some(&options.labels, &[100]),
        some(&options.method, Method::value_variants()),
    );
    let hands = options.hands.map_or(usize::MAX, |hands| hands as usize);
    let images = Images::open(&options.images, common, Glyphs::new().hands(hands), options.test)?;
    let classes = images.classes();
    if let Some(wrong) = labels.iter().find(|labels| **labels == 0 || **labels % classes > 0) {
        return Err(format!("--labels {wrong}: expected a multiple of {classes}, as many of each class").into());
    }
    let test = images.test(&common.device()?)?;
    let mut rows = Vec::new();
    for &labels in &labels {
        for &method in &methods {
            let mut errors = Vec::new();
            for seed in (0..options.seeds).map(|i| common.seed.wrapping_add(i)) {
                let task = Task {
                    method,
                    images: &images,
                    labels,
                    seed,
                };
                errors.push(learn(options, task, &test)?);
            }
            let (mean, deviation) = spread(&errors);
            common.say(format!(
                "{labels:>4} labels, {}: {mean:.2} +- {deviation:.2} % wrong, {errors:.2?}",
                name(method)
            ));
            rows.push(json!({
                "labels": labels,
                "method": name(method),
                "classifier": name(options.classifier),
                "errors": errors,
            }));
        }
    }
    common.report(&json!({"example": "semi_supervised", "test": test.1.len(), "rows": rows}));
    Ok(())
}

/// What was asked for, or else all.
fn some<T: Clone>(asked: &[T], all: &[T]) -> Vec<T> {
    if asked.is_empty() { all.to_vec() } else { asked.to_vec() }
}

/// Trains a classifier and gives its error on the test images, in percent.
fn learn(options: &Options, task: Task<'_>, test: &Test) -> Outcome<f64> {
    let (device, images) = (options.common.device()?.autodiff(), task.images);
    let (shape, classes) = (images.shape(), images.classes());
    match options.classifier {
        Networks::Perceptrons => {
            let network = SemiClassifierConfig::new(shape.iter().product(), classes).with_hidden(vec![256, 128, 128]);
            trained(options, task, network.try_init(&device)?, test)
        }
        Networks::Convolutions => {
            let network = ConvClassifierConfig::new(shape, classes).with_width(16);
            trained(options, task, network.try_init(&device)?, test)
        }
    }
}

/// The error of this classifier after its training.
fn trained<C: Classifier>(options: &Options, task: Task<'_>, classifier: C, test: &Test) -> Outcome<f64> {
    let (device, images) = (options.common.device()?.autodiff(), task.images);
    let (shape, classes) = (images.shape(), images.classes());
    let pixels = shape.iter().product();
    let generator = |inputs| {
        let hidden = MlpGeneratorConfig::new(inputs, pixels).with_hidden(vec![256, 256]);
        hidden
            .with_activation(Activation::Softplus)
            .with_batch_norm(true)
            .with_output(Activation::Sigmoid)
    };
    // The game of K + 1 classes has its paper's rate, three times as much; the others do worse with that.
    let adam = Adam::new(1e-3).betas(0.5, 0.999);
    let wrong = |classifier: &C| error(classifier, test);
    match task.method {
        Method::Labels => {
            let game = play::<C, _>(options, task, Supervised::new(classifier, adam))?;
            wrong(game.classifier.best())
        }
        Method::Semi => {
            let game = SemiGan::new(generator(LATENT).try_init(&device)?, classifier);
            let game = play::<C, _>(options, task, game.average(AVERAGE))?;
            draw(options, "semi", shape, game.sample(64, 1))?;
            wrong(game.classifier())
        }
        Method::Catgan => {
            let game = CatGan::new(generator(LATENT).try_init(&device)?, classifier);
            let game = play::<C, _>(options, task, game.optimizers(adam).average(AVERAGE))?;
            draw(options, "catgan", shape, game.sample(64, 1))?;
            wrong(game.classifier())
        }
        Method::Triple => {
            let generator = Told::generator(generator(LATENT + classes), classes, &device)?;
            let game = triple(generator, classifier, (pixels, classes), &device)?;
            let game = play::<C, _>(options, task, game.classifier_optimizer(adam).average(AVERAGE))?;
            draw(options, "triple", shape, game.sample(64, 1).sample)?;
            wrong(game.classifier())
        }
    }
}

/// Triple-GAN whose generator and judge are perceptrons.
fn triple<C: Classifier>(
    generator: Told<MlpGenerator>,
    classifier: C,
    (pixels, classes): (usize, usize),
    device: &Device,
) -> Result<TripleGan<Told<MlpGenerator>, C, Told<MlpDiscriminator>>> {
    // Few labelled pairs are soon known by heart: dropout, and slower steps than the classifier's.
    let judge = MlpDiscriminatorConfig::new(pixels + classes)
        .with_hidden(vec![256, 128])
        .with_dropout(0.5);
    let judge = Told::discriminator(judge, classes, device)?;
    // The unlabelled say as much as the labelled, in all rounds: perceptrons need it more than the paper's networks.
    let weights = TripleWeights {
        confidence: 1.0,
        balance: 1.0,
        balance_alone: 1.0,
        pseudo_from: 400,
        ..TripleWeights::default()
    };
    Ok(TripleGan::new(generator, classifier, judge).weights(weights))
}

/// What the generator makes by then, which need not be good for the classifier to be.
fn draw(options: &Options, name: &str, [channels, height, width]: [usize; 3], rows: Tensor<2>) -> Ending {
    let n = rows.dims()[0];
    let images = (rows * 2.0 - 1.0).reshape([n, channels, height, width]);
    let path = options.common.folder("semi_supervised")?.join(format!("{name}.png"));
    Ok(write_png(path, &image_grid(images, 8)?)?)
}

/// Which images have labels, and for whom.
#[derive(Clone, Copy)]
struct Task<'a> {
    method: Method,
    images: &'a Images,
    labels: usize,
    seed: u64,
}

fn play<C: Classifier, G: Game<Batch = PartlyLabelled<Tensor<2>>>>(
    options: &Options,
    task: Task<'_>,
    game: G,
) -> Outcome<G> {
    let (images, labels) = task
        .images
        .labelled(task.labels, task.seed, &options.common.device()?)?;
    let labelled = (InMemory::new(images), InMemory::new(labels)).batches(task.labels.min(BATCH));
    let unlabelled = task.images.unlabelled(BATCH);
    let rounds = options.common.steps.unwrap_or(ROUNDS);
    let trainer = Trainer::new(game)
        .observe(StopOnInterrupt::new())
        .observe(Pacing::new(Schedule::second_half(rounds, 0.05)));
    let folder = options.common.folder("semi_supervised")?;
    let (method, networks) = (name(task.method), name(options.classifier));
    let folder = folder.join(format!("{method}-{networks}-labels{}-seed{}", task.labels, task.seed));
    let mut trainer = kept(trainer, &folder, task.seed, options.resume);
    let outcome = trainer.run((labelled, unlabelled), Budget::steps(rounds))?;
    options.common.say_how_to_load::<C>(&outcome)?;
    Ok(trainer.into_game())
}

/// The percentage of images that are taken for ones of another class.
fn error<C: Classifier>(classifier: &C, (images, labels): &Test) -> Outcome<f64> {
    let said: Vec<i64> = classify(classifier, images).try_into_vec_as()?;
    let wrong = said.iter().zip(labels).filter(|(said, label)| said != label);
    Ok(100.0 * wrong.count() as f64 / labels.len().max(1) as f64)
}
