//! Pictures of one look turned into pictures of another, with pairs and without, and how far from the truth.
//!
//! ```text
//! cargo run --example translate -- --method cyclegan
//! cargo run --example translate -- --method pix2pix --task outline-to-filled
//! cargo run --example translate -- --method cyclegan --data path/to/apples --to path/to/oranges --size 64
//! ```
//!
//! The world is that of drawn shapes: the true counterpart of every picture is known, so translations are judged by their
//! mean absolute difference from it (pixels in [-1, 1]), beside that of leaving the picture as it is and that of the mean
//! counterpart. Of pictures of your own a part is held out; its truth is known if they are pairs.

#[path = "../common/mod.rs"]
mod common;
mod game;
mod pictures;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, ImageFiles, name};
use game::Translates;
use pictures::Pictures;
use serde_json::json;

/// Pictures by which a translator is judged: in the end, and on the way there.
const JUDGED: usize = 200;
const GLANCED_AT: usize = 20;

/// Train a translator of pictures and compare it with the truth.
///
/// Pictures at --data are translated into those at --to, all seen in colour. For pix2pix they are pairs: the first of one
/// and the first of the other, by name, and so on. The other methods learn without pairs, so that there is no truth to
/// compare with, only pictures to look at.
#[derive(Debug, Parser)]
#[command(name = "translate")]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    files: ImageFiles,
    /// What the pictures at --data are to become: a folder, or whatever --data may be
    #[arg(long, value_name = "PATH", requires = "data")]
    to: Option<PathBuf>,
    /// Who translates
    #[arg(long, value_enum, default_value = "cyclegan")]
    method: Method,
    /// What is translated, without --data
    #[arg(long, value_enum, default_value = "day-to-night", conflicts_with = "data")]
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
    /// Halvings of the judges: 3 for patches of 70 pixels, instead of 1 for patches of 16
    #[arg(long)]
    halvings: Option<usize>,
    /// How much reconstructions count, instead of the method's own weight
    #[arg(long)]
    cycle: Option<f64>,
    /// What DualGAN's critics are held by
    #[arg(long, value_enum, default_value = "clipped")]
    critics: Critics,
    /// Dropout of DualGAN's maps, instead of the paper's
    #[arg(long)]
    dropout: Option<f64>,
    /// DualGAN's learning rate, instead of the paper's
    #[arg(long)]
    learning_rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Residual maps, judges of patches, least squares, identity term (without pairs)
    Cyclegan,
    /// Encoders and decoders, judges of whole pictures (without pairs)
    Discogan,
    /// U-Nets and Wasserstein critics (without pairs)
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
enum Critics {
    /// Bounds of their weights, as in the paper
    Clipped,
    /// A gradient penalty of 10; they see whole pictures and have one turn in a round, as in the authors' code
    Penalized,
    /// Nothing: they classify, and the loss is the cross entropy, as in an earlier state of the authors' code
    Logistic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Dark figures on light paper become light figures on dark paper of the same hues
    DayToNight,
    /// Outlines are filled
    OutlineToFilled,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| run(&options)))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let is = |method| options.method == method;
    let idle = [
        ("--maps", !is(Method::Cyclegan)),
        ("--blocks", !is(Method::Cyclegan)),
        ("--halvings", is(Method::Discogan)),
        ("--cycle", is(Method::Pix2pix)),
        ("--critics", !is(Method::Dualgan)),
        ("--dropout", !is(Method::Dualgan)),
        ("--learning-rate", !is(Method::Dualgan)),
    ];
    given.refuse_idle(&idle, format!("--method {}", name(options.method)))?;
    let whole = is(Method::Dualgan) && options.critics == Critics::Penalized;
    given.refuse_idle(&[("--halvings", whole)], "--critics penalized")?;
    Ok(given.refuse_idle(&[("--blocks", options.maps == Maps::Unet)], "--maps unet")?)
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let steps = options.common.steps.unwrap_or(3_000);
    let shape = [3, options.size, options.size];
    let channels = [3, 3];
    // Halvings of U-Nets, down to two pixels a side or one.
    let depth = options.size.max(4).ilog2() as usize - 1;
    match options.method {
        Method::Cyclegan => cyclegan(options, steps, depth, &device),
        Method::Discogan => {
            let config = DiscoGanConfig::new(shape, shape)
                .with_width(options.width)
                .with_depth(depth.min(4));
            let cycle = options.cycle.unwrap_or(config.cycle);
            train(options, config.with_cycle(cycle).try_init(&device)?, steps)
        }
        Method::Dualgan => {
            let config = dualgan(options, DualGanConfig::new(channels).with_depth(depth));
            let game = config.try_init(&device)?;
            let game = match options.critics {
                Critics::Logistic => game.loss(NonSaturating, 1.0),
                Critics::Clipped | Critics::Penalized => game,
            };
            train(options, game, steps)
        }
        Method::Pix2pix => {
            let config = Pix2PixConfig::new(channels)
                .with_width(options.width)
                .with_depth(depth)
                .with_halvings(halvings(options));
            train(options, config.try_init(&device)?, steps)
        }
    }
}

