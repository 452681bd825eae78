//! A monitor at the bedside of runs that go well, and of runs that go wrong in one way each.
//!
//! ```text
//! cargo run --example health -- --scenario collapse
//! cargo run --example health -- --scenario nan --remedy roll-back
//! cargo run --example health -- --scenario healthy --world digits --method wgan-gp
//! cargo run --example health -- --world digits --data path/to/images
//! ```

#[path = "../common/mod.rs"]
mod common;
mod scenario;

use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, ImageData, name};
use scenario::{Method, Scenario, World};
use serde_json::json;

/// Train, and have the monitor say what it sees
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// How training goes
    #[arg(long, value_enum, default_value = "healthy")]
    scenario: Scenario,
    /// What is learned
    #[arg(long, value_enum, default_value = "ring")]
    world: World,
    /// By which method a healthy run learns
    #[arg(long, value_enum, default_value = "gan")]
    method: Method,
    /// What is done about trouble
    #[arg(long, value_enum, default_value = "warn")]
    remedy: Cure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Cure {
    /// Say so
    Warn,
    /// Stop the run
    Stop,
    /// Go back to the last good checkpoint, and learn at a tenth of the rate from there
    RollBack,
    /// Halve all learning rates
    SlowDown,
}

impl Cure {
    fn remedies(self) -> Vec<Remedy> {
        match self {
            Self::Warn => Remedy::Warn.into(),
            Self::Stop => Remedy::Stop.into(),
            Self::RollBack => vec![Remedy::RollBack, SlowDown::by(0.1).into()],
            Self::SlowDown => SlowDown::by(0.5).into(),
        }
    }
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> common::Ending {
    let device = options.common.device()?.autodiff();
    let Options { scenario, method, .. } = *options;
    let steps = options.common.steps.unwrap_or(2_000);
    match options.world {
        World::Ring if options.images.is_given() => Err("--data: expected --world digits, got ring".into()),
        World::Ring => play(
            options,
            steps,
            Trainer::new(scenario.points(method, &device)),
            GaussianMixture::ring().batches(128),
            &device,
        ),
        World::Digits => {
            let (data, shape) = options.images.open(&options.common, Glyphs::new().noise(0.0), 16)?;
            let game = scenario.images(method, steps, shape, &device)?;
            let samples = SampleGrid::every(500).to(options.common.folder("health")?.join("samples"));
            let trainer = Trainer::new(game).observe(samples);
            play(options, steps, trainer, data.batches(32), &device)
        }
    }
}

fn play<G>(
    options: &Options,
    steps: u64,
    trainer: Trainer<G>,
    mut data: impl Batches<Batch = G::Batch>,
    device: &Device,
) -> common::Ending
where
    G: Game<Batch = <G as Sampling>::Sample> + Sampling + 'static,
    G::Batch: Sample,
{
    let out = options.common.folder("health")?;
    let remedies = options.remedy.remedies();
    let real = data.batch(0, options.common.seed, &device.clone().inner())?;
    let treated = Trouble::ALL.into_iter();
    let health = treated.fold(Health::new().beside(&real), |health, trouble| {
        health.on(trouble, remedies.clone())
    });
    let mut trainer = trainer
        .seed(options.common.seed)
        .guard(Guard::every(20))
        .observe(Progress::new())
        .observe(StopOnInterrupt::new())
        .observe(RunManifest::to(out.join("run.json")).data(data_of(options)?))
        .observe(health)
        .observe(MetricsLog::every(10).to(&out))
        .observe(Checkpoints::every(50).keep(20).replacing().to(out.join("checkpoints")));
    let ended = trainer.run(data, Budget::steps(steps));
    let notes = trainer.notes().iter().filter(|note| note.source == "health");
    for note in notes.clone() {
        options
            .common
            .say(format!("round {}, {:?}: {}", note.step, note.level, note.text));
    }
    let alarms: Vec<_> = notes.filter(|note| note.level == Level::Alarm).collect();
    let ending = match &ended {
        Ok(outcome) => format!("{:?} after {} rounds", outcome.ending, outcome.steps),
        Err(error) => format!("failed: {error}"),
    };
    options.common.say(format!("{} alarms; {ending}", alarms.len()));
    options.common.report(&json!({
        "scenario": name(options.scenario), "world": name(options.world), "method": name(options.method),
        "seed": options.common.seed, "alarms": alarms, "ending": ending,
    }));
    match (ended, options.scenario) {
        (Err(error), Scenario::Healthy) => Err(error.into()),
        // That is what was to be shown.
        _ => Ok(()),
    }
}

/// Tells what is learned from other data.
fn data_of(options: &Options) -> agon::data::Result<String> {
    match options.world {
        World::Ring => Ok("a ring".to_owned()),
        World::Digits => options.images.fingerprint(&options.common),
    }
}
