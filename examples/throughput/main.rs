//! How fast a whole training step is: one process, so that a script can time it beside another library's.
//!
//! ```text
//! cargo run --release --example throughput -- --model dcgan32 --width 64 --batch 64 --steps 30 --json
//! ```

mod bare;
#[path = "../common/mod.rs"]
mod common;
mod resnet;

use std::time::Instant;

use agon::nn::LstmPolicyConfig;
use agon::prelude::*;
use bare::{Judge, Network, Painter, Pair, Perceptron};
use clap::{Parser, ValueEnum};
use common::{Basic, Ending, peak_rss_mb};
use resnet::{ResidualDiscriminator, ResidualGenerator};

/// Time the training step of a model.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    basic: Basic,
    /// Steps that are timed [default: 20; mlp: 500]
    #[arg(long)]
    steps: Option<u64>,
    /// What is trained
    #[arg(long, value_enum, default_value_t = Model::Dcgan32)]
    model: Model,
    /// Channels next to the image, or width of the hidden layers
    #[arg(long)]
    width: Option<usize>,
    /// Height and width of the images of dcgan32 or dcgan64
    #[arg(long)]
    size: Option<usize>,
    /// Samples in a batch
    #[arg(long)]
    batch: Option<usize>,
    /// Networks of burn's own layers, and the step written by hand: for mlp, dcgan32, dcgan64 and sample
    #[arg(long)]
    bare: bool,
    /// Steps before those that are timed
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    /// Two perceptrons, 2-128-128-1 against 2-128-128-2, 512 points
    Mlp,
    /// DCGAN for 32x32 colour images
    Dcgan32,
    /// DCGAN for 64x64 colour images
    Dcgan64,
    /// DCGAN for 32x32 colour images without batch norm in its critic, by WGAN-GP, a turn each
    WganGp,
    /// Residual networks for 32x32 colour images, with spectral norm
    Resnet,
    /// No training: images of DCGAN's generator, 32x32
    Sample,
    /// No training: sentences of 20 words out of 5000 from a recurrent generator
    Rollouts,
}

/// What is done how often.
struct Work {
    size: usize,
    width: usize,
    batch: usize,
    warm_up: u64,
    timed: u64,
    device: Device,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.basic.device()?.autodiff();
    let (width, batch, steps) = match options.model {
        Model::Mlp => (128, 512, 500),
        Model::Rollouts => (32, 64, 20),
        Model::Dcgan32 | Model::WganGp | Model::Resnet | Model::Sample => (64, 64, 20),
        Model::Dcgan64 => (64, 16, 20),
    };
    let size = if matches!(options.model, Model::Dcgan64) {
        64
    } else {
        32
    };
    let work = Work {
        size: options.size.unwrap_or(size),
        width: options.width.unwrap_or(width),
        batch: options.batch.unwrap_or(batch),
        warm_up: options.warm_up,
        timed: options.steps.unwrap_or(steps).max(1),
        device,
    };
    let times = if options.bare {
        work.bare(options.model)?
    } else {
        work.ours(options.model)?
    };
    let median = times[times.len() / 2];
    let per_second = work.batch as f64 / (median / 1e3);
    let memory = peak_rss_mb();
    options.basic.say(format!(
        "{median:.2} ms a step, {per_second:.0} samples a second, peak memory {}",
        memory.map_or_else(|| "unknown".to_owned(), |megabytes| format!("{megabytes:.0} MB"))
    ));
    options.basic.report(&serde_json::json!({
        "step_ms_median": median,
        "images_per_second": per_second,
        "peak_rss_mb": memory,
    }));
    Ok(())
}

impl Work {
    /// Milliseconds of each step by this library.
    fn ours(&self, model: Model) -> Result<Vec<f64>> {
        match model {
            Model::Mlp => self.train(self.points()?, GaussianMixture::ring().batches(self.batch)),
            Model::Dcgan32 | Model::Dcgan64 => self.train(self.images()?, Repeat(self.noise())),
            Model::WganGp => self.train(self.critic()?, Repeat(self.noise())),
            Model::Resnet => self.train(self.residual(), Repeat(self.noise())),
            Model::Sample => {
                let generator = self.images()?.generator().valid();
                self.repeated((), |(), seed| drop(generator.sample(self.batch, seed)))
            }
            Model::Rollouts => self.rollouts(),
        }
    }

