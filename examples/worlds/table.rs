//! The sheet of the table: what was drawn, and what is true.

use agon::data::{Mode, Tabular, Value};
use agon::observe::Image;
use agon::prelude::{Device, Result};

use crate::common::{Panel, colours};
use crate::text;

const ROWS: usize = 5_000;
/// What was drawn.
const DRAWN: [u8; 3] = [196, 206, 220];

/// Histograms of both numbers (bars) with their true densities (lines), in all rows and given a category, and
/// how often categories come together (grey) beside the truth.
pub fn sheet(seed: u64, _device: &Device) -> Result<Image> {
    let table = Tabular::seaside();
    let rows = table.rows(ROWS, seed)?;
    let mut sheet = Image::filled(760, 460, &[255; 3]);
    let numbers: [(&str, usize, Given); 4] = [
        ("temperature", 3, None),
        ("temperature", 3, Some(("season", "winter", 0, 2))),
        ("spent", 4, None),
        ("spent", 4, Some(("weather", "rain", 1, 1))),
    ];
    for (i, (column, place, given)) in numbers.into_iter().enumerate() {
        let chosen = |row: &&Vec<Value>| given.is_none_or(|(_, _, at, case)| row[at].category() == Some(case));
        let drawn: Vec<f64> = rows
            .iter()
            .filter(chosen)
            .filter_map(|row| row[place].number())
            .collect();
        let truth = table.modes(column, given.map(|(other, name, ..)| (other, name)))?;
        let title = match given {
            None => column.to_owned(),
            Some((other, name, ..)) => format!("{column} : {other} = {name}"),
        };
        let corner = [20 + 380 * (i % 2), 30 + 150 * (i / 2)];
        density(&mut sheet, corner, &title, &drawn, &truth);
    }
    together(&mut sheet, &table, &rows, [20, 340])?;
    Ok(sheet)
}

/// The name of another column, one of its categories, and the numbers of both.
type Given = Option<(&'static str, &'static str, usize, usize)>;

fn density(sheet: &mut Image, corner: [usize; 2], title: &str, drawn: &[f64], truth: &[Mode]) {
    const BARS: usize = 68;
    let low = drawn.iter().copied().fold(f64::MAX, f64::min);
    let high = drawn.iter().copied().fold(f64::MIN, f64::max);
    let width = (high - low) / BARS as f64;
    let mut counts = [0.0; BARS];
    for x in drawn {
        let bar = ((x - low) / width) as usize;
        counts[bar.min(BARS - 1)] += 1.0 / (drawn.len() as f64 * width);
    }
    let at = |x: f64| -> f64 { truth.iter().map(|mode| bell(mode, x)).sum() };
    let line: Vec<[f64; 2]> = (0..=340)
        .map(|i| low + (high - low) * f64::from(i) / 340.0)
        .map(|x| [x, at(x)])
        .collect();
    let top = line.iter().map(|point| point[1]).chain(counts).fold(0.0, f64::max) * 1.05;
    let panel = Panel {
        corner,
        size: [340, 100],
        x: [low, high],
        y: [0.0, top],
    };
    for (bar, count) in counts.iter().enumerate() {
        let height = (100.0 * count / top) as usize;
        text::fill(
            sheet,
            [corner[0] + bar * 5, corner[1] + 100 - height],
            [4, height],
            DRAWN,
        );
    }
    panel.curve(sheet, &[[low, 0.0], [high, 0.0]], colours::LIGHT);
    panel.curve(sheet, &line, colours::RED);
    text::write(sheet, title, [corner[0], corner[1] - 12], 1, colours::GREY);
    for (x, at) in [(low, 0), (high, 340 - 5 * text::ADVANCE)] {
        text::write(
            sheet,
            &format!("{x:5.1}"),
            [corner[0] + at, corner[1] + 104],
            1,
            colours::GREY,
        );
    }
}

fn bell(mode: &Mode, x: f64) -> f64 {
    let z = (x - mode.mean) / mode.sd;
    mode.weight * (-0.5 * z * z).exp() / (mode.sd * std::f64::consts::TAU.sqrt())
}

/// Seasons down, activities across: what was drawn on the left, the truth on the right.
fn together(sheet: &mut Image, table: &Tabular, rows: &[Vec<Value>], [x, y]: [usize; 2]) -> Result<()> {
    let truth = table.joint("season", "activity")?;
    let mut drawn = vec![vec![0.0; truth[0].len()]; truth.len()];
    for row in rows {
        if let (Some(season), Some(activity)) = (row[0].category(), row[2].category()) {
            drawn[season][activity] += 1.0 / rows.len() as f64;
        }
    }
    for (shares, left, title) in [(&drawn, x, "season and activity: drawn"), (&truth, x + 380, "truth")] {
        text::write(sheet, title, [left, y - 4], 1, colours::GREY);
        for (row, shares) in shares.iter().enumerate() {
            for (column, share) in shares.iter().enumerate() {
                let tone = (255.0 * (1.0 - 3.0 * share)).clamp(0.0, 255.0) as u8;
                let corner = [left + 85 * column, y + 10 + 34 * row];
                text::fill(sheet, corner, [83, 32], [tone; 3]);
                let ink = if tone > 120 { [0; 3] } else { [255; 3] };
                text::write(
                    sheet,
                    &format!("{:.1}%", 100.0 * share),
                    [corner[0] + 24, corner[1] + 12],
                    1,
                    ink,
                );
            }
        }
    }
    Ok(())
}
