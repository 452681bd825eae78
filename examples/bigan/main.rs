//! BiGAN, ALI and ALICE: an encoder that inverts the generator, on a mixture of five Gaussians, on drawn digits and on
//! images of your own.
//!
//! ```text
//! cargo run --example bigan -- --world mixture --seeds 3             # ALICE's toy, by its protocol
//! cargo run --example bigan -- --world mixture --cycle 0             # the same without the cycle: ALI
//! cargo run --example bigan -- --world glyphs                        # ALICE; with --cycle 0 BiGAN
//! cargo run --example bigan -- --world glyphs --inference gaussian   # ALI's encoder
//! cargo run --example bigan -- --data path/to/images
//! ```

mod autoencoder;
#[path = "../common/mod.rs"]
mod common;
mod glyphs;
mod mixture;

use std::process::ExitCode;

use clap::builder::ArgPredicate;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, ImageData, name};

/// Train a generator and its inverse, and see what comes back from the way there and back.
///
/// Of images at --data some are held out, to be reconstructed; what their codes know of classes is measured for drawn
/// digits only.
#[derive(Debug, Parser)]
#[command(name = "bigan")]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageData,
    /// What it learns; glyphs if there is --data
    #[arg(
        long,
        value_enum,
        default_value = "mixture",
        default_value_if("data", ArgPredicate::IsPresent, "glyphs")
    )]
    world: World,
    /// How much reconstructions count (lambda of ALICE) [default: 1 for the mixture, 40 for glyphs]
    #[arg(long)]
    cycle: Option<f64>,
    /// How the encoder of glyphs uses noise (that of the mixture is given noise, as in the protocol)
    #[arg(long, value_enum, default_value = "deterministic")]
    inference: Inferring,
    /// How many runs on the mixture, with seeds from --seed on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Channels of the layers next to the image, for glyphs
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Numbers in a code, for glyphs
    #[arg(long, default_value_t = 32)]
    latent: usize,
    /// Glyphs whose neighbours are looked for among four times as many; images held out of --data
    #[arg(long, default_value_t = 1_000, value_parser = common::at_least::<1>)]
    judged: usize,
    /// Go on from the last checkpoint in --out; without it those of earlier runs are replaced
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum World {
    /// Five Gaussians in the plane
    Mixture,
    /// Digits, or the images at --data
    Glyphs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Inferring {
    Deterministic,
    Gaussian,
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| match options.world {
        World::Mixture => mixture::run(&options),
        World::Glyphs => glyphs::run(&options),
    }))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let mixture = options.world == World::Mixture;
    let of_glyphs = ["--data", "--size", "--inference", "--width", "--latent", "--judged"];
    let idle = of_glyphs.map(|option| (option, mixture));
    let world = format!("--world {}", name(options.world));
    given.refuse_idle(&idle, &world)?;
    Ok(given.refuse_idle(&[("--seeds", !mixture)], &world)?)
}
