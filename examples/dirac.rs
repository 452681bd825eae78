//! Mescheder's Dirac-GAN: two numbers against each other, where every update rule has a known end.
//!
//! The data is the point 0. The generator makes the point `theta`; the discriminator is linear with slope
//! `psi`. The example plays each combination of loss, penalty, constraint and order of moves through the
//! library's engine and compares where it ends with the same rule iterated as plain arithmetic, and with the
//! published notebook. A penalty with a wrong factor, a stale gradient or a wrong order of moves would show
//! in the first digits.
//!
//! ```text
//! cargo run --example dirac
//! ```
//!
//! Mescheder, Geiger and Nowozin 2018, "Which training methods for GANs do actually converge?", arXiv:1801.04406;
//! the vector fields are those of its repository, notebooks/diracgan/gans.py.

mod common;

use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};

use agon::prelude::*;
use burn::module::{Param, ParamId};
use burn::tensor::{DType, TensorData};
use clap::Parser;
use common::{Common, Ending, Panel, colours};
use serde_json::{Value, json};

const RATE: f64 = 0.2;
const STEPS: u64 = 500;
/// How far the engine may be from the arithmetic.
const TOLERANCE: f64 = 1e-5;

/// Mescheder's Dirac-GAN: each update rule and penalty must end where the theory says.
#[derive(Debug, Parser)]
#[command(name = "dirac")]
struct Options {
    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse().common))
}

fn run(options: &Common) -> Ending {
    let device = options.device()?.autodiff();
    if !device.supports_dtype(DType::F64) {
        return Err("this comparison needs float64, which the device lacks; try --device flex".into());
    }
    let steps = options.steps.unwrap_or(STEPS);
    options.say("case                        theta            psi          relative error   notebook");
    let mut results = Vec::new();
    for case in cases() {
        let path = case.play(&device, steps, options.seed)?;
        let result = Ended::new(&case, path, steps);
        options.say(&result);
        results.push(result);
    }
    options.say("* The notebook's consensus term has a factor 1/2 too much where it differentiates the slope;");
    options.say("  the gradient of |v|^2 / 2, which the paper defines and the engine follows, ends at 2.579e-10.");

    let picture = options.folder("dirac")?.join("trajectories.png");
    write_png(&picture, &draw(&results))?;
    options.say(format!("trajectories: {}", picture.display()));
    let off = results.iter().filter(|result| !result.good()).count();
    let cases: Vec<Value> = results.iter().map(Ended::json).collect();
    options.report(&json!({ "example": "dirac", "steps": steps, "cases": cases, "off": off, "passed": off == 0 }));
    match off {
        0 => Ok(()),
        off => Err(format!("{off} of {} cases do not end where they should", results.len()).into()),
    }
}

/// The point `theta`, whatever the code.
#[derive(Module, Debug)]
struct Theta {
    theta: Param<Tensor<2>>,
}

impl Generator for Theta {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
        self.theta.val().repeat_dim(0, codes.dims()[0])
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(prior::Normal::new(1))
    }
}

/// `D(x) = -psi x`: the paper's discriminator is large for what is generated, this library's for what is real.
#[derive(Module, Debug)]
struct Psi {
    psi: Param<Tensor<2>>,
}

impl Discriminator for Psi {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, x: Tensor<2>) -> Tensor<2> {
        -x * self.psi.val()
    }

    fn derivative(&self, _at: &Tensor<2>, along: &Tensor<2>) -> Tensor<2> {
        -along.clone() * self.psi.val()
    }
}

type Duel = Gan<Theta, Psi>;

/// A rule, once for the engine and once as arithmetic.
struct Case {
    name: &'static str,
    /// What the engine is told, besides who moves when.
    rule: fn(Duel) -> Duel,
    updates: Updates,
    /// The field that `(theta, psi)` follows.
    field: fn(f64, f64) -> [f64; 2],
    /// The bound on `|psi|` after each move.
    clip: f64,
    /// What the notebook ends with: both numbers, or their norm.
    notebook: Notebook,
}

#[derive(Clone, Copy)]
enum Notebook {
    Point(f64, f64),
    Norm(f64),
    /// A norm that the notebook's own slip leads to: the arithmetic is checked by making it too.
    Slip(f64),
}

use Notebook::{Norm, Point, Slip};
use Updates::{Alternating, Simultaneous};

/// The sigmoid of `-t`, the slope of `f(t) = -log(1 + exp(-t))`.
fn slope(t: f64) -> f64 {
    (1.0 + t.exp()).recip()
}

fn minimax(theta: f64, psi: f64) -> [f64; 2] {
    [-psi * slope(psi * theta), theta * slope(psi * theta)]
}

fn non_saturating(theta: f64, psi: f64) -> [f64; 2] {
    [-psi * slope(-psi * theta), theta * slope(psi * theta)]
}

