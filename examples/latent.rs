//! What a trained generator has in its codes: walks between them, sums, truncation, single coordinates, the
//! nearest real images, and a blind test.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example latent -- --checkpoint out/quickstart/checkpoints/latest
//! ```
//!
//! Without a checkpoint it trains a small generator first. `--data` says where the images are that the generator was
//! trained on, if they are not the drawn digits.

mod common;

use std::path::{Path, PathBuf};

use agon::observe::latent::Truncation;
use agon::prelude::*;
use clap::Parser;
use common::{Common, Ending, ImageFiles, Source};
use serde_json::json;

/// Pictures of a generator's codes, from a checkpoint of the quickstart.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    images: ImageFiles,
    /// A checkpoint with a DcganGenerator; without it one is trained for --steps rounds (200)
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// Real images that neighbours are looked for among: the first of those it was trained on
    #[arg(long, default_value_t = 10_000, value_parser = common::at_least::<1>)]
    real: usize,
    /// Real and as many generated images of the blind test
    #[arg(long, default_value_t = 20, value_parser = common::at_least::<1>)]
    blind: usize,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let out = common.folder("latent")?;
    let device = common.device()?;
    let checkpoint = match &options.checkpoint {
        Some(checkpoint) => checkpoint.clone(),
        None => train(options, &out, &device)?,
    };
    let (generator, seed) = {
        let opened = Checkpoint::open(&checkpoint)?;
        (DcganGenerator::load(opened.path(), &device)?, opened.manifest().seed)
    };
    let [_, channels, height, width] = generator.sample(1, 0).dims();
    let latent = Latent::of(&generator).seed(common.seed);
    let mut written = walks(&latent, &out)?;
    written.push(arithmetic(&latent, &out)?);

    let data = real(options, [channels, height, width])?;
    // Drawn digits never end: those of another seed are new.
    let fresh = match &data {
        Source::Drawn(glyphs) => Some(glyphs.images(12.max(options.blind), seed ^ 1, &device)?),
        Source::Read(_) => None,
    };
    let (picture, (samples, others)) = neighbours(&generator, &data, fresh.as_ref(), options, seed, &out)?;
    written.push(picture);
    let page = out.join("blind-test.html");
    BlindTest::new()
        .title("Real or generated?")
        .question("Half of these images are of the data set, half were made by the generator. Which is this?")
        .seed(common.seed)
        .real(match fresh {
            Some(fresh) => fresh.narrow(0, 0, options.blind),
            None => data.batches(options.blind).batch(0, seed, &device)?,
        })
        .generated(generator.sample(options.blind, common.seed))
        .write(&page)?;
    written.push(page);

    for path in &written {
        common.say(path.display());
    }
    let others_too = others.map(|others| format!(", {others:.2} for real images never trained on"));
    common.say(format!(
        "median distance to the nearest of up to {} training images: {samples:.2} for samples{}",
        options.real,
        others_too.unwrap_or_default()
    ));
    common.report(&json!({ "written": written, "nearest": { "samples": samples, "fresh": others } }));
    Ok(())
}

/// What the generator was trained on, as it makes images.
fn real(options: &Options, shape: [usize; 3]) -> agon::data::Result<Source<Glyphs, Images>> {
    let glyphs = Glyphs::new().size(shape[1]).noise(0.0);
    let images = options.images.open_as(shape)?;
    Ok(images.map_or(Source::Drawn(glyphs), Source::Read))
}

/// A small generator, for when there is none.
fn train(options: &Options, out: &Path, device: &Device) -> Result<PathBuf> {
    let common = &options.common;
    let (device, shape) = (device.clone().autodiff(), [1, 28, 28]);
    let gan = Gan::new(
        DcganGeneratorConfig::new(64, shape).with_width(8).try_init(&device)?,
        DcganDiscriminatorConfig::new(shape).with_width(8).try_init(&device)?,
    )
    .loss(LabelSmoothing::one_sided(NonSaturating, 0.9))
    .average(0.99)
    .instance_noise(InstanceNoise::annealed(0.15, 0.03, 1_000));
    let checkpoints = out.join("checkpoints");
    let steps = common.steps.unwrap_or(200);
    Trainer::new(gan)
        .seed(common.seed)
        .observe(Progress::new())
        .observe(Checkpoints::every(steps.max(1)).keep(1).replacing().to(&checkpoints))
        .run(real(options, shape)?.batches(32), Budget::steps(steps))?;
    Ok(checkpoints.join("latest"))
}

