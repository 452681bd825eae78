//! The two figures of the experiment, as the run goes on.

use std::time::Instant;

use agon::core::checkpoint::Reader;
use agon::metrics::{Likelihood, Metric, Origin};
use agon::prelude::*;
use burn::prelude::Int;

use crate::common::Common;
use crate::{Options, last};

/// What was measured at once.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Epochs of maximum likelihood, and rounds of the contest after them.
    pub at: f64,
    /// Whether the contest had begun.
    pub contest: bool,
    /// Of generated sequences under the oracle.
    pub oracle: f64,
    /// Of new sequences of the oracle under the generator.
    pub held_out: f64,
}

impl Point {
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({"at": self.at, "contest": self.contest, "oracle": self.oracle, "held_out": self.held_out})
    }
}

/// Measures, says, remembers.
pub struct Looks {
    plan: SeqGanConfig,
    per_epoch: u64,
    every: u64,
    oracle: LstmGenerator,
    held_out: Tensor<2, Int>,
    samples: usize,
    curve: Vec<Point>,
    common: Common,
    started: Instant,
}

const NAME: &str = "looks";

impl Looks {
    pub fn new(options: &Options, plan: &SeqGanConfig, per_epoch: u64, oracle: LstmGenerator) -> Self {
        Self {
            plan: plan.clone(),
            per_epoch,
            every: options.look.max(1),
            held_out: oracle.sample(options.samples, 2),
            oracle,
            samples: options.samples,
            curve: Vec::new(),
            common: options.common.clone(),
            started: Instant::now(),
        }
    }

    /// What the oracle thinks of itself.
    pub fn floor(&self) -> Result<f64> {
        nll(&self.oracle, &self.held_out)
    }

    /// All points of a run, also of those that it went on from.
    pub fn curve_in(outcome: &Outcome) -> Result<Vec<Point>> {
        let reader = Reader::open(last(outcome)?)?;
        Ok(reader.manifest().observers.get(NAME).map(recall).unwrap_or_default())
    }

    /// Where the run is, if it is time to look.
    fn due(&self, step: u64, total: Option<u64>) -> Option<(f64, bool)> {
        let likelihood = self.plan.likelihood_rounds;
        let before = likelihood + self.plan.discriminator_rounds;
        let epochs = likelihood / self.per_epoch.max(1);
        if step <= likelihood {
            let epoch = step / self.per_epoch.max(1);
            let whole = step.is_multiple_of(self.per_epoch.max(1));
            return (whole && (epoch == 1 || epoch.is_multiple_of(self.every))).then_some((epoch as f64, false));
        }
        let round = step.checked_sub(before).filter(|&round| round > 0)?;
        let due = round.is_multiple_of(self.every) || total == Some(step);
        due.then_some(((epochs + round) as f64, true))
    }
}

impl Observer<SeqGan> for Looks {
    fn start(&mut self, moment: &mut Moment<'_, SeqGan>) -> Result<()> {
        self.curve = moment.remembered(NAME).map(recall).unwrap_or_default();
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, SeqGan>) -> Result<Signal> {
        if let Some((at, contest)) = self.due(moment.step, moment.total) {
            let oracle = nll(&self.oracle, &moment.game.sample(self.samples, 5))?;
            let held_out = nll(moment.game.generator(), &self.held_out)?;
            let (part, seconds) = (
                if contest { "contest" } else { "likelihood" },
                self.started.elapsed().as_secs(),
            );
            self.common.say(format!(
                "{part} {at}: {oracle:.4} under the oracle, {held_out:.4} held out ({seconds} s)"
            ));
            moment.figures.add_known("nll/oracle", oracle);
            moment.figures.add_known("nll/held-out", held_out);
            self.curve.push(Point {
                at,
                contest,
                oracle,
                held_out,
            });
            moment.remember(NAME, remember(&self.curve));
        }
        Ok(Signal::Continue)
    }
}

/// Nats per token of sequences under a model.
fn nll(model: &LstmGenerator, sequences: &Tensor<2, Int>) -> Result<f64> {
    let policy = model.policy().clone();
    let mut metric = Likelihood::under_oracle(move |tokens: Tensor<2, Int>| policy.log_likelihood(tokens));
    metric.add(Origin::Fake, sequences).map_err(Error::other)?;
    let figures = metric.compute().map_err(Error::other)?;
    Ok(figures[0].value)
}

fn remember(curve: &[Point]) -> Memory {
    let column = |of: fn(&Point) -> f64| curve.iter().map(of).collect::<Vec<f64>>();
    Memory::new()
        .with("at", column(|point| point.at))
        .with("contest", column(|point| f64::from(u8::from(point.contest))))
        .with("oracle", column(|point| point.oracle))
        .with("held out", column(|point| point.held_out))
}

fn recall(memory: &Memory) -> Vec<Point> {
    let column = |name| memory.get(name).unwrap_or_default();
    let rows = column("at").iter().zip(column("contest"));
    let figures = column("oracle").iter().zip(column("held out"));
    let point = |((&at, &contest), (&oracle, &held_out))| Point {
        at,
        contest: contest > 0.0,
        oracle,
        held_out,
    };
    rows.zip(figures).map(point).collect()
}