/// The gradient of `gamma / 2 psi^2`, which R1 is here.
fn with_r1(gamma: f64, psi: f64, [theta_moves, psi_moves]: [f64; 2]) -> [f64; 2] {
    [theta_moves, psi_moves - gamma * psi]
}

fn wasserstein_gp(theta: f64, psi: f64) -> [f64; 2] {
    [-psi, theta - 0.7 * (psi.abs() - 1.0) * psi.signum()]
}

/// Minimax less the gradient of `(theta^2 + psi^2) slope(psi theta)^2 / 2`.
fn consensus(theta: f64, psi: f64) -> [f64; 2] {
    with_bend(1.0, theta, psi)
}

/// As [`consensus`], with this share of the terms in which the slope is differentiated: all of them make the
/// gradient; the notebook has half of them.
fn with_bend(share: f64, theta: f64, psi: f64) -> [f64; 2] {
    let s = slope(psi * theta);
    let bend = share * (theta * theta + psi * psi) * s * -s * (1.0 - s);
    let [theta_moves, psi_moves] = minimax(theta, psi);
    [
        theta_moves - theta * s * s - psi * bend,
        psi_moves - psi * s * s - theta * bend,
    ]
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let case = |name, rule, field, updates, notebook| Case { name, rule, updates, field, clip: f64::INFINITY, notebook };
    let gan: fn(Duel) -> Duel = |gan| gan.loss(Minimax);
    let ns: fn(Duel) -> Duel = |gan| gan.loss(NonSaturating);
    let wgan: fn(Duel) -> Duel = |gan| gan.loss(Wasserstein).constraint(WeightClip(1.0));
    // The notebook's field is the gradient of `reg / 2 (|psi| - 1)^2`: half its weight is ours.
    let gp: fn(Duel) -> Duel = |gan| gan.loss(Wasserstein).penalty(GradientPenalty::two_sided(0.7 / 2.0));
    let weak: fn(Duel) -> Duel = |gan| gan.loss(Minimax).penalty(R1::new(0.3));
    let critical: fn(Duel) -> Duel = |gan| gan.loss(Minimax).penalty(R1::new(1.0));
    let ns_r1: fn(Duel) -> Duel = |gan| gan.loss(NonSaturating).penalty(R1::new(0.3));
    let linear: fn(f64, f64) -> [f64; 2] = |theta, psi| [-psi, theta];
    vec![
        case("GAN", gan, minimax, Simultaneous, Point(-2.16161, -2.21778)),
        case("GAN", gan, minimax, Alternating, Point(0.686834, 1.24401)),
        case("NS", ns, non_saturating, Simultaneous, Point(0.548337, 0.330441)),
        case("NS", ns, non_saturating, Alternating, Point(0.204888, 0.196553)),
        Case { clip: 1.0, ..case("WGAN clip 1", wgan, linear, Simultaneous, Point(-0.0656408, 1.0)) },
        Case { clip: 1.0, ..case("WGAN clip 1", wgan, linear, Alternating, Point(0.979076, 0.300382)) },
        case("WGAN-GP .7", gp, wasserstein_gp, Simultaneous, Point(-0.180849, -1.79269)),
        case("WGAN-GP .7", gp, wasserstein_gp, Alternating, Point(-0.132559, 1.21385)),
        case("R1 .3", weak, |t, p| with_r1(0.3, p, minimax(t, p)), Simultaneous, Norm(2.643e-6)),
        case("R1 .3", weak, |t, p| with_r1(0.3, p, minimax(t, p)), Alternating, Norm(2.301e-7)),
        case("R1 1", critical, |t, p| with_r1(1.0, p, minimax(t, p)), Simultaneous, Norm(9.5e-22)),
        case("R1 1", critical, |t, p| with_r1(1.0, p, minimax(t, p)), Alternating, Norm(7.5e-17)),
        case("NS + R1 .3", ns_r1, |t, p| with_r1(0.3, p, non_saturating(t, p)), Simultaneous, Norm(2.212e-6)),
        case("consensus 1", gan, consensus, Updates::Consensus { gamma: 1.0 }, Slip(2.081e-10)),
    ]
}

impl Case {
    /// The way from (1, 1), by the engine.
    fn play(&self, device: &Device, steps: u64, seed: u64) -> Result<Vec<[f64; 2]>> {
        let one = || Param::initialized(ParamId::new(), point(1.0, device).require_grad());
        let gan = (self.rule)(Gan::new(Theta { theta: one() }, Psi { psi: one() }))
            .optimizers(Sgd::new(RATE))
            .turns(Turns::default().generator_first())
            .updates(self.updates);
        let (sender, path) = channel();
        Trainer::new(gan)
            .seed(seed)
            .observe(Footprints(sender))
            .run(Repeat(point(0.0, device)), Budget::steps(steps))?;
        Ok(path.into_iter().collect())
    }

