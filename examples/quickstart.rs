//! A DCGAN that learns to draw digits, or images of your own: data, training, checkpoints, and the generator loaded again.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example quickstart -- --resume
//! cargo run --example quickstart -- --data path/to/images --size 32
//! ```

mod common;

use agon::prelude::*;
use clap::Parser;
use common::{Common, Ending, ImageData};

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
    /// Height and width of the images
    #[arg(long, default_value_t = 28)]
    size: usize,
    /// Go on from the last checkpoint
    #[arg(long)]
    resume: bool,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let out = options.common.folder("quickstart")?;
    let images = options.images.open(Glyphs::new().noise(0.0), options.size)?;
    let shape = images.shape();

    let steps = options.common.steps.unwrap_or(1_500);

    let gan = Gan::new(
        DcganGeneratorConfig::new(64, shape)
            .with_width(options.width)
            .try_init(&device)?,
        DcganDiscriminatorConfig::new(shape)
            .with_width(options.width)
            .try_init(&device)?,
    )
    .loss(LabelSmoothing::one_sided(NonSaturating, 0.9))
    .average(0.99)
    // Without it the discriminator wins at once: nothing generated is as black as the paper of real glyphs.
    .instance_noise(InstanceNoise::annealed(0.15, 0.03, steps));

    let mut trainer = Trainer::new(gan)
        .observe(Progress::new())
        .observe(StopOnInterrupt::new())
        .observe(MetricsLog::every(10).to(&out))
        .observe(SampleGrid::every(200).to(out.join("samples")))
        .observe(Checkpoints::every(500).replacing().to(out.join("checkpoints")));
    trainer = if options.resume {
        trainer.resume(out.join("checkpoints/latest"))
    } else {
        trainer.seed(options.common.seed)
    };
    let outcome = trainer.run(images.batches(options.batch), Budget::steps(steps))?;

    let generator = DcganGenerator::load(out.join("checkpoints/latest"), &device.inner())?;
    let picture = out.join("digits.png");
    write_png(&picture, &image_grid(generator.sample(64, 1), 8)?)?;

    options.common.say(format!(
        "{:?} after {} rounds, {:.0?}",
        outcome.ending, outcome.steps, outcome.elapsed
    ));
    options.common.say(format!(
        "samples: {}, and over time in {}",
        picture.display(),
        out.join("samples").display()
    ));
    if let agon::core::Ending::Stopped(_) = outcome.ending {
        options.common.say("to go on: the same command with --resume");
    }
    options.common.report(&serde_json::json!({
        "steps": outcome.steps,
        "seconds": outcome.elapsed.as_secs_f64(),
        "samples": picture,
        "checkpoint": Checkpoint::open(out.join("checkpoints/latest"))?.path(),
    }));
    Ok(())
}
