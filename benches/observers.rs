//! What watching costs: the same rounds without observers, with a report, and with TensorBoard's files.
//!
//! Stretches of rounds of all of them alternate, so that whatever else the machine does meets all; the figures
//! are medians over stretches of the ratio to the stretch that nobody watched. Each stretch begins and ends a run,
//! so it includes reading the report that is there and writing it at the end.

#![allow(clippy::expect_used, reason = "a bench that fails should say so at once")]

mod support;

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use agon::prelude::*;
use support::*;

type Points = Gan<MlpGenerator, MlpDiscriminator>;

const BATCH: usize = 512;
const STRETCH: u64 = 300;
const STRETCHES: u64 = 15;

/// A picture of what the generator makes.
fn picture(game: &Points) -> Result<Image> {
    let points: Vec<f32> = Sampling::sample(game, 500, 0)
        .try_into_vec_as()
        .map_err(|error| Error::Device(error.to_string()))?;
    let points: Vec<[f32; 2]> = points.as_chunks().0.to_vec();
    Ok(scatter(&[], &points, 240))
}

fn trainers(device: &Device, out: &Path) -> Vec<(&'static str, Trainer<Points>)> {
    let report = |every: u64| {
        let path = out.join(format!("report-{every}.html"));
        Report::every(every).pictures("points", 500, picture).to(path)
    };
    let plain = || Trainer::new(mlp(device));
    vec![
        ("nobody", plain()),
        ("report, every 10 rounds", plain().observe(report(10))),
        ("report, every round", plain().observe(report(1))),
        (
            "TensorBoard, every 10 rounds",
            plain().observe(TensorBoard::every(10).to(out.join("board"))),
        ),
        (
            "log, every 10 rounds",
            plain().observe(MetricsLog::every(10).to(out.join("log"))),
        ),
    ]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let (device, name) = device();
    let out = std::env::temp_dir().join(format!("agon-observers-{}", std::process::id()));
    let real = noise([BATCH, 2], &device);
    let mut trainers = trainers(&device, &out);
    let mut times = vec![Vec::new(); trainers.len()];
    for stretch in 1..=STRETCHES {
        for ((_, trainer), times) in trainers.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            let budget = Budget::steps(stretch * STRETCH);
            trainer.run(Repeat(real.clone()), budget).expect("the run ends well");
            times.push(begun.elapsed().as_secs_f64() * 1e3 / STRETCH as f64);
        }
    }
    let mut lines = format!("observers/{name}, perceptrons, batch {BATCH}:\n");
    for ((who, _), own) in trainers.iter().zip(&times) {
        let ratios = own.iter().zip(&times[0]).map(|(own, plain)| own / plain);
        let more = (median(ratios.collect()) - 1.0) * 100.0;
        lines.push_str(&format!(
            "  {who}: {:.3} ms a round, {more:+.1} %\n",
            median(own.clone())
        ));
    }
    let _ = std::io::stdout().write_all(lines.as_bytes());
    let _ = std::fs::remove_dir_all(&out);
}
