//! A GAN of one's own in one file: own networks, one of them loaded from a checkpoint, own loss, own penalty, own observer.

mod common;

// Where `burn` is no dependency of one's own: `derive(Module)` and `derive(Config)` write `burn::..`.
use agon::burn;
use agon::core::Bout;
use agon::core::random::Random;
use agon::prelude::*;
use burn::config::Config;
// Any module of burn's; `agon::nn` has layers of the same names which are faster on the CPU.
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use clap::Parser;
use common::{Common, Ending, points};
use serde_json::Value;

/// What a generator of points is built from. Checkpoints keep it beside the weights.
#[derive(Config, Debug)]
struct PointGeneratorConfig {
    /// Numbers in a code.
    latent: usize,
    /// Width of the hidden layers.
    #[config(default = 64)]
    width: usize,
}

impl PointGeneratorConfig {
    fn init(&self, device: &Device) -> PointGenerator {
        PointGenerator {
            first: LinearConfig::new(self.latent, self.width).init(device),
            middle: LinearConfig::new(self.width, self.width).init(device),
            last: LinearConfig::new(self.width, 2).init(device),
            config: self.clone(),
        }
    }
}

/// A generator of points in the plane.
#[derive(Module, Debug)]
struct PointGenerator {
    first: Linear,
    middle: Linear,
    last: Linear,
    #[module(skip)]
    config: PointGeneratorConfig,
}

impl Generator for PointGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        let x = relu(self.first.forward(codes));
        self.last.forward(relu(self.middle.forward(x)))
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(prior::Normal::new(self.config.latent))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

/// With this and `config` above, `PointGenerator::load` needs nothing but a checkpoint.
impl Loadable for PointGenerator {
    type Config = PointGeneratorConfig;

    fn from_config(config: &PointGeneratorConfig, device: &Device) -> Result<Self> {
        Ok(config.init(device))
    }
}

/// A critic that looks at a point through random waves.
#[derive(Module, Debug)]
struct WaveCritic {
    waves: Linear,
    score: Linear,
}

impl WaveCritic {
    fn new(waves: usize, device: &Device) -> Self {
        Self {
            waves: LinearConfig::new(2, waves).init(device),
            score: LinearConfig::new(waves, 1).init(device),
        }
    }
}

impl Discriminator for WaveCritic {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
        self.score.forward((self.waves.forward(points) * 4.0).sin())
    }
}

/// The Wasserstein game, with both sides squashed so that no single score counts for much.
#[derive(Debug)]
struct Squashed;

impl AdversarialLoss for Squashed {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        fake.tanh().mean() - real.tanh().mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.tanh().mean()
    }
}

/// Half the mean squared slope, half way between real and generated points.
#[derive(Debug)]
struct MidwaySlope(f64);

impl<D: Discriminator> Penalty<D> for MidwaySlope {
    fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let middle = bout.real.with_rows((bout.real.rows() + bout.fake.rows()) / 2.0);
        norm_penalty(bout.discriminator, &middle, |norm| {
            (norm.clone().square() * 0.5, norm.ones_like())
        }) * self.0
    }

    fn name(&self) -> &'static str {
        "midway"
    }
}

/// Stops when the points lie on the ring.
struct StopWhenCovered(GaussianMixture);

impl<G: Game + Sampling<Sample = Tensor<2>>> Observer<G> for StopWhenCovered {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        if !moment.step.is_multiple_of(250) {
            return Ok(Signal::Continue);
        }
        let coverage = self.0.coverage_of(moment.game.sample(1_000, 0))?;
        moment.figures.add_known("modes", coverage.modes as f64);
        Ok(
            match coverage.modes == self.0.means().len() && coverage.high_quality > 0.8 {
                true => Signal::Stop(format!("all modes found: {coverage:?}")),
                false => Signal::Continue,
            },
        )
    }
}

/// Train a GAN made of your own networks, loss, penalty and observer on a ring of Gaussians.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let out = options.common.folder("custom_variant")?;
    let ring = GaussianMixture::ring_of(8, 1.0, 0.1);
    let gan = Gan::new(
        PointGeneratorConfig::new(4).with_width(128).init(&device),
        WaveCritic::new(128, &device),
    )
    .loss(Squashed)
    .penalty(MidwaySlope(1.0))
    .average(0.99)
    .optimizers(Adam::new(1e-3).betas(0.5, 0.9));
    let mut trainer = Trainer::new(gan)
        .seed(options.common.seed)
        .observe(StopWhenCovered(ring.clone()))
        .observe(Progress::new())
        .observe(StopOnInterrupt::new())
        .observe(Checkpoints::every(1_000).replacing().to(out.join("checkpoints")));
    let budget = Budget::steps(options.common.steps.unwrap_or(10_000));
    let outcome = trainer.run(ring.clone().batches(256), budget)?;

    // The same in another program, which has neither the trainer nor the data.
    let generator = PointGenerator::load(out.join("checkpoints/latest"), &device.inner())?;
    let fake = points(generator.sample(2_000, 1))?;
    let coverage = ring.coverage(&fake);
    write_png(out.join("points.png"), &scatter(&ring.points(2_000, 1)?, &fake, 512))?;
    options.common.say(format!(
        "{:?} after {} rounds: {coverage:?}",
        outcome.ending, outcome.steps
    ));
    options.common.report(&serde_json::json!({
        "steps": outcome.steps,
        "modes": coverage.modes,
        "high_quality": coverage.high_quality,
    }));
    Ok(())
}
