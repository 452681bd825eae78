//! A hundred images are soon known by heart: what the discriminator then says of images it has never seen, what
//! becomes of the generator, and what augmentation does about it.
//!
//! ```text
//! cargo run --example small_data
//! cargo run --example small_data -- --method ada --images 30 --steps 3000
//! cargo run --example small_data -- --data path/to/images --images 100
//! ```
//!
//! A DCGAN is trained on a few glyphs, or a few images of your own, as they are, under DiffAugment and under ADA. Others
//! are held out; a discriminator that has learned what they are scores them like those it was trained on.

mod common;

use std::process::ExitCode;

use agon::core::random;
use agon::data::Subset;
use agon::observe::Image;
use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, ImageData, Source, kept, name};
use serde_json::json;

const STEPS: u64 = 2_000;
/// How many images are held out, if there are as many, and how many are generated.
const HELD_OUT: usize = 400;

/// Train a DCGAN on a few glyphs with and without augmentation, and compare.
///
/// Of images at --data so many as --images says are learned from; as many again and up to 800 others are held out.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    data: ImageData,
    /// Which augmentation
    #[arg(long, value_enum, default_value = "all")]
    method: Method,
    /// How many images there are to learn from
    #[arg(long, default_value_t = 100)]
    images: usize,
    /// Channels of the layer next to the image
    #[arg(long, default_value_t = 8)]
    width: usize,
    /// Images in a batch
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// How often to look in the course of a run
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    looks: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// One after the other
    All,
    None,
    Diffaugment,
    Ada,
}

impl Method {
    const EACH: [Self; 3] = [Self::None, Self::Diffaugment, Self::Ada];
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let out = common.folder("small_data")?;
    let sets = Sets::new(options, &device.clone().inner())?;
    common.say(format!(
        "{} images to learn from; of {} others, two real sets differ by an energy of {:.3}, those to learn from by {:.3}",
        options.images,
        sets.held_out.dims()[0],
        energy(&sets.more, &sets.held_out)?,
        energy(&sets.train, &sets.held_out)?,
    ));
    write_png(out.join("augmented.png"), &augmented(options, &sets.train)?)?;
    common.say("               scores of D             sure of      energy to   nearest    nearer to");
    common.say("method   round  train  held-out  fake  held-out  p   held-out    sample     train by");
    let mut report = Vec::new();
    for method in Method::EACH {
        if options.method != Method::All && options.method != method {
            continue;
        }
        let trainer = Trainer::new(game(options, method, &sets.train, &device)?);
        let mut trainer = kept(trainer, &out.join(name(method)), common.seed, false);
        let steps = common.steps.unwrap_or(STEPS);
        for look in 1..=options.looks {
            let data = InMemory::new(sets.train.clone()).batches(options.batch);
            let outcome = trainer.run(data, Budget::steps(steps * look / options.looks))?;
            let signals = Signals::of(trainer.game(), &sets)?;
            common.say(signals.line(method, steps * look / options.looks));
            report.push(signals.json(method, steps * look / options.looks));
            if look == options.looks {
                common.say_how_to_load::<DcganGenerator>(&outcome)?;
            }
        }
        let picture = out.join(format!("{}.png", name(method)));
        write_png(&picture, &image_grid(trainer.game().sample(64, 1), 16)?)?;
    }
    common.say(format!("samples: {}", out.display()));
    common.report(&json!({ "looks": report }));
    Ok(())
}

/// Images in colour as they are, under DiffAugment, and under ADA at its highest probability.
fn augmented(options: &Options, train: &Tensor<4>) -> Result<Image> {
    let [n, channels, height, width] = train.dims();
    let images = match options.data.is_given() {
        true => train
            .clone()
            .narrow(0, 0, n.min(16))
            .expand([n.min(16), 3.max(channels), height, width]),
        false => {
            let glyphs = Glyphs::new().size(height).noise(0.0);
            glyphs.coloured().images(16, 0, &train.device())?
        }
    };
    let columns = images.dims()[0];
    let random = &mut random::stream(options.common.seed, 0);
    let by_diff_augment = DiffAugment::all().apply(&images, random);
    let by_ada = AdaPipeline::all().apply(&images, 0.8, random);
    image_grid(Tensor::cat(vec![images, by_diff_augment, by_ada], 0), columns)
}

type Images = Gan<DcganGenerator, DcganDiscriminator>;

fn game(options: &Options, method: Method, train: &Tensor<4>, device: &Device) -> Result<Images> {
    let [_, channels, height, width] = train.dims();
    let shape = [channels, height, width];
    let generator = DcganGeneratorConfig::new(64, shape)
        .with_width(options.width)
        .try_init(device)?;
    let discriminator = DcganDiscriminatorConfig::new(shape)
        .with_width(options.width)
        .with_batch_norm(false)
        .try_init(device)?;
    // No batch norm where images are scored, which would do so by their company. Without noise the discriminator
    // wins at once: nothing generated is as black as the paper of real glyphs.
    let gan = Gan::new(generator, discriminator)
        .average(0.99)
        .optimizers(Adam::new(1e-3).betas(0.5, 0.999))
        .instance_noise(InstanceNoise::constant(0.1));
    Ok(match method {
        Method::All | Method::None => gan,
        Method::Diffaugment => gan.augment(DiffAugment::new().colour().translation(0.125).cutout(0.5)),
        Method::Ada => gan.augment(Ada::new().images(20_000)),
    })
}

