//! Nowozin's univariate experiment: which Gaussian is nearest to a mixture depends on what is called near.
//!
//! The data is `0.33 N(-1, .065) + 0.67 N(2, 2)` (variances); the generator is `mu + sigma z`. Trained under
//! each f-divergence, it should find the `mu` and `sigma` that minimise that divergence, which numerical
//! integration tells exactly.
//!
//! ```text
//! cargo run --example fgan
//! cargo run --example fgan -- --divergence all --seeds 3
//! ```
//!
//! With 20,000 rounds or more, a divergence whose `mu` and `sigma` do not come close enough is an error.
//!
//! Nowozin, Cseke and Tomioka 2016, "f-GAN: Training generative neural samplers using variational divergence
//! minimization", arXiv:1606.00709, table 2. The paper's text does not give the mixture; this one reproduces
//! every best fit of its table to three digits.

#[path = "../common/mod.rs"]
mod common;
mod exact;

use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};

use agon::nn::Activation;
use agon::prelude::*;
use burn::module::{Param, ParamId};
use burn::nn::Initializer;
use burn::tensor::TensorData;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Panel, colours};
use exact::{Fit, best, distance};
use rand::RngExt;
use rand_distr::{Distribution, Normal};
use serde_json::{Value, json};

const STEPS: u64 = 20_000;
const BATCH: usize = 1024;
const RATE: f64 = 0.01;

/// Nowozin's univariate experiment: the Gaussian learned under each f-divergence, beside the best one.
#[derive(Debug, Parser)]
#[command(name = "fgan")]
struct Options {
    #[command(flatten)]
    common: Common,
    /// Which divergences
    #[arg(long, value_enum, default_value = "paper")]
    divergence: Which,
    /// How many runs of each, with seeds from --seed on; their mean is judged
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The five of the paper's table
    Paper,
    /// These, and squared Hellinger, total variation and GAN, which are not judged
    All,
    Kl,
    ReverseKl,
    JensenShannon,
    Jeffreys,
    Pearson,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let steps = common.steps.unwrap_or(STEPS);
    common.say("                   best fit (integrated)     learned here              learned in the paper");
    common.say("divergence         D      mu      sigma      D      mu      sigma      mu      sigma");
    let mut results = Vec::new();
    for case in CASES.into_iter().filter(|case| case.wanted(options.divergence)) {
        let result = Learned::new(case, options, steps, &device)?;
        common.say(&result);
        results.push(result);
    }
    let picture = common.folder("fgan")?.join("densities.png");
    write_png(&picture, &draw(&results))?;
    common.say(format!("densities: {}", picture.display()));

    let failed: Vec<&str> = results
        .iter()
        .filter(|result| !result.good())
        .map(|result| result.case.name)
        .collect();
    let rows: Vec<Value> = results.iter().map(Learned::json).collect();
    let report = json!({
        "example": "fgan", "steps": steps, "judged": steps >= STEPS, "seeds": options.seeds,
        "divergences": rows, "failed": failed, "passed": failed.is_empty(),
    });
    common.report(&report);
    if failed.is_empty() {
        return Ok(());
    }
    let verdict = format!("{} did not come close enough", failed.join(", "));
    if steps < STEPS {
        common.say(format!(
            "{verdict}, which is no error after {steps} of the experiment's {STEPS} rounds"
        ));
        return Ok(());
    }
    Err(verdict.into())
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    which: Which,
    divergence: Divergence,
    /// What the paper learned, and how far `mu` and `sigma` may be from the best: time-averaged runs of the
    /// same protocol elsewhere came this close. The paper itself is up to .09 and .11 off.
    paper: Option<(Fit, [f64; 2])>,
}

#[rustfmt::skip]
const CASES: [Case; 8] = [
    Case::of_paper("KL", Which::Kl, Divergence::Kl, [1.0335, 1.8236], [0.03, 0.03]),
    Case::of_paper("reverse KL", Which::ReverseKl, Divergence::ReverseKl, [1.5624, 1.6403], [0.03, 0.03]),
    Case::of_paper("Jensen-Shannon", Which::JensenShannon, Divergence::JensenShannon, [1.2854, 1.7659], [0.06, 0.07]),
    Case::of_paper("Jeffreys", Which::Jeffreys, Divergence::Jeffreys, [1.2295, 1.8087], [0.06, 0.07]),
    Case::of_paper("Pearson", Which::Pearson, Divergence::PearsonChi2, [0.6157, 1.9031], [0.03, 0.03]),
    Case { name: "squared Hellinger", which: Which::All, divergence: Divergence::SquaredHellinger, paper: None },
    Case { name: "total variation", which: Which::All, divergence: Divergence::TotalVariation, paper: None },
    Case { name: "GAN", which: Which::All, divergence: Divergence::Gan, paper: None },
];