    /// The same by burn alone.
    fn bare(&self, model: Model) -> std::result::Result<Vec<f64>, Box<dyn std::error::Error>> {
        let (device, random) = (&self.device, |seed| random::stream(seed, 0));
        let times = match model {
            Model::Mlp => {
                let net = |out| Perceptron::new(&[2, self.width, self.width, out], device);
                let points = |seed| random::normal([self.batch, 2], &mut random(seed), device);
                self.repeated(Pair::new(net(2), net(1)), |pair, seed| {
                    pair.step(points(seed), points(seed + 1))
                })?
            }
            Model::Dcgan32 | Model::Dcgan64 => {
                let pair = Pair::new(
                    Painter::new(self.size, self.width, device),
                    Judge::new(self.size, self.width, device),
                );
                let real = self.noise();
                self.repeated(pair, |pair, seed| pair.step(self.codes(seed), real.clone()))?
            }
            Model::Sample => {
                let generator = Painter::new(self.size, self.width, device).valid();
                self.repeated((), |(), seed| drop(generator.forward(self.codes(seed).inner())))?
            }
            Model::WganGp | Model::Resnet | Model::Rollouts => {
                return Err("there is no such model by burn alone".into());
            }
        };
        Ok(times)
    }

    fn points(&self) -> Result<Gan<MlpGenerator, MlpDiscriminator>> {
        Ok(Gan::new(
            MlpGeneratorConfig::new(2, 2)
                .with_hidden(vec![self.width; 2])
                .try_init(&self.device)?,
            MlpDiscriminatorConfig::new(2)
                .with_hidden(vec![self.width; 2])
                .try_init(&self.device)?,
        ))
    }

    fn images(&self) -> Result<Gan<DcganGenerator, DcganDiscriminator>> {
        let shape = [3, self.size, self.size];
        Ok(Gan::new(
            DcganGeneratorConfig::new(100, shape)
                .with_width(self.width)
                .try_init(&self.device)?,
            DcganDiscriminatorConfig::new(shape)
                .with_width(self.width)
                .try_init(&self.device)?,
        ))
    }

    fn critic(&self) -> Result<Gan<DcganGenerator, DcganDiscriminator>> {
        let shape = [3, self.size, self.size];
        let critic = DcganDiscriminatorConfig::new(shape)
            .with_width(self.width)
            .with_batch_norm(false);
        let generator = DcganGeneratorConfig::new(100, shape).with_width(self.width);
        Ok(
            Gan::new(generator.try_init(&self.device)?, critic.try_init(&self.device)?)
                .loss(Wasserstein)
                .penalty(GradientPenalty::two_sided(10.0))
                .optimizers(Adam::new(1e-4).betas(0.0, 0.9)),
        )
    }

    fn residual(&self) -> Gan<ResidualGenerator, ResidualDiscriminator> {
        Gan::new(
            ResidualGenerator::new(128, self.width, &self.device),
            ResidualDiscriminator::new(self.width, &self.device),
        )
        .loss(Hinge)
        .constraint(SpectralNorm::new())
    }

    fn rollouts(&self) -> Result<Vec<f64>> {
        let plain = self.device.clone().inner();
        let policy = LstmPolicyConfig::new(5000).with_hidden(self.width).init(&plain);
        self.repeated((), |(), seed| {
            let mut random = random::stream(seed, 0);
            drop(policy.sample(random::uniform([self.batch, 20], 0.0, 1.0, &mut random, &plain)));
        })
    }

    /// Images are made once, so that only training is timed.
    fn noise(&self) -> Tensor<4> {
        let shape = [self.batch, 3, self.size, self.size];
        random::uniform(shape, -1.0, 1.0, &mut random::stream(0, 0), &self.device)
    }

    fn codes(&self, seed: u64) -> Tensor<4> {
        random::normal([self.batch, 100, 1, 1], &mut random::stream(seed, 0), &self.device)
    }

    fn train<G: Game>(&self, game: G, mut data: impl Batches<Batch = G::Batch>) -> Result<Vec<f64>> {
        let mut trainer = Trainer::new(game);
        self.timed((), |(), seed| trainer.run(&mut data, Budget::steps(seed + 1)).map(drop))
    }

    /// Milliseconds of each piece of work after those to warm up, sorted. What is made of `state` is the next one's.
    fn repeated<S>(&self, state: S, work: impl Fn(S, u64) -> S) -> Result<Vec<f64>> {
        self.timed(state, |state, seed| Ok(work(state, seed)))
    }

    fn timed<S>(&self, mut state: S, mut work: impl FnMut(S, u64) -> Result<S>) -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for seed in 0..self.warm_up + self.timed {
            let start = Instant::now();
            state = work(state, seed)?;
            self.device.sync().map_err(Error::other)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        let mut times = times.split_off(self.warm_up as usize);
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}
