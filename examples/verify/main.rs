//! Checks agon against a file of reference values, case by case.
//!
//! ```text
//! cargo run --example verify -- losses tests/golden/losses.json
//! cargo run --example verify -- penalties tests/golden/penalties.json --f32
//! cargo run --example verify -- steps tests/golden/step_non_saturating.json
//! cargo run --example verify -- inception tests/golden/inception.json --f32
//! cargo run --example verify -- metrics tests/golden/metrics.json
//! ```
//!
//! Prints one line per case with its largest relative error; the exit status is 1 if any exceeds its
//! tolerance, 2 if the file cannot be used.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
mod critics;
mod golden;
mod inception;
mod losses;
mod metrics;
mod penalties;
mod scores;
mod steps;

use std::path::PathBuf;
use std::process::ExitCode;

use burn::tensor::DType;
use clap::{Parser, ValueEnum};

use golden::{Case, Golden, Setting};

/// Checks agon against a file of reference values, case by case.
#[derive(Debug, Parser)]
#[command(name = "verify")]
struct Options {
    /// What the file is about.
    what: What,
    /// The JSON file (its tensors lie beside it, in the .safetensors of the same name).
    path: PathBuf,
    /// Backend, one of those compiled in (flex unless built otherwise)
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Compute in float32 instead of float64.
    #[arg(long)]
    f32: bool,
    /// Inception: take the weights from this file (.pth or .safetensors) instead of making them by the formula.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Print one machine-readable line at the end.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Adversarial losses and terms: values and gradients.
    Losses,
    /// Gradient penalties: values and the gradient of every parameter, exactly and by differences.
    Penalties,
    /// Whole training steps: losses, and all weights and running statistics after each.
    Steps,
    /// Inception-V3: features at every layer that metrics use.
    Inception,
    /// Metrics of samples: distances, coverage, likelihood, classifiers, pairs of images, sequences.
    Metrics,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(cases) => report(&cases, options.json),
        Err(message) => {
            eprintln!("verify: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> golden::Result<Vec<Case>> {
    let golden = Golden::read(&options.path)?;
    let dtype = if options.f32 { DType::F32 } else { DType::F64 };
    let setting = Setting::new(&common::device(options.device.as_deref())?, dtype)?;
    match options.what {
        What::Losses => losses::verify(&golden, &setting),
        What::Penalties => penalties::verify(&golden, &setting),
        What::Inception => inception::verify(&golden, &setting, options.weights.as_deref()),
        What::Metrics => metrics::verify(&golden, &setting),
        What::Steps => {
            let name = options.path.file_stem().unwrap_or_default().to_string_lossy();
            steps::verify(&name, &golden, &setting)
        }
    }
}

fn report(cases: &[Case], json: bool) -> ExitCode {
    for case in cases {
        println!("{case}");
    }
    let failed: Vec<&str> = cases
        .iter()
        .filter(|case| !case.passed())
        .map(|case| case.name.as_str())
        .collect();
    println!("{} cases, {} failed", cases.len(), failed.len());
    if json {
        let errors = cases.iter().filter_map(|case| case.error.as_ref().ok());
        let largest = errors.copied().fold(0.0, f64::max);
        let passed = failed.is_empty();
        println!(
            "{}",
            serde_json::json!({"passed": passed, "cases": cases.len(), "failed": failed, "largest_error": largest})
        );
    }
    ExitCode::from(u8::from(!failed.is_empty()))
}