impl Case {
    const fn of_paper(name: &'static str, which: Which, divergence: Divergence, fit: [f64; 2], near: [f64; 2]) -> Self {
        let paper = Some((
            Fit {
                mu: fit[0],
                sigma: fit[1],
            },
            near,
        ));
        Self {
            name,
            which,
            divergence,
            paper,
        }
    }

    fn wanted(&self, which: Which) -> bool {
        which == Which::All || which == self.which || (which == Which::Paper && self.paper.is_some())
    }

    /// Plays once. The mean of `mu` and `sigma` over the last quarter of the rounds.
    fn play(&self, seed: u64, steps: u64, device: &Device) -> Result<Fit> {
        let critic = MlpDiscriminatorConfig::new(1)
            .with_hidden(vec![64, 64])
            .with_activation(Activation::Tanh)
            .with_initializer(Initializer::KaimingNormal {
                gain: 1.0,
                fan_out_only: false,
            })
            .init(device);
        let gan = Gan::new(Gaussian::new(device), critic)
            .loss(FDivergence::new(self.divergence))
            .optimizers(Sgd::new(RATE))
            .updates(Updates::Simultaneous);
        let (sender, late) = channel();
        let watch = Late {
            after: steps - steps.div_ceil(4),
            sender,
        };
        Trainer::new(gan)
            .seed(seed)
            .observe(watch)
            .observe(Progress::new())
            .run(Mixture, Budget::steps(steps))?;
        Ok(Fit::mean(&late.into_iter().collect::<Vec<_>>()))
    }
}

/// `mu + sigma z`
#[derive(Module, Debug)]
struct Gaussian {
    mu: Param<Tensor<1>>,
    sigma: Param<Tensor<1>>,
}

impl Gaussian {
    fn new(device: &Device) -> Self {
        let param = |x: f32| Param::initialized(ParamId::new(), Tensor::from_data([x], device).require_grad());
        Self {
            mu: param(0.0),
            sigma: param(1.0),
        }
    }

    fn fit(&self) -> Fit {
        let value = |param: &Param<Tensor<1>>| f64::from(param.val().into_scalar::<f32>());
        Fit {
            mu: value(&self.mu),
            sigma: value(&self.sigma),
        }
    }
}

impl Generator for Gaussian {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        codes * self.sigma.val().unsqueeze() + self.mu.val().unsqueeze()
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(prior::Normal::new(1))
    }
}

/// The data: fresh points of the mixture, without end.
struct Mixture;

impl Batches for Mixture {
    type Batch = Tensor<2>;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<Tensor<2>> {
        let mut random = random::stream(seed, index);
        let parts = exact::PARTS.map(|(share, mean, variance)| (share, Normal::new(mean, variance.sqrt())));
        let mut points = Vec::with_capacity(BATCH);
        for _ in 0..BATCH {
            let first = random.random::<f64>() < parts[0].0;
            let (_, part) = &parts[usize::from(!first)];
            points.push(part.as_ref().map_err(|error| Error::other(*error))?.sample(&mut random) as f32);
        }
        Ok(Tensor::from_data(TensorData::new(points, [BATCH, 1]), device))
    }

    fn per_epoch(&self) -> Option<u64> {
        None
    }
}

/// Tells what the generator is, late in the run.
struct Late {
    after: u64,
    sender: Sender<Fit>,
}

impl Observer<Gan<Gaussian, MlpDiscriminator>> for Late {
    fn round(&mut self, moment: &mut Moment<'_, Gan<Gaussian, MlpDiscriminator>>) -> Result<Signal> {
        if moment.step > self.after {
            // That nobody listens is no reason to stop.
            let _ = self.sender.send(moment.game.generator().fit());
        }
        Ok(Signal::Continue)
    }
}

/// What came of one divergence.
struct Learned {
    case: Case,
    best: Fit,
    fit: Fit,
    runs: Vec<Fit>,
    /// The paper's divergences whose own optimum is nearer by this divergence than what was learned.
    beaten_by: Vec<&'static str>,
}

