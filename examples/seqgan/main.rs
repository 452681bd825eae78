//! SeqGAN's experiment: learn sequences whose true distribution is known, and ask it what it thinks of the copies.
//!
//! An oracle, an LSTM with weights from `N(0, 1)`, draws 10,000 sequences of 20 tokens. A second LSTM learns them by
//! maximum likelihood, then against a discriminator. Two figures in nats per token: of generated sequences under the
//! oracle (plausible, though perhaps always the same), and of new sequences of the oracle under the generator (whether
//! it knows them all).
//!
//! ```text
//! cargo run --example seqgan -- --vocabulary 500 --epochs 20
//! cargo run --example seqgan -- --oracle seqgan_oracle.safetensors        # the authors' oracle
//! cargo run --example seqgan -- --reward maligan
//! ```
//!
//! Yu et al. 2017, "SeqGAN", arXiv:1609.05473.

#[path = "../common/mod.rs"]
mod common;
mod looks;
mod oracle;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use agon::core::random;
use agon::metrics::{Bleu, Metric, Origin, SelfBleu, sentences};
use agon::nn::{LstmPolicy, LstmPolicyConfig};
use agon::observe::Image;
use agon::prelude::*;
use burn::prelude::Int;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, Panel, colours, name};
use looks::{Looks, Point};

/// Tokens in a sequence.
const LENGTH: usize = 20;

/// Learning rate of the generator before the contest.
const LIKELIHOOD_RATE: f64 = 0.01;

/// SeqGAN, MaliGAN or RankGAN against an oracle that knows how likely every sequence is.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    /// The oracle of the authors, a safetensors file; without it one is drawn
    #[arg(long, value_name = "PATH")]
    oracle: Option<PathBuf>,
    /// How many tokens a drawn oracle knows
    #[arg(long, default_value_t = 5000)]
    vocabulary: usize,
    /// What a sequence is paid for
    #[arg(long, value_enum, default_value = "seqgan")]
    reward: Which,
    /// Subtract the mean reward of the batch; RankGAN then pays logarithms of ranks, which are negative
    #[arg(long)]
    baseline: bool,
    /// The authors' discriminator and plan instead of the reduced ones: more than a day
    #[arg(long)]
    full: bool,
    /// Sequences to learn from
    #[arg(long, default_value_t = 10_000)]
    sequences: usize,
    /// Sequences in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Epochs of maximum likelihood
    #[arg(long, default_value_t = 120)]
    epochs: u64,
    /// Rounds of the contest
    #[arg(long, default_value_t = 200)]
    rounds: u64,
    /// Steps of the generator in a round of the contest
    #[arg(long, default_value_t = 1)]
    generator_steps: usize,
    /// Learning rate of the generator in the contest; before, it is 0.01
    #[arg(long, default_value_t = 0.01)]
    rate: f64,
    /// How sharply RankGAN tells ranks apart
    #[arg(long, default_value_t = 1.0)]
    gamma: f64,
    /// Completions of each beginning
    #[arg(long, default_value_t = 16)]
    rollouts: usize,
    /// Batches of new samples for the discriminator each time [default: 156, reduced: 32]
    #[arg(long)]
    negatives: Option<usize>,
    /// How often the discriminator sees each of them
    #[arg(long, default_value_t = 3)]
    passes: usize,
    /// How often the discriminator learns from such samples before the contest [default: 50, reduced: 10]
    #[arg(long)]
    discriminator_rounds: Option<u64>,
    /// Learning rate of the discriminator [default: 1e-4, reduced: 1e-3, since it takes fewer steps]
    #[arg(long)]
    judge_rate: Option<f64>,
    /// Sequences that figures are measured on
    #[arg(long, default_value_t = 2_000, value_parser = common::at_least::<1>)]
    samples: usize,
    /// Epochs of maximum likelihood, and rounds of the contest, between looks
    #[arg(long, default_value_t = 5)]
    look: u64,
    /// Go on from the last checkpoint
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// How real it is
    Seqgan,
    /// How much too rare it is
    Maligan,
    /// How it ranks among real ones
    Rankgan,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| run(&options)))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let unranked = options.reward != Which::Rankgan;
    let reward = format!("--reward {}", name(options.reward));
    given.refuse_idle(&[("--gamma", unranked)], reward)?;
    Ok(given.refuse_idle(&[("--vocabulary", options.oracle.is_some())], "the oracle at --oracle")?)
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let out = common.folder("seqgan")?;
    let oracle = oracle::open(options, &device.clone().inner())?;
    let (game, outcome) = learn(options, &oracle, &out, &device)?;

    let curve = Looks::curve_in(&outcome)?;
    let picture = out.join("nll.png");
    write_png(&picture, &draw(&curve))?;
    let likeness = likeness(&game, &oracle, options.samples)?;
    let seconds = seconds_of_rollouts(&game, options, &device.inner());
    let per_rollout = seconds * 1e3 / options.rollouts as f64;
    common.say(format!(
        "{:?} after {} rounds, {:.0?}",
        outcome.ending, outcome.steps, outcome.elapsed
    ));
    common.say(format!("BLEU-2 {:.3}, self-BLEU-2 {:.3}", likeness[0], likeness[1]));
    common.say(format!(
        "completing all beginnings of a batch once: {per_rollout:.0} ms"
    ));
    common.say(format!("curve: {}", picture.display()));
    common.say_how_to_load::<LstmGenerator>(&outcome)?;
    common.report(&serde_json::json!({
        "example": "seqgan", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "bleu_2": likeness[0], "self_bleu_2": likeness[1], "milliseconds_per_rollout": per_rollout,
        "curve": curve.iter().map(Point::json).collect::<Vec<_>>(),
    }));
    Ok(())
}

