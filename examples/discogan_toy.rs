//! Five clusters and ten, and a map from the first to the second that sends no two clusters to one place.
//!
//! ```text
//! cargo run --example discogan_toy
//! cargo run --example discogan_toy -- --method gan                  # the same networks without reconstruction
//! ```
//!
//! The plane experiment of DiscoGAN (Kim et al. 2017, figure 4): a plain GAN maps several clusters to one; two coupled
//! maps, which must be each other's inverse, keep them apart.

mod common;

use std::process::ExitCode;

use agon::observe::Image;
use agon::prelude::*;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Refused, nearest, points};
use serde_json::json;

/// Points of domain A by which a map is judged.
const JUDGED: usize = 5_000;
const JUDGED_SEED: u64 = 0x7e57;

type Toy = TwoWay<MlpTranslator, MlpDiscriminator>;

/// Train maps between 5 and 10 Gaussians without pairs, and see whether they are one-to-one.
#[derive(Debug, Parser)]
#[command(name = "discogan_toy")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// Who maps
    #[arg(long, value_enum, default_value = "discogan")]
    method: Method,
    /// How wide the clusters of A are, which lie on a circle of radius 1; those of B have .05, on one of radius 2
    #[arg(long, default_value_t = 0.15)]
    deviation: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Two maps that must be each other's inverse
    Discogan,
    /// The same maps, each by itself
    Gan,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    if !(options.deviation > 0.0 && options.deviation.is_finite()) {
        let got = options.deviation;
        return Err(Refused(format!("--deviation: expected a number above 0, got {got}")).into());
    }
    let device = common.device()?.autodiff();
    let out = common.folder("discogan_toy")?;
    let (a, b) = (
        GaussianMixture::ring_of(5, 1.0, options.deviation),
        GaussianMixture::ring_of(10, 2.0, 0.05),
    );
    let data = (a.clone().fixed_from(100_000, 1), b.clone().fixed_from(100_000, 2));
    let mut trainer = Trainer::new(game(options.method, &device)?)
        .seed(common.seed)
        .observe(Progress::new())
        .observe(StopOnInterrupt::new());
    let steps = common.steps.unwrap_or(10_000);
    let outcome = trainer.run(data.batches(200), Budget::steps(steps))?;

    let map = Mapped::by(trainer.game(), &a, &b)?;
    common.say(format!("{:?} after {} rounds: {map}", options.method, outcome.steps));
    let picture = format!("{:?}-{}-seed{}.png", options.method, options.deviation, common.seed);
    let picture = out.join(picture.to_lowercase());
    write_png(&picture, &map.draw(&b)?)?;
    common.say(format!("where each cluster of A goes: {}", picture.display()));
    common.report(&json!({
        "deviation": options.deviation, "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(), "reached": map.reached(),
        "purity": map.purity(), "high_quality": map.high_quality(), "reconstruction": map.reconstruction,
        "picture": picture,
    }));
    Ok(())
}

/// Maps of three linear layers and judges of five, as in the paper.
fn game(method: Method, device: &Device) -> Result<Toy> {
    let map = || -> Result<MlpTranslator> { Ok(MlpGeneratorConfig::new(2, 2).try_init(device)?.into()) };
    let judge = || {
        MlpDiscriminatorConfig::new(2)
            .with_hidden(vec![128; 4])
            .try_init(device)
    };
    let maps = Both { a: map()?, b: map()? };
    let judges = Both {
        a: judge()?,
        b: judge()?,
    };
    let cycle = match method {
        Method::Discogan => 1.0,
        Method::Gan => 0.0,
    };
    Ok(TwoWay::new(maps, judges).cycle(cycle, Distance::L2))
}

/// Where the points of domain A went.
struct Mapped {
    /// The cluster of each point, and where it is now.
    points: Vec<(usize, [f32; 2])>,
    /// How many points went from each cluster of A to each of B.
    went: Vec<Vec<usize>>,
    /// The mean squared distance of points which went there and back.
    reconstruction: f64,
}

impl Mapped {
    fn by(game: &Toy, a: &GaussianMixture, b: &GaussianMixture) -> Result<Self> {
        let originals = a.points(JUDGED, JUDGED_SEED)?;
        let device = game.judges().a.devices().into_iter().next().unwrap_or_default().inner();
        let flat: Vec<f32> = originals.iter().flatten().copied().collect();
        let x = Tensor::<1>::from_floats(&flat[..], &device).reshape([JUDGED, 2]);
        let maps = game.maps();
        let there = maps.b.forward(x.clone());
        let back = (maps.a.forward(there.clone()) - x).square().mean();
        let there = originals.iter().zip(points(there)?);
        let points: Vec<(usize, [f32; 2])> = there
            .map(|(&original, there)| (nearest(original, a.means()).0, there))
            .collect();
        let mut went = vec![vec![0; b.means().len()]; a.means().len()];
        for &(from, there) in &points {
            let (to, distance) = nearest(there, b.means());
            if distance < 3.0 * b.sd() {
                went[from][to] += 1;
            }
        }
        Ok(Self {
            points,
            went,
            reconstruction: f64::from(back.try_into_scalar::<f32>().map_err(Error::other)?),
        })
    }

    fn total(&self) -> usize {
        self.went.iter().flatten().sum()
    }

    /// The share of points that came within three deviations of a cluster of B.
    fn high_quality(&self) -> f64 {
        self.total() as f64 / self.points.len() as f64
    }

    /// How many clusters of B a hundredth of the points or more went to.
    fn reached(&self) -> usize {
        let columns = 0..self.went.first().map_or(0, Vec::len);
        let arrived = |to: usize| self.went.iter().map(|row| row[to]).sum::<usize>();
        columns.filter(|&to| arrived(to) * 100 >= self.points.len()).count()
    }

    /// The share of points whose place in B is that of their cluster in A: 1 if no two clusters meet.
    fn purity(&self) -> f64 {
        let columns = 0..self.went.first().map_or(0, Vec::len);
        let most = |to: usize| self.went.iter().map(|row| row[to]).max().unwrap_or(0);
        columns.map(most).sum::<usize>() as f64 / self.total().max(1) as f64
    }

    /// A panel for each cluster of A: grey is B, red where the cluster went.
    fn draw(&self, b: &GaussianMixture) -> Result<Image> {
        let all = b.points(1_000, JUDGED_SEED)?;
        let panels = (0..self.went.len()).map(|from| {
            let of = self.points.iter().filter(|(cluster, _)| *cluster == from);
            scatter(&all, &of.map(|&(_, point)| point).collect::<Vec<_>>(), 220)
        });
        let panels: Vec<Image> = panels.collect();
        let rows = (0..220).flat_map(|row| panels.iter().map(move |panel| &panel.bytes[row * 660..][..660]));
        Ok(Image {
            width: 220 * panels.len(),
            height: 220,
            channels: 3,
            bytes: rows.flatten().copied().collect(),
        })
    }
}

impl std::fmt::Display for Mapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} of 10 clusters reached, {:.1} % of high quality, purity {:.4}, there and back {:.5}",
            self.reached(),
            100.0 * self.high_quality(),
            self.purity(),
            self.reconstruction
        )
    }
}