impl Learned {
    fn new(case: Case, options: &Options, steps: u64, device: &Device) -> Result<Self> {
        let seeds = (0..options.seeds).map(|i| options.common.seed.wrapping_add(i));
        let runs = seeds
            .map(|seed| case.play(seed, steps, device))
            .collect::<Result<Vec<_>>>()?;
        let fit = Fit::mean(&runs);
        let own = distance(case.divergence, fit);
        let others = CASES
            .iter()
            .filter(|other| other.paper.is_some() && other.which != case.which);
        let beaten_by = others
            .filter(|other| case.paper.is_some() && distance(case.divergence, best(other.divergence)) <= own)
            .map(|other| other.name)
            .collect();
        Ok(Self {
            case,
            best: best(case.divergence),
            fit,
            runs,
            beaten_by,
        })
    }

    fn near(&self) -> bool {
        let Some((_, near)) = self.case.paper else {
            return true;
        };
        (self.fit.mu - self.best.mu).abs() < near[0] && (self.fit.sigma - self.best.sigma).abs() < near[1]
    }

    /// The optimum of Jensen-Shannon is nearer to that of Jeffreys than runs under Jeffreys come, the paper's
    /// own included, whose discriminator never quite arrives: it is no reproach to them.
    fn rivals_stay_behind(&self) -> bool {
        let close = |name: &str| self.case.which == Which::Jeffreys && name == "Jensen-Shannon";
        self.beaten_by.iter().all(|other| close(other))
    }

    fn good(&self) -> bool {
        self.near() && self.rivals_stay_behind()
    }

    fn json(&self) -> Value {
        let pair = |fit: &Fit| json!({ "mu": fit.mu, "sigma": fit.sigma });
        json!({
            "divergence": self.case.name,
            "mu": self.fit.mu, "sigma": self.fit.sigma, "d": distance(self.case.divergence, self.fit),
            "mu_best": self.best.mu, "sigma_best": self.best.sigma, "d_best": distance(self.case.divergence, self.best),
            "paper": self.case.paper.map(|(fit, _)| pair(&fit)),
            "runs": self.runs.iter().map(pair).collect::<Vec<_>>(),
            "judged": self.case.paper.is_some(), "near": self.near(), "beaten_by": self.beaten_by, "passed": self.good(),
        })
    }
}

impl std::fmt::Display for Learned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<17}", self.case.name)?;
        for fit in [self.best, self.fit] {
            write!(
                f,
                "{:>8.4} {:>7.4} {:>7.4}  ",
                distance(self.case.divergence, fit),
                fit.mu,
                fit.sigma
            )?;
        }
        if let Some((paper, _)) = self.case.paper {
            write!(f, " {:>7.4} {:>7.4}", paper.mu, paper.sigma)?;
        }
        if !self.near() {
            write!(f, "  NOT NEAR")?;
        }
        match self.beaten_by.as_slice() {
            [] => Ok(()),
            others if self.rivals_stay_behind() => write!(f, "  (no nearer than the optimum of {})", others.join(", ")),
            others => write!(f, "  BEATEN BY the optimum of {}", others.join(", ")),
        }
    }
}

/// One panel for each divergence: the mixture grey, the best fit blue, the learned one red.
fn draw(results: &[Learned]) -> Image {
    const SIZE: [usize; 2] = [320, 180];
    let columns = results.len().clamp(1, 2);
    let rows = results.len().div_ceil(columns).max(1);
    let mut image = Image::filled(columns * SIZE[0], rows * SIZE[1], &[255; 3]);
    for (i, result) in results.iter().enumerate() {
        let panel = Panel {
            corner: [i % columns * SIZE[0] + 5, i / columns * SIZE[1] + 5],
            size: SIZE.map(|side| side - 10),
            x: [-5.0, 8.0],
            y: [-0.02, 0.6],
        };
        panel.axes(&mut image);
        let curve = |density: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
            let points = (0..=600).map(|i| panel.x[0] + (panel.x[1] - panel.x[0]) * f64::from(i) / 600.0);
            points.map(|x| [x, density(x)]).collect()
        };
        panel.curve(&mut image, &curve(&|x| exact::log_data(x).exp()), colours::GREY);
        panel.curve(&mut image, &curve(&|x| result.best.log_density(x).exp()), colours::BLUE);
        panel.curve(&mut image, &curve(&|x| result.fit.log_density(x).exp()), colours::RED);
    }
    image
}