/// From the oracle's sequences first, then against the discriminator.
fn learn(options: &Options, oracle: &LstmGenerator, out: &Path, device: &Device) -> Result<(SeqGan, Outcome)> {
    let common = &options.common;
    let data = InMemory::new(oracle.sample(options.sequences, 1));
    let batches = data.batches(options.batch).drop_last();
    let per_epoch = batches.per_epoch().unwrap_or_default();
    let plan = plan(options, per_epoch);
    let steps = plan.likelihood_rounds + plan.discriminator_rounds + options.rounds;
    let looks = Looks::new(options, &plan, per_epoch, oracle.clone());
    common.say(format!("the oracle scores its own samples at {:.3}", looks.floor()?));

    let mut trainer = Trainer::new(game(options, plan, oracle, device)?)
        .observe(StopOnInterrupt::new())
        .observe(looks)
        .observe(MetricsLog::every(10).to(out))
        .observe(
            Checkpoints::every(per_epoch.max(1))
                .keep(2)
                .replacing()
                .to(out.join("checkpoints")),
        );
    trainer = if options.resume {
        trainer.resume(out.join("checkpoints/latest"))
    } else {
        trainer.seed(common.seed)
    };
    let outcome = trainer.run(batches, Budget::steps(common.steps.unwrap_or(steps)))?;
    Ok((trainer.into_game(), outcome))
}

/// The authors' plan, or the one reduced to what a CPU can do in hours.
fn plan(options: &Options, per_epoch: u64) -> SeqGanConfig {
    let plan = SeqGanConfig::new()
        .with_likelihood_rounds(options.epochs * per_epoch)
        .with_generator_steps(options.generator_steps)
        .with_epochs(options.passes)
        .with_rollouts(options.rollouts);
    if options.full {
        return plan
            .with_discriminator_rounds(options.discriminator_rounds.unwrap_or(50))
            .with_negatives(options.negatives.unwrap_or(156));
    }
    plan.with_discriminator_rounds(options.discriminator_rounds.unwrap_or(10))
        .with_discriminator_steps(1)
        .with_negatives(options.negatives.unwrap_or(32))
}

