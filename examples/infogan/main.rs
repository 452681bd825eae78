//! InfoGAN: classes and factors found without labels, on a ring of Gaussians, on drawn digits and on images of your own.
//!
//! ```text
//! cargo run --example infogan -- --world ring
//! cargo run --example infogan -- --world glyphs
//! cargo run --example infogan -- --data path/to/images
//! ```

#[path = "../common/mod.rs"]
mod common;
mod glyphs;
mod matching;
mod ring;
mod shape;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, ImageData};

/// Train an InfoGAN and see what its codes came to mean.
///
/// Of images at --data it draws what each code does and says how much it tells (the bound); which digit a code stands
/// for, and how codes go with the slant and the stroke, is measured for drawn digits only.
#[derive(Debug, Parser)]
#[command(name = "infogan")]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// What it learns
    #[arg(long, value_enum, default_value = "glyphs")]
    world: World,
    /// Channels of the layers next to the image
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Numbers of the code that mean nothing
    #[arg(long, default_value_t = 8)]
    noise: usize,
    /// How many times the generator sees the category, beside the noise and the continuous codes
    #[arg(long, default_value_t = 4.0)]
    emphasis: f64,
    /// How much the category counts
    #[arg(long, default_value_t = 1.0)]
    category: f64,
    /// How much the continuous codes count
    #[arg(long, default_value_t = 1.0)]
    factors: f64,
    /// How strongly all that the discriminator sees is turned, resized, stretched and moved about; 0: not at all
    #[arg(long, default_value_t = 1.0)]
    pose: f64,
    /// In how many ways each digit is written, at most
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    hands: u64,
    /// Digits by which the codes are judged, 10 at least
    #[arg(long, default_value_t = 2_000, value_parser = common::at_least::<10>)]
    judged: usize,
    /// Go on from the last checkpoint in --out; without it those of earlier runs are replaced
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum World {
    /// Eight modes and a code of eight categories
    Ring,
    /// Digits, or the images at --data, a code of ten categories and two continuous ones
    Glyphs,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| match options.world {
        World::Ring => ring::run(&options),
        World::Glyphs => glyphs::run(&options),
    }))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let of_images = ["--data", "--size", "--width", "--pose", "--hands", "--judged"];
    let of_codes = ["--noise", "--emphasis", "--category", "--factors"];
    let ring = |option| (option, options.world == World::Ring);
    given.refuse_idle(&of_images.map(ring), "--world ring")?;
    given.refuse_idle(&of_codes.map(ring), "--world ring")?;
    Ok(given.refuse_idle(&[("--hands", options.images.is_given())], "images at --data")?)
}

/// A mean over all rows of `E log Q(c | x)`, plus the entropy of as many equal categories: the bound, in nats.
fn bound(logits: agon::prelude::Tensor<2>, code: agon::prelude::Tensor<2>) -> f64 {
    let entropy = (code.dims()[1] as f64).ln();
    entropy - f64::from(agon::losses::categorical_information(logits, code).into_scalar::<f32>())
}
