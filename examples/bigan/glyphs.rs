//! Images: what codes know of them, and what comes back.

use agon::prelude::*;
use burn::tensor::Int;
use serde_json::{Value, json};

use crate::autoencoder::Autoencoder;
use crate::common::judge::Judge;
use crate::common::{Common, Ending, Source, hold_out, kept};
use crate::{Inferring, Options};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
/// Digits, and which they are.
type Seen = (Tensor<4>, Vec<u8>);

/// Pixels a side, unless told.
const SIDE: usize = 28;
/// What draws the digits whose neighbours are looked for, and those among which.
const ASKED: u64 = 1 << 41;
const KNOWN: u64 = 1 << 40;
const FEATURES: usize = 256;
const BATCH: usize = 32;
/// How much reconstructions count, unless told.
const CYCLE: f64 = 40.0;

/// Drawn digits, or the images that were not held out.
type Drawings = Source<Glyphs, Subset<Images>>;
type Inverting = Bigan<DcganGenerator, ImageEncoder, CganDiscriminator>;

pub fn run(options: &Options) -> Ending {
    let common = &options.common;
    let (data, shape) = options.images.open(common, Glyphs::new().noise(0.0), SIDE)?;
    let (asked, data) = match data {
        Source::Drawn(glyphs) => (
            glyphs.images(options.judged, ASKED, &common.device()?)?,
            Source::Drawn(glyphs),
        ),
        Source::Read(images) => {
            let [held_out, rest] = hold_out(images, options.judged)?;
            (held_out.whole(&common.device()?)?, Source::Read(rest))
        }
    };
    let (bigan, outcome) = learn(options, &data, shape)?;
    let autoencoder = autoencode(options, &data, shape)?;
    let back = bigan.reconstruct(asked.clone(), 0);
    let error = l2(back.clone(), asked.clone()).into_scalar::<f32>();
    let autoencoded = autoencoder.reconstruct(asked.clone());
    let error_of_autoencoder = l2(autoencoded.clone(), asked.clone()).into_scalar::<f32>();
    let folder = common.folder("bigan")?;
    write_png(folder.join("samples.png"), &image_grid(bigan.sample(64, 1), 8)?)?;
    write_png(
        folder.join("reconstructions.png"),
        &image_grid(side_by_side([asked, back, autoencoded]), 9)?,
    )?;
    common.say(format!(
        "{} rounds in {:.0?}; {}",
        outcome.steps,
        outcome.elapsed,
        folder.display()
    ));
    let mut report = json!({
        "example": "bigan", "world": "glyphs", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "error": error, "error_of_autoencoder": error_of_autoencoder, "pictures": folder,
    });
    if let Source::Drawn(glyphs) = &data {
        judge(options, glyphs, (&bigan, &autoencoder), &mut report)?;
    }
    common.say(format!(
        "mean squared error of reconstructions {error:.4}, of the autoencoder's {error_of_autoencoder:.4} (pixels are -1 to 1)"
    ));
    common.report(&report);
    Ok(())
}

fn rounds(options: &Options) -> u64 {
    options.common.steps.unwrap_or(1_500)
}

fn trunk(options: &Options, shape: [usize; 3]) -> ImageTrunkConfig {
    ImageTrunkConfig::new(shape)
        .with_width(options.width)
        .with_features(FEATURES)
}

fn learn(options: &Options, data: &Drawings, shape: [usize; 3]) -> Outcome<(Inverting, agon::core::Outcome)> {
    let (device, steps) = (options.common.device()?.autodiff(), rounds(options));
    let inference = match options.inference {
        Inferring::Deterministic => Inference::Deterministic,
        Inferring::Gaussian => Inference::Gaussian,
    };
    let trunk = trunk(options, shape);
    let generator = DcganGeneratorConfig::new(options.latent, shape).with_width(options.width);
    let encoder = ImageEncoderConfig::new(options.latent, trunk.clone()).with_inference(inference);
    let bigan = Bigan::new(
        generator.try_init(&device)?,
        encoder.try_init(&device)?,
        CganDiscriminatorConfig::new(options.latent, trunk)
            .with_entry(DiscriminatorCondition::Concatenated)
            .try_init(&device)?,
    )
    .cycle(options.cycle.unwrap_or(CYCLE))
    // No generator can draw noise on the paper, or paper that is exactly black: by that it would be known at once.
    .augment(InstanceNoise::annealed(0.1, 0.02, steps))
    .optimizers(Optimizer::from(Adam::new(1e-3).betas(0.5, 0.999)).schedule(Schedule::second_half(steps, 0.1)))
    .average(0.999);
    let trainer = Trainer::new(bigan)
        .observe(StopOnInterrupt::new())
        .observe(Progress::new());
    let folder = options.common.folder("bigan")?;
    let mut trainer = kept(trainer, &folder, options.common.seed, options.resume);
    let outcome = trainer.run(data.clone().batches(BATCH), Budget::steps(steps))?;
    options.common.say_how_to_load::<DcganGenerator>(&outcome)?;
    options.common.say_how_to_load::<ImageEncoder>(&outcome)?;
    Ok((trainer.into_game(), outcome))
}

