//! How many modes of a mixture of Gaussians a generator finds, beside the published figures.
//!
//! ```text
//! cargo run --example gaussians -- --layout ring --method pacgan2 --seeds 3
//! cargo run --example gaussians -- --layout ring --method gan --epochs 400 --seeds 10   # the full protocol
//! cargo run --example gaussians -- --epochs 400 --resume   # 400 epochs, of which earlier runs played some
//! cargo run --example gaussians -- --method d2gan --protocol d2gan   # as its authors do
//! ```
//!
//! A perfect generator has 98.889 % of high-quality samples, not 100 %; a collapsed one can have more.

#[path = "../common/mod.rs"]
mod common;
mod games;
mod layout;
mod method;
mod protocol;
mod published;
mod run;
mod summary;

use std::path::Path;
use std::process::ExitCode;

use agon::prelude::*;
use clap::Parser;
use common::{Common, Ending, Given, Refused, name};
use layout::Layout;
use method::Method;
use protocol::{Protocol, Setup};
use run::{EPOCH, Judged, Run, line};
use serde_json::json;
use summary::Summary;

/// Modes captured, share of high-quality samples and reverse KL on Gaussians in the plane.
#[derive(Debug, Parser)]
#[command(name = "gaussians")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// Where the modes are
    #[arg(long, value_enum, default_value = "ring")]
    layout: Layout,
    /// What is trained
    #[arg(long, value_enum, default_value = "gan")]
    method: Method,
    /// Networks, optimizers and batches [default: unrolled for --method unrolled, small for d2gan and what follows it,
    /// else pacgan]
    #[arg(long, value_enum)]
    protocol: Option<Protocol>,
    /// How many runs, with seeds from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Times through PacGAN's 100,000 points; its protocol has 400, fewer is the reduced variant [default: 40]
    #[arg(long, conflicts_with = "steps")]
    epochs: Option<u64>,
    /// An unrolled generator foresees plain gradient steps at this rate, instead of those of the discriminator's Adam
    #[arg(long)]
    foreseen_rate: Option<f64>,
    /// Rounds after which those of gap draw new opponents [default: 100]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    swap: Option<u64>,
    /// Points in a batch, where points are fresh [default: 512, 500 by VEEGAN's protocol, and 128 for minibatch]
    #[arg(long)]
    batch: Option<usize>,
    /// Learning rate of all networks, instead of the protocol's; wgan and wgan-gp have their own
    #[arg(long)]
    learning_rate: Option<f64>,
    /// The small protocol's does not fall to a hundredth in the second half of the rounds, as in the published
    /// experiments
    #[arg(long)]
    constant_rate: bool,
    /// What the generator's batch norm adds to variances in PacGAN's protocol [default: 1e-5; its programs have 1e-4]
    #[arg(long)]
    epsilon: Option<f64>,
    /// Judge generators by running statistics after 50 more batches, through weights that stay, as PacGAN's programs
    /// do, instead of those that training left
    #[arg(long)]
    standing: bool,
    /// Go on from the checkpoints that earlier runs of the same seeds and settings left in --out, every 1,000 rounds
    /// and at their ends; without it they are replaced
    #[arg(long)]
    resume: bool,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(run(&options, &given))
}

fn run(options: &Options, given: &Given) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let protocol = options.protocol.unwrap_or(options.method.protocol());
    check(options, given, protocol)?;
    let (rounds, length) = length(options, protocol);
    let title = format!("{}-{}", name(options.layout), name(options.method));
    common.say(format!("{title}, {} protocol: {length}", name(protocol)));

    let folder = common.folder("gaussians")?;
    let (mut runs, mut together) = (Vec::new(), Vec::new());
    for seed in (0..options.seeds).map(|i| common.seed.wrapping_add(i)) {
        let stem = folder.join(format!("{title}-seed{seed}"));
        let Judged { each, all } = play(options, protocol, rounds, seed, (&device, &stem))?;
        for coverage in &each {
            common.say(format!("seed {seed}: {}; {}.png", line(coverage), stem.display()));
        }
        if each.len() > 1 {
            common.say(format!("seed {seed}, as much of each: {}", line(&all)));
            together.push(all);
        }
        runs.extend(each);
    }
    let [generator, discriminator] = options.method.rates(protocol, options.learning_rate);
    let rate = json!({
        "at_first": { "generator": generator, "discriminator": discriminator },
        "constant": !falls(options, protocol),
    });
    let summary = Summary::of(&runs);
    common.say(format!("{:<28}modes           high quality      reverse KL", ""));
    common.say(format!(
        "{:<28}{summary}",
        format!("here, {} run{}", runs.len(), if runs.len() == 1 { "" } else { "s" })
    ));
    if !together.is_empty() {
        common.say(format!("{:<28}{}", "those in parallel as one", Summary::of(&together)));
    }
    // D2GAN's ring is another than that of the tables.
    let published = match protocol {
        Protocol::D2gan => Default::default(),
        _ => published::rows(options.layout, options.method),
    };
    for row in &published {
        common.say(row);
    }
    common.say("The ceiling is 98.889 % of high quality; +- is the standard error, as in PacGAN's table.");
    let mut report = json!({
        "example": "gaussians", "layout": name(options.layout), "method": name(options.method),
        "protocol": name(protocol), "rate": rate, "length": length, "swap": options.swap,
        "standing_statistics": options.standing, "epsilon": options.epsilon, "seeds": runs.len(), "runs": runs, "together": together,
        "published": published.iter().map(|row| row.json()).collect::<Vec<_>>(),
    });
    summary.add_to(&mut report);
    common.report(&report);
    Ok(())
}