fn game(options: &Options, plan: SeqGanConfig, oracle: &LstmGenerator, device: &Device) -> Result<SeqGan> {
    let vocabulary = oracle.policy().vocabulary();
    let generator = LstmGeneratorConfig::new(LstmPolicyConfig::new(vocabulary), LENGTH);
    let discriminator = if options.full {
        TextDiscriminatorConfig::new(vocabulary, LENGTH)
    } else {
        TextDiscriminatorConfig::reduced(vocabulary, LENGTH)
    };
    let rate = options.judge_rate.unwrap_or(if options.full { 1e-4 } else { 1e-3 });
    let slower = Schedule::Linear {
        after: plan.likelihood_rounds.saturating_sub(1),
        over: 1,
        end: options.rate / LIKELIHOOD_RATE,
    };
    let of_generator = Optimizer::from(Adam::new(LIKELIHOOD_RATE))
        .clip_norm(5.0)
        .schedule(slower);
    let game = SeqGan::new(generator.try_init(device)?, discriminator.try_init(device)?, plan)
        .generator_optimizer(of_generator)
        .discriminator_optimizer(Adam::new(rate));
    Ok(match (options.reward, options.baseline) {
        (Which::Seqgan, false) => game,
        (Which::Seqgan, true) => game.reward(Realness::new().with_baseline()),
        (Which::Maligan, false) => game.reward(MaliGan::new().with_baseline(0.0)),
        (Which::Maligan, true) => game.reward(MaliGan::new()),
        (Which::Rankgan, false) => game.reward(RankGan::new().with_gamma(options.gamma).without_logarithm()),
        (Which::Rankgan, true) => game.reward(RankGan::new().with_gamma(options.gamma)),
    })
}

/// How many pairs of tokens are found in the oracle's sequences, and in the generator's own others.
fn likeness(game: &SeqGan, oracle: &LstmGenerator, n: usize) -> Result<[f64; 2], agon::metrics::Error> {
    let fake = sentences(game.sample(n, 3), None)?;
    let (mut bleu, mut own) = (Bleu::new().up_to(&[2])?, SelfBleu::new().up_to(&[2])?);
    bleu.add(Origin::Real, &sentences(oracle.sample(n, 2), None)?)?;
    bleu.add(Origin::Fake, &fake)?;
    own.add(Origin::Fake, &fake)?;
    Ok([bleu.compute()?[0].value, own.compute()?[0].value])
}

/// How long it takes to complete all beginnings of a batch, as often as a round does.
fn seconds_of_rollouts(game: &SeqGan, options: &Options, device: &Device) -> f64 {
    let tokens = game.sample(options.batch, 1);
    let draws = LstmPolicy::draws(tokens.dims(), options.rollouts);
    let uniforms = random::uniform([draws], 0.0, 1.0, &mut random::stream(1, 0), device);
    let started = Instant::now();
    let completed: Tensor<2, Int> = game.generator().policy().complete(&tokens, options.rollouts, uniforms);
    let _ = completed.into_data();
    started.elapsed().as_secs_f64()
}

/// Both figures over the run: red under the oracle, blue held out.
fn draw(curve: &[Point]) -> Image {
    let last = curve.last().map_or(1.0, |point| point.at);
    let figures = || curve.iter().flat_map(|point| [point.oracle, point.held_out]);
    let (low, high) = (figures().fold(f64::MAX, f64::min), figures().fold(f64::MIN, f64::max));
    let mut image = Image::filled(640, 400, &[255, 255, 255]);
    let panel = Panel {
        corner: [20, 20],
        size: [600, 360],
        x: [0.0, last.max(1.0)],
        y: [low - 0.1, high + 0.1],
    };
    panel.axes(&mut image);
    let line = |of: fn(&Point) -> f64| curve.iter().map(|point| [point.at, of(point)]).collect::<Vec<_>>();
    panel.curve(&mut image, &line(|point| point.oracle), colours::RED);
    panel.curve(&mut image, &line(|point| point.held_out), colours::BLUE);
    // Where the contest begins.
    if let Some(start) = curve
        .iter()
        .filter(|point| !point.contest)
        .map(|point| point.at)
        .reduce(f64::max)
    {
        panel.curve(&mut image, &[[start, low], [start, high]], colours::LIGHT);
    }
    image
}

/// The checkpoint that a run ended with.
fn last(outcome: &Outcome) -> Result<&Path> {
    let missing = || Error::config("the end of a run", "a checkpoint", "none");
    outcome.checkpoint.as_deref().ok_or_else(missing)
}
