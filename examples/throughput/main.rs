//! How fast a whole training step is: one process, so that a script can time it beside another library's.
//!
//! ```text
//! cargo run --release --example throughput -- --model dcgan32 --width 64 --batch 64 --steps 30 --json
//! ```

#[path = "../common/mod.rs"]
mod common;
mod resnet;

use std::time::Instant;

use agon::nn::LstmPolicyConfig;
use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, peak_rss_mb};
use resnet::{ResidualDiscriminator, ResidualGenerator};

/// Time the training step of a model.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    /// What is trained
    #[arg(long, value_enum, default_value_t = Model::Dcgan32)]
    model: Model,
    /// Channels next to the image, or width of the hidden layers
    #[arg(long)]
    width: Option<usize>,
    /// Samples in a batch
    #[arg(long)]
    batch: Option<usize>,
    /// Steps before those that are timed
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// Two perceptrons, 2-128-128-1 against 2-128-128-2, 512 points
    Mlp,
    /// DCGAN for 32x32 colour images
    Dcgan32,
    /// DCGAN for 64x64 colour images
    Dcgan64,
    /// DCGAN for 32x32 colour images without batch norm in its critic, by WGAN-GP, a turn each
    WganGp,
    /// Residual networks for 32x32 colour images, with spectral norm
    Resnet,
    /// No training: images of DCGAN's generator, 32x32
    Sample,
    /// No training: sentences of 20 words out of 5000 from a recurrent generator
    Rollouts,
}

#[derive(Clone, Copy)]
struct Steps {
    warm_up: u64,
    timed: u64,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let (width, batch, steps) = match options.model {
        Model::Mlp => (128, 512, 500),
        Model::Rollouts => (32, 64, 20),
        Model::Dcgan32 | Model::WganGp | Model::Resnet | Model::Sample => (64, 64, 20),
        Model::Dcgan64 => (64, 16, 20),
    };
    let (width, batch) = (options.width.unwrap_or(width), options.batch.unwrap_or(batch));
    let steps = Steps {
        warm_up: options.warm_up,
        timed: options.common.steps.unwrap_or(steps).max(1),
    };
    let times = match options.model {
        Model::Mlp => time(
            points(width, &device)?,
            GaussianMixture::ring().batches(batch),
            steps,
            &device,
        )?,
        Model::Dcgan32 => time(images(32, width, &device)?, noise(32, batch, &device), steps, &device)?,
        Model::WganGp => time(critic(width, &device)?, noise(32, batch, &device), steps, &device)?,
        Model::Resnet => time(residual(width, &device), noise(32, batch, &device), steps, &device)?,
        Model::Sample => samples(images(32, width, &device)?.generator(), batch, steps, &device)?,
        Model::Rollouts => rollouts(width, batch, steps, &device)?,
        Model::Dcgan64 => time(images(64, width, &device)?, noise(64, batch, &device), steps, &device)?,
    };
    let median = times[times.len() / 2];
    let per_second = batch as f64 / (median / 1e3);
    let memory = peak_rss_mb();
    options.common.say(format!(
        "{median:.2} ms a step, {per_second:.0} samples a second, peak memory {memory:?} MB"
    ));
    options.common.report(&serde_json::json!({
        "step_ms_median": median,
        "images_per_second": per_second,
        "peak_rss_mb": memory,
    }));
    Ok(())
}

fn points(width: usize, device: &Device) -> Result<Gan<MlpGenerator, MlpDiscriminator>> {
    Ok(Gan::new(
        MlpGeneratorConfig::new(2, 2)
            .with_hidden(vec![width; 2])
            .try_init(device)?,
        MlpDiscriminatorConfig::new(2)
            .with_hidden(vec![width; 2])
            .try_init(device)?,
    ))
}

fn images(size: usize, width: usize, device: &Device) -> Result<Gan<DcganGenerator, DcganDiscriminator>> {
    let shape = [3, size, size];
    Ok(Gan::new(
        DcganGeneratorConfig::new(100, shape)
            .with_width(width)
            .try_init(device)?,
        DcganDiscriminatorConfig::new(shape)
            .with_width(width)
            .try_init(device)?,
    ))
}

fn critic(width: usize, device: &Device) -> Result<Gan<DcganGenerator, DcganDiscriminator>> {
    let shape = [3, 32, 32];
    let critic = DcganDiscriminatorConfig::new(shape)
        .with_width(width)
        .with_batch_norm(false);
    let generator = DcganGeneratorConfig::new(100, shape).with_width(width);
    Ok(Gan::new(generator.try_init(device)?, critic.try_init(device)?)
        .loss(Wasserstein)
        .penalty(GradientPenalty::two_sided(10.0))
        .optimizers(Adam::new(1e-4).betas(0.0, 0.9)))
}

fn residual(width: usize, device: &Device) -> Gan<ResidualGenerator, ResidualDiscriminator> {
    Gan::new(
        ResidualGenerator::new(128, width, device),
        ResidualDiscriminator::new(width, device),
    )
    .loss(Hinge)
    .constraint(SpectralNorm::new())
}

fn samples(generator: &DcganGenerator, batch: usize, steps: Steps, device: &Device) -> Result<Vec<f64>> {
    let generator = generator.valid();
    repeated(steps, device, |seed| drop(generator.sample(batch, seed)))
}

fn rollouts(hidden: usize, batch: usize, steps: Steps, device: &Device) -> Result<Vec<f64>> {
    let policy = LstmPolicyConfig::new(5000)
        .with_hidden(hidden)
        .init(&device.clone().inner());
    repeated(steps, device, |seed| {
        let mut random = random::stream(seed, 0);
        drop(policy.sample(random::uniform(
            [batch, 20],
            0.0,
            1.0,
            &mut random,
            &device.clone().inner(),
        )));
    })
}

/// Milliseconds of each piece of work after those to warm up, sorted.
fn repeated(steps: Steps, device: &Device, work: impl Fn(u64)) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for seed in 0..steps.warm_up + steps.timed {
        let start = Instant::now();
        work(seed);
        device.sync().map_err(Error::other)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let mut times = times.split_off(steps.warm_up as usize);
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Images are made once, so that only training is timed.
fn noise(size: usize, batch: usize, device: &Device) -> Repeat<Tensor<4>> {
    let mut random = random::stream(0, 0);
    Repeat(random::uniform([batch, 3, size, size], -1.0, 1.0, &mut random, device))
}

/// Milliseconds of each step after those to warm up, sorted.
fn time<G: Game>(game: G, mut data: impl Batches<Batch = G::Batch>, steps: Steps, device: &Device) -> Result<Vec<f64>> {
    let mut trainer = Trainer::new(game);
    let mut times = Vec::new();
    for step in 1..=steps.warm_up + steps.timed {
        let start = Instant::now();
        trainer.run(&mut data, Budget::steps(step))?;
        device.sync().map_err(Error::other)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let mut times = times.split_off(steps.warm_up as usize);
    times.sort_by(f64::total_cmp);
    Ok(times)
}
