//! A DCGAN that learns to draw digits, or images of your own: data, training, checkpoints, and the generator loaded again.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example quickstart -- --resume
//! cargo run --example quickstart -- --plain     # a line of progress instead of the dashboard
//! cargo run --example quickstart -- --data path/to/images --size 32
//! ```

mod common;

use std::path::Path;
use std::time::Duration;

use agon::prelude::*;
use clap::Parser;
use common::{Common, Ending, ImageData, this_call_with};

type Digits = Gan<DcganGenerator, DcganDiscriminator>;

/// Train a DCGAN on drawn digits or images of your own, then load its generator and sample from it.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// Channels of the layer next to the image
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Images in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Go on from the last checkpoint
    #[arg(long)]
    resume: bool,
    /// Show a plain line instead of the dashboard
    #[arg(long)]
    plain: bool,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let out = options.common.folder("quickstart")?;
    let (images, shape) = options.images.open(&options.common, Glyphs::new().noise(0.0), 28)?;
    let steps = options.common.steps.unwrap_or(1_500);

    let trainer = Trainer::new(gan(options, shape, steps, &device)?);
    let real = images
        .clone()
        .batches(64)
        .batch(0, options.common.seed, &device.clone().inner())?;
    let mut trainer = watched(trainer, options, &real, &out)?;
    trainer = if options.resume {
        trainer.resume(out.join("checkpoints/latest"))
    } else {
        trainer.seed(options.common.seed)
    };
    let outcome = trainer.run(images.batches(options.batch), Budget::steps(steps))?;

    let generator = DcganGenerator::load(out.join("checkpoints/latest"), &device.inner())?;
    let picture = out.join("digits.png");
    write_png(&picture, &image_grid(generator.sample(64, 1), 8)?)?;
    say(options, &outcome, &picture, &out);
    options.common.report(&serde_json::json!({
        "steps": outcome.steps,
        "seconds": outcome.elapsed.as_secs_f64(),
        "samples": picture,
        "checkpoint": Checkpoint::open(out.join("checkpoints/latest"))?.path(),
    }));
    Ok(())
}

fn gan(options: &Options, shape: [usize; 3], steps: u64, device: &Device) -> Result<Digits> {
    let generator = DcganGeneratorConfig::new(64, shape).with_width(options.width);
    let discriminator = DcganDiscriminatorConfig::new(shape).with_width(options.width);
    Ok(Gan::new(generator.try_init(device)?, discriminator.try_init(device)?)
        .loss(LabelSmoothing::one_sided(NonSaturating, 0.9))
        .average(0.99)
        // Without it the discriminator wins at once: nothing generated is as black as the paper of real glyphs.
        .instance_noise(InstanceNoise::annealed(0.15, 0.03, steps)))
}

/// Everybody who watches: on the screen, over its health, and in files.
fn watched(trainer: Trainer<Digits>, options: &Options, real: &Tensor<4>, out: &Path) -> Result<Trainer<Digits>> {
    let trainer = if options.plain || options.common.json {
        trainer.observe(Progress::new())
    } else {
        let dashboard = Dashboard::new().samples_every(Duration::from_secs(2));
        trainer.observe(dashboard.to(out.join("samples")))
    };
    let report = Report::every(10)
        .title(options.images.title())
        .samples(100, 8)
        .resumed_by(this_call_with("--resume"));
    let manifest = RunManifest::to(out.join("run.json")).data(options.images.fingerprint(&options.common)?);
    Ok(trainer
        .observe(StopOnInterrupt::new())
        .observe(Health::new().beside(real))
        .observe(MetricsLog::every(10).to(out))
        .observe(SampleGrid::every(200).to(out.join("samples")))
        .observe(report.to(out.join("report.html")))
        .observe(manifest)
        .observe(Checkpoints::every(500).replacing().to(out.join("checkpoints"))))
}

fn say(options: &Options, outcome: &Outcome, picture: &Path, out: &Path) {
    let common = &options.common;
    common.say(format!(
        "{:?} after {} rounds, {:.0?}",
        outcome.ending, outcome.steps, outcome.elapsed
    ));
    common.say(format!(
        "samples: {}, and over time in {}",
        picture.display(),
        out.join("samples").display()
    ));
    common.say(format!("report: {}", out.join("report.html").display()));
    if let agon::core::Ending::Stopped(_) = outcome.ending {
        common.say(format!("to go on: {}", this_call_with("--resume")));
    }
}
