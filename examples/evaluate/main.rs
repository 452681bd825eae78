//! Judges a set of generated images against a set of real ones: two folders, or two files of arrays.
//!
//! ```text
//! cargo run --example quickstart -- --data photos --size 64 --out out/photos
//! cargo run --example sample -- --checkpoint out/photos/checkpoints/latest --to out/photos/generated
//! cargo run --example evaluate -- --real photos --fake out/photos/generated --size 64 --extractor inception --weights inception.pth
//!
//! cargo run --example evaluate -- --real mnist/train-images-idx3-ubyte.gz --fake samples.npy --metrics frechet,coverage
//! ```
//!
//! A folder holds an image in each file; grids of samples, as training draws them, are none. Without `--size` images are
//! judged as they are, and those of a folder must be of one size.
//!
//! Images go through the extractor some at a time, so that memory holds no more than a batch of them and what the
//! metrics keep. The table says by which protocol each figure was made: figures of different protocols do not
//! compare.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
mod jury;
mod progress;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use agon::metrics::{Metric, Origin, Report};
use clap::Parser;

use jury::{Choice, Extractor};
use progress::Progress;
use source::{Seen, Source};

/// Judges a set of generated images against a set of real ones.
#[derive(Debug, Parser)]
#[command(name = "evaluate")]
struct Options {
    /// Folder of images, or a file of arrays (.npy, .npz, .safetensors, IDX): the data.
    #[arg(long, value_name = "PATH")]
    real: PathBuf,
    /// The same, of what was generated.
    #[arg(long, value_name = "PATH")]
    fake: PathBuf,
    /// Which metrics, separated by commas [default: frechet,kernel,precision,coverage and, if the extractor tells classes,
    /// inception-score].
    #[arg(long, value_enum, value_delimiter = ',')]
    metrics: Vec<Choice>,
    /// What turns images into features; the default is for drawn digits, and says little of anything else.
    #[arg(long, value_enum, default_value = "glyphs")]
    extractor: Extractor,
    /// The weights of Inception-V3 (.pth or .safetensors), or of another glyph classifier; without it, those of the
    /// cache, or those that come along.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Resizes images to so many pixels a side, antialiased, before anything else.
    #[arg(long, value_name = "PIXELS")]
    size: Option<usize>,
    /// Sees images in 1 (grey) or 3 channels; without it as they are.
    #[arg(long)]
    channels: Option<usize>,
    /// Takes at most so many images of each set.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Images at a time.
    #[arg(long, default_value_t = 32, value_parser = common::at_least::<1>)]
    batch: usize,
    /// Decides the order in which images are taken, and all that metrics draw.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Backend, one of those compiled in (flex unless built otherwise).
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> common::Ending {
    let device = common::device(options.device.as_deref())?;
    let extractor = options.extractor.load(options.weights.as_deref(), &device)?;
    let classes = options.extractor != Extractor::Pixels;
    let mut jury = jury::of(extractor, &options.metrics, classes, options.seed);
    let seen = Seen {
        size: options.size,
        channels: options.channels,
    };
    let mut preparations = Vec::new();
    for (origin, path) in [(Origin::Real, &options.real), (Origin::Fake, &options.fake)] {
        let mut source = Source::open(path, seen, options.limit, options.batch)?;
        let mut progress = Progress::new(origin, source.len());
        for index in 0..source.batches() {
            let images = source.batch(index, options.seed, &device)?;
            jury.add(origin, &images)?;
            progress.advance(images.dims()[0]);
        }
        progress.finish();
        preparations.push(source.preparation());
    }
    preparations.dedup();
    let preparation = preparations.join(", the others ");
    let mut report = Report::from(jury.compute()?);
    for figure in &mut report.figures {
        figure.protocol.preparation = Some(preparation.clone());
    }
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}
