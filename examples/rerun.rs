//! Repeats a run from its manifest and compares: weights bit for bit, figures, logs.
//!
//! ```text
//! cargo run --example health -- --steps 200 --out out/health
//! cargo run --example rerun -- out/health/run.json
//! ```
//!
//! The manifest says how the program was called; here it is called again, with another folder for what it writes. A
//! run that was resumed is repeated from its beginning.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use agon::observe::RunRecord;
use clap::Parser;
use common::{Basic, Ending};
use serde_json::json;

/// Repeat a run and compare
#[derive(Parser)]
struct Options {
    /// The manifest of the run
    manifest: PathBuf,
    /// Folder for what the repeated run writes [default: beside the first, with `-rerun` at its end]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The program, if it is no longer where it was
    #[arg(long)]
    program: Option<PathBuf>,
    /// End with one line of JSON on the standard output
    #[arg(long)]
    json: bool,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let first = RunRecord::read(&options.manifest)?;
    let manifest = std::path::absolute(&options.manifest)?;
    let folder = manifest.parent().unwrap_or(Path::new(".")).to_owned();
    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None => beside(&folder),
    };
    if out == folder {
        return Err(format!("--out {}: the first run is there", out.display()).into());
    }
    let program = options
        .program
        .clone()
        .unwrap_or_else(|| first.command.program.clone().into());
    let arguments = again(&first.command.arguments, &out);
    say(options, format!("{} {}", program.display(), arguments.join(" ")));
    repeat(&first, &program, &arguments, options.json)?;

    let second = out.join(manifest.file_name().unwrap_or_default());
    let second = RunRecord::read(&second)?;
    let mut differences: Vec<String> = first.differences(&second).iter().map(ToString::to_string).collect();
    differences.extend(logs_differ(&folder, &out));
    let circumstances = first.circumstances(&second);
    let equal = differences.is_empty();
    report(options, &second, &differences);
    if !equal {
        let explaining = circumstances.iter().filter(|other| other.what.starts_with(['v', 'm']));
        explaining.for_each(|other| say(options, format!("perhaps because of {other}")));
        return Err(format!("the runs differ in {} places", differences.len()).into());
    }
    Ok(())
}

fn report(options: &Options, second: &RunRecord, differences: &[String]) {
    for difference in differences {
        say(options, difference);
    }
    if differences.is_empty() {
        for player in &second.players {
            let digest = player.digest.as_deref().unwrap_or_default();
            say(
                options,
                format!("equal: {}, {} numbers, {digest}", player.name, player.parameters),
            );
        }
        say(
            options,
            format!("equal: {} figures after {} rounds", second.figures.len(), second.steps),
        );
    }
    Basic::printing(options.json)
        .report(&json!({ "equal": differences.is_empty(), "steps": second.steps, "differences": differences }));
}

fn say(options: &Options, line: impl std::fmt::Display) {
    Basic::printing(options.json).say(line);
}

fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}-rerun"))
}

/// The arguments with another `--out`, and without `--resume`.
fn again(arguments: &[String], out: &Path) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--out" => {
                rest.next();
            }
            "--resume" => {}
            other if other.starts_with("--out=") => {}
            other => kept.push(other.to_owned()),
        }
    }
    kept.extend(["--out".to_owned(), out.display().to_string()]);
    kept
}

fn repeat(first: &RunRecord, program: &Path, arguments: &[String], json: bool) -> Ending {
    let mut command = Command::new(program);
    command.args(arguments).envs(first.command.variables.iter().cloned());
    if Path::new(&first.command.folder).is_dir() {
        command.current_dir(&first.command.folder);
    }
    if json {
        command.stdout(std::process::Stdio::null());
    }
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    match (status.success(), first.ending.as_deref()) {
        (true, _) => Ok(()),
        // That it fails again is part of what is compared.
        (false, Some(ending)) if ending.starts_with("failed") => Ok(()),
        (false, _) => Err(format!("{}: {status}", program.display()).into()),
    }
}

/// The first line in which the logs of both runs differ, if both wrote any.
fn logs_differ(first: &Path, second: &Path) -> Option<String> {
    let read = |folder: &Path| std::fs::read_to_string(folder.join("metrics.jsonl")).ok();
    let (a, b) = (read(first)?, read(second)?);
    let lines = a.lines().count().max(b.lines().count());
    let (mut a, mut b) = (a.lines(), b.lines());
    (0..lines).find_map(|_| match (a.next(), b.next()) {
        (one, two) if one == two => None,
        (one, two) => Some(format!(
            "metrics.jsonl: {} and {}",
            one.unwrap_or("no line"),
            two.unwrap_or("no line")
        )),
    })
}