/// Pictures which need nothing but codes.
fn walks(latent: &Latent, out: &Path) -> Result<Vec<PathBuf>> {
    let steps: Vec<f32> = (-4..=4).map(|i| i as f32 * 0.75).collect();
    let psi: Vec<f32> = (0..=8).map(|i| i as f32 * 0.15).collect();
    let bounds = [0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0];
    let pictures = [
        ("spherical.png", latent.interpolation(6, 9, latent::Walk::Spherical)?),
        ("linear.png", latent.interpolation(6, 9, latent::Walk::Linear)?),
        ("truncation-shrunk.png", latent.truncation(6, &psi, Truncation::Shrunk)?),
        (
            "truncation-redrawn.png",
            latent.truncation(6, &bounds, Truncation::Redrawn)?,
        ),
        ("coordinate-0.png", latent.traversal(6, 0, &steps)?),
        ("coordinates.png", latent.traversals(&[0, 1, 2, 3, 4, 5], &steps)?),
    ];
    let write = |(name, picture)| {
        let path = out.join(name);
        write_png(&path, &picture)?;
        Ok(path)
    };
    pictures.into_iter().map(write).collect()
}

/// Bold minus thin plus others: what comes should be the others in bold.
fn arithmetic(latent: &Latent, out: &Path) -> Result<PathBuf> {
    const ALL: usize = 200;
    const GROUP: usize = 8;
    let codes = latent.codes(ALL);
    let ink: Vec<f32> = latent
        .images(&codes)?
        .rows()
        .mean_dim(1)
        .try_into_vec_as()
        .map_err(|error| Error::Device(error.to_string()))?;
    let mut by_ink: Vec<usize> = (0..ink.len()).collect();
    by_ink.sort_by(|&a, &b| ink[b].total_cmp(&ink[a]));
    let group = |from: usize| {
        let rows = by_ink[from..from + GROUP]
            .iter()
            .map(|&i| codes.clone().narrow(0, i, 1));
        Tensor::cat(rows.collect(), 0)
    };
    let (bold, thin, others) = (group(0), group(ALL - GROUP), group(3 * ALL / 4));
    let path = out.join("arithmetic.png");
    write_png(&path, &latent.arithmetic(&bold, &thin, &others)?)?;
    Ok(path)
}

/// Samples beside their nearest training images, and how near they are, compared with real images that were
/// never trained on.
fn neighbours(
    generator: &DcganGenerator,
    real: &Source<Glyphs, Images>,
    fresh: Option<&Tensor<4>>,
    options: &Options,
    seed: u64,
    out: &Path,
) -> Result<(PathBuf, (f64, Option<f64>))> {
    const BATCH: usize = 250;
    let device = options.common.device().map_err(Error::other)?;
    let mut samples = Neighbours::of(generator.sample(12, options.common.seed), 6)?;
    let fresh = fresh.map(|images| Neighbours::of(images.clone().narrow(0, 0, 12), 1));
    let mut fresh = fresh.transpose()?;
    let mut data = real.clone().batches(BATCH);
    let wanted = options.real.div_ceil(BATCH) as u64;
    for index in 0..data.per_epoch().map_or(wanted, |all| all.min(wanted)) {
        let batch = Batches::batch(&mut data, index, seed, &device)?;
        samples.look_at(batch.clone())?;
        if let Some(fresh) = &mut fresh {
            fresh.look_at(batch)?;
        }
    }
    let path = out.join("neighbours.png");
    write_png(&path, &samples.draw()?)?;
    Ok((path, (median(&samples), fresh.as_ref().map(median))))
}

/// The median distance to the nearest.
fn median(neighbours: &Neighbours) -> f64 {
    let nearest = neighbours
        .found()
        .iter()
        .filter_map(|found| Some(found.first()?.distance));
    let mut nearest: Vec<f64> = nearest.collect();
    nearest.sort_by(f64::total_cmp);
    nearest[nearest.len() / 2]
}