/// The same networks, a quarter of the rounds.
fn autoencode(options: &Options, data: &Drawings, shape: [usize; 3]) -> Outcome<Autoencoder> {
    let device = options.common.device()?.autodiff();
    let generator = DcganGeneratorConfig::new(options.latent, shape).with_width(options.width);
    let encoder = ImageEncoderConfig::new(options.latent, trunk(options, shape));
    let mut trainer = Trainer::new(Autoencoder::new(
        generator.try_init(&device)?,
        encoder.try_init(&device)?,
    ))
    .seed(options.common.seed)
    .observe(StopOnInterrupt::new())
    .observe(Progress::new());
    trainer.run(data.clone().batches(BATCH), Budget::steps(rounds(options) / 4))?;
    Ok(trainer.into_game())
}

/// What codes know of drawn digits.
fn judge(
    options: &Options,
    glyphs: &Glyphs,
    (bigan, autoencoder): (&Inverting, &Autoencoder),
    report: &mut Value,
) -> Ending {
    let common = &options.common;
    let seen = |n, seed| -> Outcome<Seen> { Ok((glyphs.images(n, seed, &common.device()?)?, glyphs.labels(n, seed)?)) };
    let (known, asked) = (seen(4 * options.judged, KNOWN)?, seen(options.judged, ASKED)?);
    let accuracies = [
        ("pixels", neighbours(&known, &asked, |x| x.rows())?),
        ("codes of the BiGAN", neighbours(&known, &asked, |x| bigan.infer(x, 0))?),
        (
            "codes of the autoencoder",
            neighbours(&known, &asked, |x| autoencoder.infer(x))?,
        ),
    ];
    say(common, &accuracies);
    let same = same_digit(&asked, &bigan.reconstruct(asked.0.clone(), 0))?;
    let of_autoencoder = same_digit(&asked, &autoencoder.reconstruct(asked.0.clone()))?;
    common.say(format!(
        "reconstructions of the same digit: {:.1} %, the autoencoder's {:.1} %",
        100.0 * same,
        100.0 * of_autoencoder
    ));
    report["same_digit"] = json!(same);
    report["same_digit_of_autoencoder"] = json!(of_autoencoder);
    report["neighbours"] = json!(std::collections::BTreeMap::from(accuracies));
    Ok(())
}

fn say(common: &Common, accuracies: &[(&str, f64)]) {
    for (of, accuracy) in accuracies {
        common.say(format!("1-NN on {of}: {:.1} %", 100.0 * accuracy));
    }
}

/// Some images, each beside what came back from the BiGAN and from the autoencoder.
fn side_by_side(sides: [Tensor<4>; 3]) -> Tensor<4> {
    let [n, channels, height, width] = sides[0].dims();
    let shown = n.min(24);
    let sides = sides.into_iter().map(|images| images.narrow(0, 0, shown));
    Tensor::stack::<5>(sides.collect(), 1).reshape([3 * shown, channels, height, width])
}

/// The share of digits that an independent classifier still reads as the same ones when they come back.
fn same_digit((images, digits): &Seen, back: &Tensor<4>) -> Outcome<f64> {
    let read = Judge::new(&images.device())?.look_at(back)?.digits;
    let same = read
        .iter()
        .zip(digits)
        .filter(|(read, digit)| **read == usize::from(**digit));
    Ok(same.count() as f64 / digits.len().max(1) as f64)
}

/// The share of digits whose nearest neighbour among the known ones is the same digit.
fn neighbours(
    (known, labels): &Seen,
    (asked, digits): &Seen,
    features: impl Fn(Tensor<4>) -> Tensor<2>,
) -> Outcome<f64> {
    let (known, asked) = (features(known.clone()), features(asked.clone()));
    // |a - b|^2 less |a|^2, which is the same for all neighbours of a.
    let squares = known.clone().square().sum_dim(1).transpose();
    let nearest: Tensor<2, Int> = (squares - asked.matmul(known.transpose()) * 2.0).argmin(1);
    let nearest: Vec<i64> = nearest.flatten::<1>(0, 1).try_into_vec_as()?;
    let right = nearest
        .iter()
        .zip(digits)
        .filter(|(at, digit)| labels[**at as usize] == **digit);
    Ok(right.count() as f64 / digits.len().max(1) as f64)
}
