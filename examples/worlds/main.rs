//! Draws a sheet of every synthetic world.
//!
//! ```text
//! cargo run --example worlds -- --out DIR
//! ```
//!
//! What the sheets show is described in `docs/worlds.md`.

#[path = "../common/mod.rs"]
mod common;
mod images;
mod table;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use agon::data::Result as Drawn;
use agon::observe::Image;
use agon::prelude::*;
use clap::Parser;
use common::{Basic, Ending, colours};
use serde_json::json;

/// Draw a sheet of every synthetic world.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    basic: Basic,
    /// Decides every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for what is written [default: out/worlds]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    common::exit(run(&Options::parse()))
}

/// A sheet: its name, and how it is drawn from a seed.
type Sheet = (&'static str, fn(u64, &Device) -> Result<Image>);

const SHEETS: [Sheet; 7] = [
    ("glyphs", images::glyphs),
    ("shapes", images::shapes),
    ("moving", images::moving),
    ("solids", images::solids),
    ("sentences", sentences),
    ("moons", moons),
    ("table", table::sheet),
];

fn run(options: &Options) -> Ending {
    let device = options.basic.device()?;
    let folder = common::folder(options.out.as_deref(), "worlds")?;
    let mut written = Vec::new();
    for (name, sheet) in SHEETS {
        let path = folder.join(format!("{name}.png"));
        write_png(&path, &sheet(options.seed, &device)?)?;
        options.basic.say(path.display());
        written.push(path);
    }
    options.basic.report(&json!({ "sheets": written }));
    Ok(())
}

/// The first moon grey, the second one red.
fn moons(seed: u64, _device: &Device) -> Result<Image> {
    let points = TwoMoons::new().points(2_000, seed)?;
    let of = |moon: u8| -> Vec<[f32; 2]> { points.iter().filter(|(_, m)| *m == moon).map(|(p, _)| *p).collect() };
    // Points that lie outside of the frame of the first moon would be left out: the frame is around all of them.
    let mut sheet = scatter(&points.iter().map(|(point, _)| *point).collect::<Vec<_>>(), &of(1), 400);
    text::write(&mut sheet, "two moons, noise 0.05", [10, 10], 1, colours::GREY);
    Ok(sheet)
}

/// Sentences with their share among those that are short enough.
fn sentences(seed: u64, _device: &Device) -> Result<Image> {
    let mut sheet = Image::filled(720, 400, &[255; 3]);
    let mut line = 10;
    for (grammar, length, n) in [(Grammar::english(), 12, 18), (Grammar::arithmetic(), 12, 8)] {
        let sentences = grammar.sentences(length);
        text::write(&mut sheet, &described(&sentences)?, [10, line], 1, colours::RED);
        line += 16;
        for tokens in sentences.tokens(n, seed)? {
            text::write(&mut sheet, &grammar.decode(&tokens), [10, line], 1, [0; 3]);
            let share = format!("{:10.2e}", grammar.probability(&tokens));
            text::write(&mut sheet, &share, [720 - 11 * text::ADVANCE, line], 1, colours::GREY);
            line += 12;
        }
        line += 14;
    }
    sheet.bytes.truncate(720 * 3 * line.min(400));
    sheet.height = line.min(400);
    Ok(sheet)
}

/// How much there is to learn.
fn described(sentences: &Sentences) -> Drawn<String> {
    const MOST: usize = 20_000;
    let words = sentences.grammar().words().len();
    Ok(match sentences.language(MOST)? {
        Some(all) => {
            let entropy = sentences.entropy(MOST)?.unwrap_or_default();
            format!("{words} words, {} sentences, entropy {entropy:.2} nats", all.len())
        }
        None => format!("{words} words, more than {MOST} sentences"),
    })
}