/// What the players are judged by.
struct Sets {
    /// What they learn from.
    train: Tensor<4>,
    /// As many as there are to learn from, which they have never seen.
    as_many: Tensor<4>,
    held_out: Tensor<4>,
    /// As many again: how far real images are from real images.
    more: Tensor<4>,
}

impl Sets {
    fn new(options: &Options, device: &Device) -> Result<Self> {
        let few = options.images;
        let (data, _) = options.data.open(&options.common, Glyphs::new().noise(0.0), 28)?;
        let [train, as_many, held_out, more] = match data {
            Source::Drawn(glyphs) => {
                let draw = |n: usize, seed: u64| glyphs.images(n, seed, device);
                [draw(few, 0)?, draw(few, 1)?, draw(HELD_OUT, 2)?, draw(HELD_OUT, 3)?]
            }
            Source::Read(images) => {
                let rest = images.len().saturating_sub(2 * few) / 2;
                let sizes = [few, few, rest.clamp(2, HELD_OUT), rest.clamp(2, HELD_OUT)];
                let [train, as_many, held_out, more] = Subset::split(images, sizes, options.common.seed)?;
                [
                    train.whole(device)?,
                    as_many.whole(device)?,
                    held_out.whole(device)?,
                    more.whole(device)?,
                ]
            }
        };
        Ok(Self {
            train,
            as_many,
            held_out,
            more,
        })
    }
}

/// What tells overfitting.
struct Signals {
    train: f64,
    held_out: f64,
    fake: f64,
    /// The share of held-out images that the discriminator takes for generated.
    refused: f64,
    p: Option<f64>,
    energy: f64,
    /// The mean distance of a held-out image to the nearest sample.
    nearest: f64,
    /// By how much samples are nearer to the nearest image of the training set than to that of another set of
    /// its size: 0 if it is like any other.
    known: f64,
}

impl Signals {
    fn of(game: &Images, sets: &Sets) -> Result<Self> {
        let samples = game.sample(HELD_OUT, 5);
        let judge = game.discriminator().valid();
        let scores = |images: &Tensor<4>| judge.discriminate(images.clone());
        let held_out = scores(&sets.held_out);
        let to = |images: &Tensor<4>| mean(distances(&samples, images).min_dim(1));
        let p = game.memory().nested("augmentation1").get("p").map(|p| p[0]);
        Ok(Self {
            train: mean(scores(&sets.train))?,
            refused: mean(held_out.clone().lower_elem(0.0).float())?,
            held_out: mean(held_out)?,
            fake: mean(scores(&samples))?,
            p,
            energy: energy(&samples, &sets.held_out)?,
            nearest: mean(distances(&sets.held_out, &samples).min_dim(1))?,
            known: 1.0 - to(&sets.train)? / to(&sets.as_many)?,
        })
    }

    fn line(&self, method: Method, step: u64) -> String {
        let p = self.p.map_or_else(|| "-".to_owned(), |p| format!("{p:.2}"));
        format!(
            "{:11} {step:5} {:6.2} {:7.2} {:7.2} {:7.0}% {p:>5} {:8.3} {:10.2} {:9.1}%",
            name(method),
            self.train,
            self.held_out,
            self.fake,
            100.0 * (1.0 - self.refused),
            self.energy,
            self.nearest,
            100.0 * self.known,
        )
    }

    fn json(&self, method: Method, step: u64) -> serde_json::Value {
        json!({
            "method": name(method), "step": step, "p": self.p,
            "train": self.train, "held_out": self.held_out, "fake": self.fake, "refused": self.refused,
            "energy": self.energy, "nearest": self.nearest, "known": self.known,
        })
    }
}

fn mean<const D: usize>(values: Tensor<D>) -> Result<f64> {
    let values = values.mean().try_into_vec_as::<f64>();
    let values = values.map_err(|error| Error::Device(error.to_string()))?;
    Ok(values.first().copied().unwrap_or(f64::NAN))
}

/// The distance of each image to each other one, pixel by pixel: `[a, b]`.
fn distances(a: &Tensor<4>, b: &Tensor<4>) -> Tensor<2> {
    let (a, b) = (a.rows(), b.rows());
    let squares = |x: &Tensor<2>| x.clone().square().sum_dim(1);
    let products = a.clone().matmul(b.clone().transpose());
    (squares(&a) + squares(&b).transpose() - products * 2.0)
        .clamp_min(0.0)
        .sqrt()
}

/// The energy distance between two sets, `2 E |a - b| - E |a - a'| - E |b - b'|`, of different images within each.
fn energy(a: &Tensor<4>, b: &Tensor<4>) -> Result<f64> {
    let within = |x: &Tensor<4>| -> Result<f64> {
        let n = x.dims()[0] as f64;
        Ok(mean(distances(x, x))? * n / (n - 1.0))
    };
    Ok(2.0 * mean(distances(a, b))? - within(a)? - within(b)?)
}