fn halvings(options: &Options) -> usize {
    options.halvings.unwrap_or(1)
}

/// CycleGAN with residual maps, or with U-Nets of so many halvings.
fn cyclegan(options: &Options, steps: u64, depth: usize, device: &Device) -> Ending {
    let config = CycleGanConfig::new([3, 3])
        .with_width(options.width)
        .with_blocks(options.blocks)
        .with_halvings(halvings(options))
        .with_identity(5.0)
        .with_decay(Some([steps / 2, steps.div_ceil(2)]));
    let cycle = options.cycle.unwrap_or(config.cycle);
    let config = config.with_cycle(cycle);
    match options.maps {
        Maps::Resnet => train(options, config.try_init(device)?, steps),
        Maps::Unet => {
            let game = config.of(unets(options, depth, device)?, patches(options, device)?);
            train(options, game, steps)
        }
    }
}

/// DualGAN with what was asked for instead of the paper's.
fn dualgan(options: &Options, config: DualGanConfig) -> DualGanConfig {
    let (cycle, dropout, rate) = (config.cycle, config.dropout, config.learning_rate);
    let config = config.with_halvings(halvings(options));
    // As many as leave a score at all.
    let whole = (options.size / 3).max(1).ilog2() as usize;
    let config = match options.critics {
        Critics::Clipped => config,
        Critics::Penalized => {
            let config = config.with_clip(None).with_penalty(Some(10.0));
            config.with_critic_turns(1).with_halvings(whole)
        }
        Critics::Logistic => config.with_clip(None).with_critic_turns(1),
    };
    config
        .with_width(options.width)
        .with_cycle(options.cycle.unwrap_or(cycle))
        .with_dropout(options.dropout.unwrap_or(dropout))
        .with_learning_rate(options.learning_rate.unwrap_or(rate))
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

/// Judges of patches.
fn patches(options: &Options, device: &Device) -> Result<Both<PatchDiscriminator>> {
    let config = PatchDiscriminatorConfig::new(3)
        .with_width(options.width)
        .with_halvings(halvings(options));
    Ok(Both {
        a: config.try_init(device)?,
        b: config.try_init(device)?,
    })
}

fn pictures(options: &Options) -> Result<Pictures> {
    let shapes = Shapes::new().size(options.size);
    if let Some(from) = options.files.open_as([3, options.size, options.size])? {
        let missing = || {
            Error::config(
                "--to",
                "where the pictures are that those at --data are to become",
                "none",
            )
        };
        let to = options.to.as_ref().ok_or_else(missing)?;
        let seen = ImageOptions::new().size(options.size).channels(3);
        return Ok(Pictures::read(from, open_images(to, &seen)?)?);
    }
    Ok(Pictures::Drawn(match options.task {
        Task::DayToNight => shapes.day_to_night(),
        Task::OutlineToFilled => shapes.outline_to_filled(),
    }))
}

fn train<G: Translates + 'static>(options: &Options, game: G, steps: u64) -> Ending {
    let common = &options.common;
    let pictures = pictures(options)?;
    let out = common.folder("translate")?;
    let names = names(options);
    let watch = Watch {
        pictures: pictures.clone(),
        common: common.clone(),
    };
    let mut trainer = Trainer::new(game)
        .seed(common.seed)
        .observe(watch)
        .observe(Progress::new())
        .observe(StopOnInterrupt::new())
        .observe(Checkpoints::every(1_000).replacing().to(out.join(names.join("-"))));
    let outcome = trainer.run(pictures.batches(G::PAIRED, options.batch), Budget::steps(steps))?;

    let errors = Errors::of(trainer.game(), &pictures, JUDGED)?;
    let found = errors.as_ref().map(|errors| format!(": {errors}"));
    common.say(format!("{}{}", names.join(", "), found.unwrap_or_default()));
    let picture = out.join(format!("{}-seed{}.png", names.join("-"), common.seed));
    draw(&picture, trainer.game(), &pictures)?;
    common.say(format!(
        "rows: picture, translation, truth (or the other kind); and back; {}",
        picture.display()
    ));
    common.say_how_to_load::<G::Maps>(&outcome)?;
    let figure = |of: fn(&Errors) -> f64| errors.as_ref().map(of);
    let [method, task] = names;
    let critics = (options.method == Method::Dualgan).then(|| name(options.critics));
    common.report(&json!({
        "method": method, "task": task, "critics": critics, "halvings": options.halvings, "cycle": options.cycle, "dropout": options.dropout,
        "learning_rate": options.learning_rate, "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "identity": figure(|errors| errors.identity), "constant": figure(|errors| errors.constant),
        "there": figure(|errors| errors.there), "back": errors.as_ref().and_then(|errors| errors.back),
        "share_of_identity": figure(|errors| errors.there / errors.identity), "samples": picture,
    }));
    Ok(())
}

