//! Trains the classifier of glyphs that `agon-metrics` carries along.
//!
//! ```text
//! cargo run --example train_glyph_classifier -- --to crates/agon-metrics/src/extractors/glyphs/weights.safetensors
//! ```
//!
//! It learns from glyphs without end, half of them grey and half in colour, half of 32 and half of 28 pixels,
//! and is tested on glyphs of other seeds. The same seed on the same device gives the same weights.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::path::PathBuf;
use std::process::ExitCode;

use agon::metrics::extractors::GlyphNetwork;
use agon::prelude::*;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::Int;
use clap::Parser;
use common::Common;

/// Trains the classifier of glyphs that `agon-metrics` carries along.
#[derive(Debug, Parser)]
#[command(name = "train_glyph_classifier")]
struct Options {
    /// Where the weights go [default: out/train_glyph_classifier/weights.safetensors]
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// Glyphs in a step.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Glyphs in each of the four tests.
    #[arg(long, default_value_t = 10_000, value_parser = common::at_least::<1>)]
    test: usize,
    #[command(flatten)]
    common: Common,
}

/// The learning rate falls to a hundredth of this along a cosine.
const LEARNING_RATE: f64 = 2e-3;
/// Tests draw other glyphs than training with any seed below.
const TEST_SEED: u64 = 1 << 40;

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> common::Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let steps = common.steps.unwrap_or(1_500);
    let network = train(options, steps, &device)?.valid();
    let network = network.standardised(Glyphs::new().images(1_000, common.seed, &common.device()?)?)?;
    let bytes = network.to_bytes()?;
    // What was rounded to float16 is what will be used, so that is what is tested.
    let network = GlyphNetwork::from_bytes(&bytes, &common.device()?)?;
    let mut accuracies = serde_json::Map::new();
    for (name, glyphs) in kinds() {
        let accuracy = accuracy(&network, glyphs, options.test, &common.device()?)?;
        common.say(format!("{name:<20} {:.2} % right", 100.0 * accuracy));
        accuracies.insert(name.to_owned(), accuracy.into());
    }
    let path = match &options.to {
        Some(path) => path.clone(),
        None => common.folder("train_glyph_classifier")?.join("weights.safetensors"),
    };
    checkpoint::write_atomically(&path, &bytes)?;
    common.say(format!("{} bytes in {}", bytes.len(), path.display()));
    common.report(&serde_json::json!({"accuracy": accuracies, "bytes": bytes.len(), "steps": steps}));
    Ok(())
}

fn kinds() -> [(&'static str, Glyphs); 4] {
    [
        ("grey, 32 pixels", Glyphs::new()),
        ("grey, 28 pixels", Glyphs::new().size(28)),
        ("colour, 32 pixels", Glyphs::new().coloured()),
        ("colour, 28 pixels", Glyphs::new().coloured().size(28)),
    ]
}

fn train(options: &Options, steps: u64, device: &Device) -> Result<GlyphNetwork, Box<dyn std::error::Error>> {
    let seed = options.common.seed;
    let mut network = random::with_seeded_device(device, seed, || {
        let network = GlyphNetwork::untrained(device);
        // Parameters are drawn when they are first used.
        let _ = network.forward(Tensor::zeros([1, 1, 32, 32], device));
        network
    });
    let mut adam = AdamConfig::new().with_epsilon(1e-8).init();
    let loss = CrossEntropyLossConfig::new().init(device);
    let mut data = kinds().map(|(_, glyphs)| glyphs.threads(2).labelled().batches(options.batch));
    let mut sum = 0.0;
    for step in 0..steps {
        let turn = (step % 4) as usize;
        let (images, labels) = data[turn].batch(step / 4, seed, device)?;
        let (_, logits) = network.forward(images);
        let loss = loss.forward(logits, labels);
        sum += loss.clone().into_scalar::<f32>();
        if (step + 1) % 100 == 0 {
            options.common.say(format!(
                "step {:>5}   loss {:.4}",
                step + 1,
                std::mem::take(&mut sum) / 100.0
            ));
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = adam.step(learning_rate(step, steps), network, gradients);
    }
    Ok(network)
}

fn learning_rate(step: u64, steps: u64) -> f64 {
    let way = step as f64 / steps.max(1) as f64;
    LEARNING_RATE * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * way).cos()))
}

fn accuracy(
    network: &GlyphNetwork,
    glyphs: Glyphs,
    n: usize,
    device: &Device,
) -> Result<f64, Box<dyn std::error::Error>> {
    let mut batches = glyphs.fixed_from(n, TEST_SEED).labelled().batches(250);
    let mut right = 0;
    for index in 0..batches.per_epoch().unwrap_or_default() {
        let (images, labels) = batches.batch(index, 0, device)?;
        let (_, logits) = network.forward(images);
        let said: Tensor<1, Int> = logits.argmax(1).flatten(0, 1);
        right += said.equal(labels).int().sum().into_scalar::<i64>();
    }
    Ok(right as f64 / n as f64)
}
