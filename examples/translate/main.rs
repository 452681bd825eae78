//! Pictures of one look turned into pictures of another, with pairs and without, and how far from the truth.
//!
//! ```text
//! cargo run --example translate -- --method cyclegan
//! cargo run --example translate -- --method pix2pix --task outline-to-filled
//! ```
//!
//! The world is that of drawn shapes: the true counterpart of every picture is known, so translations are judged by their
//! mean absolute difference from it (pixels in [-1, 1]), beside that of leaving the picture as it is and that of the mean
//! counterpart.

#[path = "../common/mod.rs"]
mod common;
mod game;

use std::path::Path;
use std::process::ExitCode;

use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending};
use game::Translates;
use serde_json::json;

/// Pictures by which a translator is judged: in the end, and on the way there.
const JUDGED: usize = 200;
const GLANCED_AT: usize = 20;
/// The seed that draws them, which no run trains with.
const JUDGED_SEED: u64 = 0x7e57;

/// Train a translator of pictures and compare it with the truth.
#[derive(Debug, Parser)]
#[command(name = "translate")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// Who translates
    #[arg(long, value_enum, default_value = "cyclegan")]
    method: Method,
    /// What is translated
    #[arg(long, value_enum, default_value = "day-to-night")]
    task: Task,
    /// Height and width of the pictures
    #[arg(long, default_value_t = 32)]
    size: usize,
    /// Channels of the first layer
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Pictures in a batch
    #[arg(long, default_value_t = 4)]
    batch: usize,
    /// CycleGAN's maps
    #[arg(long, value_enum, default_value = "resnet")]
    maps: Maps,
    /// Residual blocks of CycleGAN's residual maps
    #[arg(long, default_value_t = 3)]
    blocks: usize,
    /// How much reconstructions count, instead of the method's own weight
    #[arg(long)]
    cycle: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Residual maps, judges of patches, least squares, identity term (without pairs)
    Cyclegan,
    /// Encoders and decoders, judges of whole pictures (without pairs)
    Discogan,
    /// U-Nets and clipped critics (without pairs)
    Dualgan,
    /// A U-Net and the distance to the truth (with pairs)
    Pix2pix,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Maps {
    /// Two halvings and residual blocks, as in the paper
    Resnet,
    /// U-Nets, which keep the colours of grounds
    Unet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Dark figures on light paper become light figures on dark paper of the same hues
    DayToNight,
    /// Outlines are filled
    OutlineToFilled,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let steps = options.common.steps.unwrap_or(3_000);
    let shape = [3, options.size, options.size];
    let channels = [3, 3];
    // Halvings of U-Nets, down to two pixels a side or one.
    let depth = options.size.max(4).ilog2() as usize - 1;
    match options.method {
        Method::Cyclegan => {
            let config = CycleGanConfig::new(channels)
                .with_width(options.width)
                .with_blocks(options.blocks)
                .with_halvings(1)
                .with_identity(5.0)
                .with_decay(Some([steps / 2, steps.div_ceil(2)]));
            let cycle = options.cycle.unwrap_or(config.cycle);
            let config = config.with_cycle(cycle);
            match options.maps {
                Maps::Resnet => train(options, config.try_init(&device)?, steps),
                Maps::Unet => train(
                    options,
                    config.of(unets(options, depth, &device)?, patches(options, &device)?),
                    steps,
                ),
            }
        }
        Method::Discogan => {
            let config = DiscoGanConfig::new(shape, shape)
                .with_width(options.width)
                .with_depth(depth.min(4));
            let cycle = options.cycle.unwrap_or(config.cycle);
            train(options, config.with_cycle(cycle).try_init(&device)?, steps)
        }
        Method::Dualgan => {
            let config = DualGanConfig::new(channels)
                .with_width(options.width)
                .with_depth(depth)
                .with_halvings(1);
            let cycle = options.cycle.unwrap_or(config.cycle);
            train(options, config.with_cycle(cycle).try_init(&device)?, steps)
        }
        Method::Pix2pix => {
            let config = Pix2PixConfig::new(channels)
                .with_width(options.width)
                .with_depth(depth)
                .with_halvings(1);
            train(options, config.try_init(&device)?, steps)
        }
    }
}

/// U-Nets of pix2pix, without dropout, for both ways.
fn unets(options: &Options, depth: usize, device: &Device) -> Result<Both<UNetTranslator>> {
    let config = UNetTranslatorConfig::new([3, 3]);
    let config = config.with_width(options.width).with_depth(depth).with_dropout(0.0);
    Ok(Both {
        a: config.try_init(device)?,
        b: config.try_init(device)?,
    })
}

