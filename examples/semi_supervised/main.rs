//! Few labels: what a GAN's unlabelled samples add to a classifier of drawn digits.
//!
//! ```text
//! cargo run --example semi_supervised -- --labels 100
//! cargo run --example semi_supervised -- --labels 20 --labels 50 --labels 100 --seeds 5
//! ```
//!
//! All methods train the same classifier, for as many rounds, on the same labelled digits; the first sees no others.

#[path = "../common/mod.rs"]
mod common;
mod supervised;

use std::process::ExitCode;

use agon::core::Game;
use agon::nn::Activation;
use agon::prelude::*;
use burn::tensor::Int;
use clap::{Parser, ValueEnum};
use common::{Common, Ending};
use serde_json::json;
use supervised::Supervised;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Pixels a side.
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
const LATENT: usize = 100;
/// Unlabelled digits in a round, and labelled ones at most.
const BATCH: usize = 100;

/// Classify digits with few labels.
#[derive(Debug, Parser)]
#[command(name = "semi_supervised")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// What is trained; all of them unless said otherwise
    #[arg(long, value_enum)]
    method: Vec<Method>,
    /// How many digits have labels, as many of each; may be given several times [default: 100]
    #[arg(long)]
    labels: Vec<usize>,
    /// How many runs of each, with seeds and labelled digits from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Digits on which the classifiers are tested
    #[arg(long, default_value_t = 4_000)]
    test: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// The classifier on the labelled digits alone
    Labels,
    /// K + 1 classes with feature matching
    Semi,
    /// CatGAN
    Catgan,
    /// Triple-GAN
    Triple,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let (labels, methods) = (
        some(&options.labels, &[100]),
        some(&options.method, Method::value_variants()),
    );
    if let Some(wrong) = labels.iter().find(|labels| **labels == 0 || **labels % 10 > 0) {
        return Err(format!("--labels {wrong}: expected a multiple of 10, as many of each digit").into());
    }
    let test = digits(options.test, 1 << 40, &common.device()?)?;
    let mut rows = Vec::new();
    for &labels in &labels {
        for &method in &methods {
            let mut errors = Vec::new();
            for seed in (0..options.seeds).map(|i| common.seed.wrapping_add(i)) {
                errors.push(learn(options, method, (labels, seed), &test)?);
            }
            let (mean, deviation) = spread(&errors);
            common.say(format!(
                "{labels:>4} labels, {method:?}: {mean:.2} +- {deviation:.2} % wrong, {errors:.2?}"
            ));
            rows.push(json!({"labels": labels, "method": format!("{method:?}"), "errors": errors}));
        }
    }
    common.report(&json!({"example": "semi_supervised", "test": options.test, "rows": rows}));
    Ok(())
}

/// What was asked for, or else all.
fn some<T: Clone>(asked: &[T], all: &[T]) -> Vec<T> {
    if asked.is_empty() { all.to_vec() } else { asked.to_vec() }
}

