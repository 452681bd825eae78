//! Which of the 1000 combinations of three drawn digits, one in each channel, a generator makes.
//!
//! ```text
//! cargo run --example stacked -- --method dcgan
//! cargo run --example stacked -- --method pacgan2 --seeds 3
//! cargo run --example stacked -- --method veegan --judge-width 3
//! ```

#[path = "../common/mod.rs"]
mod common;
mod games;

use std::path::Path;
use std::process::ExitCode;

use agon::metrics::{ClassHistogram, Metric, Origin, stacked_classes};
use agon::prelude::*;
use burn::tensor::Int;
use clap::Parser;
use common::judge::Judge;
use common::{Common, Ending, kept, name};
use games::Setup;
use serde_json::json;

/// Digits in an image, one in each channel.
const CHANNELS: usize = 3;
/// Pixels a side.
const SIDE: usize = 28;
/// Samples that are drawn at once when a generator is judged.
const PART: usize = 500;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Modes captured of 1000, and the divergence from all of them alike.
#[derive(Debug, Parser)]
#[command(name = "stacked")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// What is trained
    #[arg(long, value_enum, default_value = "dcgan")]
    method: Method,
    /// How many runs, with seeds from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Channels of the generator's layer next to the image
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Channels of the discriminator's layer next to the image
    #[arg(long, default_value_t = 8)]
    judge_width: usize,
    /// Images, or packs of them, in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Samples by which a generator is judged
    #[arg(long, default_value_t = 26_000, value_parser = common::at_least::<1>)]
    judged: usize,
    /// Go on from the last checkpoint in --out; without it those of earlier runs are replaced
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Method {
    /// The networks and the optimizer of DCGAN, the non-saturating loss
    Dcgan,
    /// The same, its discriminator judging two images together
    Pacgan2,
    /// Three images together
    Pacgan3,
    /// Four images together
    Pacgan4,
    /// The generator foresees five steps of the discriminator
    Unrolled,
    /// The non-saturating loss with R1 of 1
    R1,
    /// Two discriminators, one for each direction of the divergence
    D2gan,
    /// A reconstructor of codes, a judge of codes and images
    Veegan,
    /// An encoder, a judge of the manifold and one of the diffusion
    Mdgan,
    /// A discriminator that sees how alike the images of a batch are
    Minibatch,
    /// 4 of the first in parallel which draw new opponents every 100 rounds; each of the 4 is judged
    Gap,
}

impl Method {
    fn packing(self) -> usize {
        match self {
            Self::Pacgan2 => 2,
            Self::Pacgan3 => 3,
            Self::Pacgan4 => 4,
            _ => 1,
        }
    }
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let folder = common.folder("stacked")?;
    let device = common.device()?;
    let judge = Judge::new(&device)?;
    let mut runs = Vec::new();
    for seed in (0..options.seeds).map(|i| common.seed.wrapping_add(i)) {
        for (i, generator) in play(options, seed, &device)?.into_iter().enumerate() {
            let [modes, divergence] = coverage(options.judged, &judge, |n, part| {
                Ok(generator.sample(n, random::mix(seed, part)))
            })?;
            let of_several = if i == 0 { String::new() } else { format!("-{i}") };
            let picture = folder.join(format!("{}-seed{seed}{of_several}.png", name(options.method)));
            write_png(&picture, &image_grid(generator.sample(64, seed), 8)?)?;
            common.say(format!(
                "seed {seed}: {modes} of 1000 modes, reverse KL {divergence:.3}; {}",
                picture.display()
            ));
            runs.push(json!({ "seed": seed, "modes": modes, "reverse_kl": divergence }));
        }
    }
    let [modes, divergence] = coverage(options.judged, &judge, |n, part| {
        let digits = glyphs().images(n * CHANNELS, random::mix(common.seed, part), &device)?;
        Ok(digits.reshape([n, CHANNELS, SIDE, SIDE]))
    })?;
    common.say(format!(
        "real digits: {modes} of 1000 modes, reverse KL {divergence:.3}"
    ));
    common.report(&json!({
        "example": "stacked", "method": name(options.method), "judged": options.judged, "runs": runs,
        "real": { "modes": modes, "reverse_kl": divergence },
    }));
    Ok(())
}

