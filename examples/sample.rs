//! Pictures from a checkpoint, one file each: for `evaluate`, or any other program.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example sample -- --checkpoint out/quickstart/checkpoints/latest --n 1000 --to out/quickstart/generated
//! ```

mod common;

use std::path::PathBuf;

use agon::prelude::*;
use clap::Parser;
use common::{Basic, Ending};
use serde_json::json;

/// Pictures that are made at once, whatever their number, so that the first ones are the same of any number.
const PART: usize = 250;

/// Write what the generator of a checkpoint makes as numbered PNG files.
///
/// It reads checkpoints whose generator is a DcganGenerator: those of the examples quickstart, bigan --world glyphs,
/// small_data and latent, and of programs of yours.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    basic: Basic,
    /// The checkpoint, or `latest` or `best` in a folder of them
    #[arg(long, value_name = "DIR")]
    checkpoint: PathBuf,
    /// How many pictures
    #[arg(long, default_value_t = 10_000, value_parser = common::at_least::<1>)]
    n: usize,
    /// Where they go: a folder that is not there yet, or empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Decides the codes
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let generator = DcganGenerator::load(&options.checkpoint, &options.basic.device()?)?;
    let parts = (0..options.n).step_by(PART).zip(0..);
    let pictures = parts.map(|(first, part)| {
        let n = PART.min(options.n - first);
        generator.sample(n, random::mix(options.seed, part))
    });
    let written = write_images(&options.to, pictures)?;
    options
        .basic
        .say(format!("{written} pictures in {}", options.to.display()));
    options
        .basic
        .report(&json!({ "pictures": written, "folder": options.to }));
    Ok(())
}