    /// Where the same rule ends as arithmetic.
    fn expected(&self, steps: u64) -> [f64; 2] {
        iterate(self.field, steps, self.updates == Alternating, self.clip)
    }
}

/// So many moves from (1, 1), theta first if they alternate.
fn iterate(field: impl Fn(f64, f64) -> [f64; 2], steps: u64, alternating: bool, clip: f64) -> [f64; 2] {
    (0..steps).fold([1.0, 1.0], |[theta, psi], _| {
        let moved = theta + RATE * field(theta, psi)[0];
        let seen = if alternating { moved } else { theta };
        let psi = psi + RATE * field(seen, psi)[1];
        [moved, psi.clamp(-clip, clip)]
    })
}

fn point(x: f64, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(vec![x], [1, 1]), (device, DType::F64))
}

/// Tells where the players are.
struct Footprints(Sender<[f64; 2]>);

impl Footprints {
    fn leave(&self, moment: &Moment<'_, Duel>) {
        let (theta, psi) = (
            moment.game.generator().theta.val(),
            moment.game.discriminator().psi.val(),
        );
        // That nobody follows is no reason to stop.
        let _ = self.0.send([theta.into_scalar(), psi.into_scalar()]);
    }
}

impl Observer<Duel> for Footprints {
    fn start(&mut self, moment: &mut Moment<'_, Duel>) -> Result<()> {
        self.leave(moment);
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, Duel>) -> Result<Signal> {
        self.leave(moment);
        Ok(Signal::Continue)
    }
}

/// Where a case ended.
struct Ended {
    name: String,
    path: Vec<[f64; 2]>,
    end: [f64; 2],
    /// Of the engine, against the arithmetic.
    error: f64,
    notebook: Notebook,
    /// Whether the notebook's digits are met, where it went as far.
    agrees: bool,
}

impl Ended {
    fn new(case: &Case, path: Vec<[f64; 2]>, steps: u64) -> Self {
        let end = path.last().copied().unwrap_or([f64::NAN; 2]);
        let expected = case.expected(steps);
        let order = if case.updates == Alternating {
            "alternating"
        } else {
            "simultaneous"
        };
        Self {
            name: format!("{}, {order}", case.name),
            error: length([end[0] - expected[0], end[1] - expected[1]]) / length(expected),
            agrees: steps != STEPS || case.notebook.agrees(end),
            notebook: case.notebook,
            path,
            end,
        }
    }

    fn good(&self) -> bool {
        self.error <= TOLERANCE && self.agrees
    }

    fn json(&self) -> Value {
        let [theta, psi] = self.end;
        json!({
            "case": self.name, "theta": theta, "psi": psi, "norm": length(self.end),
            "relative_error": self.error, "notebook": self.notebook.to_string(), "passed": self.good(),
        })
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [theta, psi] = self.end;
        let verdict = if self.good() { "" } else { "  OFF" };
        write!(
            f,
            "{:<26}{theta:>13.6e}  {psi:>13.6e}   {:>10.1e}       {}{verdict}",
            self.name, self.error, self.notebook
        )
    }
}

impl Notebook {
    /// Whether these are its digits, as far as they were noted.
    fn agrees(self, end: [f64; 2]) -> bool {
        let close = |a: f64, b: f64, digits: f64| (a - b).abs() <= digits * b.abs();
        match self {
            Point(theta, psi) => close(end[0], theta, TOLERANCE) && close(end[1], psi, TOLERANCE),
            Norm(norm) => close(length(end), norm, if norm < 1e-10 { 6e-3 } else { 3e-4 }),
            Slip(norm) => {
                let notebook = iterate(|theta, psi| with_bend(0.5, theta, psi), STEPS, false, f64::INFINITY);
                close(length(notebook), norm, 3e-4)
            }
        }
    }
}

impl std::fmt::Display for Notebook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Point(theta, psi) => write!(f, "{theta}, {psi}"),
            Norm(norm) => write!(f, "|.| = {norm:e}"),
            Slip(norm) => write!(f, "|.| = {norm:e} *"),
        }
    }
}

fn length([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

/// One panel for each case, psi over theta, row by row.
fn draw(results: &[Ended]) -> Image {
    const SIDE: usize = 200;
    const COLUMNS: usize = 4;
    let rows = results.len().div_ceil(COLUMNS);
    let mut image = Image::filled(COLUMNS * SIDE, rows * SIDE, &[255; 3]);
    for (i, result) in results.iter().enumerate() {
        let panel = Panel {
            corner: [i % COLUMNS * SIDE + 5, i / COLUMNS * SIDE + 5],
            size: [SIDE - 10; 2],
            x: [-3.2, 3.2],
            y: [-3.2, 3.2],
        };
        panel.axes(&mut image);
        panel.curve(&mut image, &result.path, colours::RED);
    }
    image
}