/// Judges of patches of 16 pixels.
fn patches(options: &Options, device: &Device) -> Result<Both<PatchDiscriminator>> {
    let config = PatchDiscriminatorConfig::new(3)
        .with_width(options.width)
        .with_halvings(1);
    Ok(Both {
        a: config.try_init(device)?,
        b: config.try_init(device)?,
    })
}

fn translation(options: &Options) -> ShapeTranslation {
    let shapes = Shapes::new().size(options.size);
    match options.task {
        Task::DayToNight => shapes.day_to_night(),
        Task::OutlineToFilled => shapes.outline_to_filled(),
    }
}

fn train<G: Translates + 'static>(options: &Options, game: G, steps: u64) -> Ending {
    let common = &options.common;
    let name = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().to_owned());
    let method = name(options.method.to_possible_value()).unwrap_or_default();
    let task = name(options.task.to_possible_value()).unwrap_or_default();
    let out = common.folder("translate")?;
    let watch = Watch {
        truth: translation(options),
        common: common.clone(),
    };
    let mut trainer = Trainer::new(game)
        .seed(common.seed)
        .observe(watch)
        .observe(Progress::new())
        .observe(StopOnInterrupt::new())
        .observe(
            Checkpoints::every(1_000)
                .replacing()
                .to(out.join(format!("{method}-{task}"))),
        );
    let outcome = trainer.run(G::data(translation(options), options.batch), Budget::steps(steps))?;

    let errors = Errors::of(trainer.game(), &translation(options), JUDGED)?;
    common.say(format!("{method}, {task}: {errors}"));
    let picture = out.join(format!("{method}-{task}-seed{}.png", common.seed));
    draw(&picture, trainer.game(), &translation(options))?;
    common.say(format!(
        "rows: picture, translation, truth; and back; {}",
        picture.display()
    ));
    common.report(&json!({
        "method": method, "task": task, "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "identity": errors.identity, "constant": errors.constant, "there": errors.there, "back": errors.back,
        "share_of_identity": errors.there / errors.identity, "samples": picture,
    }));
    Ok(())
}

/// Mean absolute differences from the truth.
struct Errors {
    /// Of the pictures as they are.
    identity: f64,
    /// Of the mean of all true counterparts, whatever the picture.
    constant: f64,
    there: f64,
    back: Option<f64>,
}

impl Errors {
    fn of(game: &impl Translates, truth: &ShapeTranslation, judged: usize) -> Result<Self> {
        let device = game.device();
        let mean = |errors: Vec<f32>| errors.iter().map(|&e| f64::from(e)).sum::<f64>() / errors.len() as f64;
        let mut returns = false;
        let reversed = truth.clone().reversed();
        let back = reversed.evaluate(judged, JUDGED_SEED, &device, |b| {
            let back = game.back(b.clone());
            returns = back.is_some();
            back.unwrap_or(b)
        })?;
        let (_, counterparts) = truth.pairs(judged, JUDGED_SEED, &device)?;
        let mean_counterpart = counterparts.clone().mean_dim(0).expand(counterparts.dims());
        Ok(Self {
            identity: mean(truth.evaluate(judged, JUDGED_SEED, &device, |a| a)?),
            constant: mean(ShapeTranslation::errors(mean_counterpart, counterparts)?),
            there: mean(truth.evaluate(judged, JUDGED_SEED, &device, |a| game.there(a))?),
            back: returns.then(|| mean(back)),
        })
    }
}

impl std::fmt::Display for Errors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            identity,
            constant,
            there,
            back,
        } = self;
        write!(f, "error {there:.4}")?;
        if let Some(back) = back {
            write!(f, ", back {back:.4}")?;
        }
        write!(
            f,
            "; {:.1} % of the untranslated picture's {identity:.4}; of the mean counterpart: {constant:.4}",
            100.0 * there / identity
        )
    }
}

/// Eight pictures each way: as they are, translated, and as they should be.
fn draw(path: &Path, game: &impl Translates, truth: &ShapeTranslation) -> Result<()> {
    let (a, b) = truth.pairs(8, JUDGED_SEED, &game.device())?;
    let mut rows = vec![a.clone(), game.there(a.clone()), b.clone()];
    if let Some(back) = game.back(b.clone()) {
        rows.extend([b, back, a]);
    }
    write_png(path, &image_grid(Tensor::cat(rows, 0), 8)?)
}

/// Says ten times in a run how far the translator has come.
struct Watch {
    truth: ShapeTranslation,
    common: Common,
}

impl<G: Translates> Observer<G> for Watch {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let tenth = moment.total.map_or(1_000, |total| total.div_ceil(10));
        if moment.step.is_multiple_of(tenth.max(1)) {
            let errors = Errors::of(moment.game, &self.truth, GLANCED_AT)?;
            self.common.say(format!("round {:>6}: {errors}", moment.step));
        }
        Ok(Signal::Continue)
    }
}