/// Trains once, and gives what was learned: one generator, or each of several in parallel.
fn play(options: &Options, seed: u64, device: &Device) -> Outcome<Vec<DcganGenerator>> {
    let steps = options.common.steps.unwrap_or(3_000);
    let folder = options.common.folder("stacked")?;
    let run = Run {
        options,
        steps,
        seed,
        folder: &folder.join(format!("{}-seed{seed}", name(options.method))),
    };
    let setup = Setup {
        width: options.width,
        judge_width: options.judge_width,
        steps,
        device: &device.clone().autodiff(),
    };
    match options.method {
        Method::D2gan => run.train(games::d2gan(&setup)?, |game| vec![game.generator().clone()]),
        Method::Veegan => run.train(games::veegan(&setup)?, |game| vec![game.generator().clone()]),
        Method::Mdgan => run.train(games::mdgan(&setup)?, |game| vec![game.generator().clone()]),
        Method::Minibatch => run.train(games::minibatch(&setup)?, |game| vec![game.generator().clone()]),
        Method::Gap => run.train(games::gap(&setup)?, |game| {
            game.pairs().iter().map(|pair| pair.generator().clone()).collect()
        }),
        method => {
            let gan = games::gan(method.packing(), &setup)?;
            let gan = match method {
                Method::Unrolled => gan.unrolled(Unroll::own(5)),
                Method::R1 => gan.penalty(R1::new(1.0)),
                _ => gan,
            };
            run.train(gan, |game| vec![game.generator().single().clone()])
        }
    }
}

/// One training, whatever the game.
struct Run<'a> {
    options: &'a Options,
    steps: u64,
    seed: u64,
    folder: &'a Path,
}

impl Run<'_> {
    fn train<G: Game<Batch = Tensor<4>> + 'static>(
        &self,
        game: G,
        generators: fn(&G) -> Vec<DcganGenerator>,
    ) -> Outcome<Vec<DcganGenerator>> {
        let trainer = Trainer::new(game)
            .observe(StopOnInterrupt::new())
            .observe(Progress::new());
        let mut trainer = kept(trainer, self.folder, self.seed, self.options.resume);
        let (packs, channels) = (self.options.batch, CHANNELS * self.options.method.packing());
        let data = glyphs()
            .batches(packs * channels)
            .map(move |digits| digits.reshape([packs, channels, SIDE, SIDE]));
        let outcome = trainer.run(data, Budget::steps(self.steps))?;
        let common = &self.options.common;
        common.say(format!("{} rounds in {:.0?}", outcome.steps, outcome.elapsed));
        match self.options.method {
            Method::Gap => {} // Four generators, none of which is the one.
            Method::D2gan | Method::Veegan | Method::Mdgan | Method::Minibatch => {
                common.say_how_to_load::<DcganGenerator>(&outcome)?;
            }
            _ => common.say_how_to_load::<Packed<DcganGenerator>>(&outcome)?,
        }
        Ok(generators(trainer.game()))
    }
}

fn glyphs() -> Glyphs {
    Glyphs::new().size(SIDE).noise(0.0)
}

/// How many combinations of digits there are among `n` images, and how unlike equal shares they are.
fn coverage(n: usize, judge: &Judge, images: impl Fn(usize, u64) -> Result<Tensor<4>>) -> Outcome<[f64; 2]> {
    let mut histogram = ClassHistogram::new(10usize.pow(CHANNELS as u32))?;
    for (part, first) in (0..n).step_by(PART).enumerate() {
        let images = images(PART.min(n - first), part as u64)?;
        let digits = |channel| -> Outcome<Tensor<1, Int>> {
            let digits = judge.look_at(&images.clone().narrow(1, channel, 1))?.digits;
            let digits: Vec<i64> = digits.into_iter().map(|digit| digit as i64).collect();
            Ok(Tensor::from_data(digits.as_slice(), &images.device()))
        };
        let channels = (0..CHANNELS).map(digits).collect::<Result<Vec<_>, _>>()?;
        histogram.add(Origin::Fake, &stacked_classes(&channels, 10)?)?;
    }
    let figures = histogram.compute()?;
    Ok([figures[0].value, figures[1].value])
}