/// Trains a classifier and gives its error on the test digits, in percent.
fn learn(options: &Options, method: Method, (labels, seed): (usize, u64), test: &Digits) -> Outcome<f64> {
    let device = options.common.device()?.autodiff();
    let classifier = SemiClassifierConfig::new(PIXELS, 10)
        .with_hidden(vec![256, 128, 128])
        .try_init(&device)?;
    let generator = |inputs| {
        let hidden = MlpGeneratorConfig::new(inputs, PIXELS).with_hidden(vec![256, 256]);
        hidden
            .with_activation(Activation::Softplus)
            .with_batch_norm(true)
            .with_output(Activation::Sigmoid)
    };
    let data = Task { labels, seed };
    let adam = Adam::new(1e-3).betas(0.5, 0.999);
    let wrong = |classifier: &SemiClassifier| error(classifier, test);
    match method {
        Method::Labels => wrong(
            play(options, data, Supervised::new(classifier, adam), &device)?
                .classifier
                .best(),
        ),
        Method::Semi => {
            let game = SemiGan::new(generator(LATENT).try_init(&device)?, classifier);
            let game = play(options, data, game.optimizers(adam).average(0.99), &device)?;
            draw(options, "semi", game.sample(64, 1))?;
            wrong(game.classifier())
        }
        Method::Catgan => {
            let game = CatGan::new(generator(LATENT).try_init(&device)?, classifier);
            let game = play(options, data, game.optimizers(adam).average(0.99), &device)?;
            draw(options, "catgan", game.sample(64, 1))?;
            wrong(game.classifier())
        }
        Method::Triple => {
            // Few labelled pairs are soon known by heart: dropout, and slower steps than the classifier's.
            let judge = MlpDiscriminatorConfig::new(PIXELS + 10)
                .with_hidden(vec![256, 128])
                .with_dropout(0.5);
            let game = TripleGan::new(
                Told::generator(generator(LATENT + 10), 10, &device)?,
                classifier,
                Told::discriminator(judge, 10, &device)?,
            )
            .weights(TripleWeights {
                pseudo_from: 1_000,
                ..TripleWeights::default()
            });
            let game = game.classifier_optimizer(adam).average(0.99);
            let game = play(options, data, game, &device)?;
            draw(options, "triple", game.sample(64, 1).sample)?;
            wrong(game.classifier())
        }
    }
}

/// What the generator makes by then, which need not be good for the classifier to be.
fn draw(options: &Options, name: &str, rows: Tensor<2>) -> Ending {
    let images = (rows * 2.0 - 1.0).reshape([-1, 1, SIDE as i64, SIDE as i64]);
    let path = options.common.folder("semi_supervised")?.join(format!("{name}.png"));
    Ok(write_png(path, &image_grid(images, 8)?)?)
}

/// Which digits have labels.
#[derive(Debug, Clone, Copy)]
struct Task {
    labels: usize,
    seed: u64,
}

fn play<G: Game<Batch = PartlyLabelled<Tensor<2>>>>(
    options: &Options,
    task: Task,
    game: G,
    device: &Device,
) -> Outcome<G> {
    let (images, labels) = labelled(task, &device.clone().inner())?;
    let labelled = (InMemory::new(images), InMemory::new(labels)).batches(task.labels.min(BATCH));
    let unlabelled = glyphs().batches(BATCH).map(pixels);
    let mut trainer = Trainer::new(game).seed(task.seed).observe(StopOnInterrupt::new());
    trainer.run(
        (labelled, unlabelled),
        Budget::steps(options.common.steps.unwrap_or(2_500)),
    )?;
    Ok(trainer.into_game())
}

fn glyphs() -> Glyphs {
    Glyphs::new().size(SIDE)
}

/// Images as rows of values in `[0, 1]`, as in the papers.
fn pixels(images: Tensor<4>) -> Tensor<2> {
    (images.rows() + 1.0) / 2.0
}

/// As many of each digit, other ones for each seed.
fn labelled(task: Task, device: &Device) -> Outcome<(Tensor<2>, Tensor<1, Int>)> {
    let each = task.labels / 10;
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for digit in 0..10u8 {
        let seed = (1 << 41) + 10 * task.seed + u64::from(digit);
        images.push(pixels(glyphs().digits(&[digit]).images(each, seed, device)?));
        labels.extend(std::iter::repeat_n(i64::from(digit), each));
    }
    Ok((Tensor::cat(images, 0), Tensor::from_data(labels.as_slice(), device)))
}

/// Digits to test on, and which they are.
type Digits = (Tensor<2>, Vec<u8>);

fn digits(n: usize, seed: u64, device: &Device) -> Outcome<Digits> {
    Ok((pixels(glyphs().images(n, seed, device)?), glyphs().labels(n, seed)?))
}

/// The percentage of digits that are taken for others.
fn error(classifier: &SemiClassifier, (digits, labels): &Digits) -> Outcome<f64> {
    let said: Vec<i64> = classifier.classify(digits.clone()).try_into_vec_as()?;
    let wrong = said
        .iter()
        .zip(labels)
        .filter(|(said, label)| **said != i64::from(**label));
    Ok(100.0 * wrong.count() as f64 / labels.len().max(1) as f64)
}

/// Mean and standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}
