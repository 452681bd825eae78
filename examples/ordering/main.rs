//! What every metric says of sets of images whose faults are known, by the embedded classifier of glyphs.
//!
//! ```text
//! cargo run --example ordering -- --n 2000
//! ```
//!
//! Each row is a figure, each column a set: other real glyphs, blurred ones, half of the digits, the training
//! images themselves, noise. The last column says whether the figure holds each fault that it should find for worse
//! than none; the exit status is 1 if one does not.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
mod sets;
mod table;

use std::process::ExitCode;

use clap::Parser;
use common::Basic;

/// What every metric says of sets of images whose faults are known.
#[derive(Debug, Parser)]
#[command(name = "ordering")]
struct Options {
    /// Images in a set.
    #[arg(long, default_value_t = 2_000, value_parser = common::at_least::<2>)]
    n: usize,
    #[command(flatten)]
    basic: Basic,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> common::Ending {
    let rows = table::rows(options.n, &options.basic.device()?)?;
    options.basic.say(table::print(&rows));
    let wrong: Vec<&str> = rows
        .iter()
        .filter(|row| !row.is_right())
        .map(|row| row.name.as_str())
        .collect();
    options
        .basic
        .report(&serde_json::json!({"n": options.n, "rows": rows, "wrong": wrong}));
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!("faults that are not found: {}", wrong.join(", ")).into())
    }
}