/// Who translates, and what.
fn names(options: &Options) -> [String; 2] {
    let task = match options.files.are_given() {
        true => "files".to_owned(),
        false => name(options.task),
    };
    [name(options.method), task]
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
    /// None if the truth is not known.
    fn of<G: Translates>(game: &G, pictures: &Pictures, judged: usize) -> Result<Option<Self>> {
        if !pictures.have_truth(G::PAIRED) {
            return Ok(None);
        }
        let (a, b) = pictures.unseen(judged, &game.device())?;
        let mean = |found: Tensor<4>, truth: &Tensor<4>| -> Result<f64> {
            let errors = ShapeTranslation::errors(found, truth.clone())?;
            Ok(errors.iter().map(|&e| f64::from(e)).sum::<f64>() / errors.len() as f64)
        };
        let back = game.back(b.clone()).map(|back| mean(back, &a)).transpose()?;
        Ok(Some(Self {
            identity: mean(a.clone(), &b)?,
            constant: mean(b.clone().mean_dim(0).expand(b.dims()), &b)?,
            there: mean(game.there(a), &b)?,
            back,
        }))
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
fn draw(path: &Path, game: &impl Translates, pictures: &Pictures) -> Result<()> {
    let (a, b) = pictures.unseen(8, &game.device())?;
    let columns = a.dims()[0];
    let mut rows = vec![a.clone(), game.there(a.clone()), b.clone()];
    if let Some(back) = game.back(b.clone()) {
        rows.extend([b, back, a]);
    }
    write_png(path, &image_grid(Tensor::cat(rows, 0), columns)?)
}

/// Says ten times in a run how far the translator has come.
struct Watch {
    pictures: Pictures,
    common: Common,
}

impl<G: Translates> Observer<G> for Watch {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let tenth = moment.total.map_or(1_000, |total| total.div_ceil(10));
        if moment.step.is_multiple_of(tenth.max(1))
            && let Some(errors) = Errors::of(moment.game, &self.pictures, GLANCED_AT)?
        {
            self.common.say(format!("round {:>6}: {errors}", moment.step));
        }
        Ok(Signal::Continue)
    }
}