/// An error for a layout that the protocol has not, or an option that would change nothing.
fn check(options: &Options, given: &Given, protocol: Protocol) -> Result<(), Refused> {
    if options.layout != Layout::Ring && protocol == Protocol::D2gan {
        let got = name(options.layout);
        return Err(Refused(format!(
            "--layout: expected ring by the d2gan protocol, got {got}"
        )));
    }
    if let Some(epsilon) = options
        .epsilon
        .filter(|epsilon| !(*epsilon >= 0.0 && epsilon.is_finite()))
    {
        return Err(Refused(format!(
            "--epsilon: expected a number of at least 0, got {epsilon}"
        )));
    }
    let idle = [
        ("--batch", protocol == Protocol::Pacgan),
        ("--epochs", protocol != Protocol::Pacgan),
        // Other generators have no batch norm.
        ("--epsilon", protocol != Protocol::Pacgan),
        ("--standing", protocol != Protocol::Pacgan),
        ("--constant-rate", protocol != Protocol::Small),
        ("--swap", options.method != Method::Gap),
        ("--foreseen-rate", options.method != Method::Unrolled),
        ("--learning-rate", options.method.own_rate().is_some()),
    ];
    let (method, protocol) = (name(options.method), name(protocol));
    given.refuse_idle(&idle, format!("{method} by the {protocol} protocol"))
}

/// Whether learning rates become less and less in the second half.
fn falls(options: &Options, protocol: Protocol) -> bool {
    protocol == Protocol::Small && !options.constant_rate
}

/// How many rounds to play, and how to say it.
fn length(options: &Options, protocol: Protocol) -> (u64, String) {
    match (options.common.steps, protocol) {
        (Some(steps), _) => (steps, format!("reduced to {steps} rounds")),
        (None, Protocol::Pacgan) => {
            let epochs = options.epochs.unwrap_or(40);
            let reduced = if epochs < 400 { "reduced variant: " } else { "" };
            (epochs.saturating_mul(EPOCH), format!("{reduced}{epochs} of 400 epochs"))
        }
        (None, protocol) => {
            let rounds = protocol.rounds();
            (rounds, format!("{rounds} rounds"))
        }
    }
}

/// Trains once and draws what was learned: by one generator, or by each of several in parallel.
fn play(
    options: &Options,
    protocol: Protocol,
    rounds: u64,
    seed: u64,
    (device, stem): (&Device, &Path),
) -> Result<Judged, Box<dyn std::error::Error>> {
    let run = Run {
        mixture: options.layout.mixture(protocol),
        common: &options.common,
        protocol,
        batch: options.batch.unwrap_or(options.method.batch(protocol)),
        rounds,
        seed,
        folder: stem.to_owned(),
        resume: options.resume,
        standing: options.standing,
        pacing: falls(options, protocol).then(|| Pacing::new(Schedule::second_half(rounds, 0.01))),
    };
    let unroll = match options.foreseen_rate {
        Some(rate) => Unroll::new(5, rate),
        None => Unroll::own(5),
    };
    let packing = options.method.packing();
    let setup = Setup {
        protocol,
        rates: options.method.rates(protocol, options.learning_rate),
        rounds,
        epsilon: options.epsilon.unwrap_or(1e-5),
        device,
    };
    match options.method {
        Method::D2gan => run.train(games::d2gan(&setup), packing, |game| vec![game.generator()]),
        Method::Minibatch => run.train(games::minibatch(&setup), packing, |game| vec![game.generator()]),
        Method::Veegan => run.train(games::veegan(&setup)?, packing, |game| vec![game.generator()]),
        Method::VeeganLearned => run.train(games::veegan_learned(&setup)?, packing, |game| vec![game.generator()]),
        Method::Ali => run.train(games::ali(&setup)?, packing, |game| vec![game.generator()]),
        Method::Mdgan => run.train(games::mdgan(&setup), packing, |game| vec![game.generator()]),
        Method::Gap => run.train(games::gap(options.swap.unwrap_or(100), &setup), packing, each),
        Method::Parallel => run.train(games::gap(0, &setup), packing, each),
        _ => run.train(options.method.gan(unroll, &setup), packing, |gan| {
            vec![gan.generator().single()]
        }),
    }
}

/// The generators of games in parallel.
fn each(gap: &Gap<MlpGenerator, MlpDiscriminator>) -> Vec<&MlpGenerator> {
    gap.pairs().iter().map(|pair| pair.generator()).collect()
}
