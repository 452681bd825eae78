use agon_core::Result;

use super::log::{Addition, Format};

/// Comma-separated values with a head: `step,loss` and then `2,0.5`.
#[derive(Debug, Default)]
pub(super) struct Csv {
    /// The figures of the columns after the first.
    names: Vec<String>,
    /// Whether there is a head.
    begun: bool,
}

impl Format for Csv {
    fn keep(&mut self, old: &str, last: u64) -> String {
        let mut lines = old.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let mut names = lines.next().map(split).unwrap_or_default();
        if names.first().is_none_or(|first| first != "step") {
            names.clear();
        }
        let counts = |cells: &Vec<String>| {
            let step = cells.first().and_then(|cell| cell.parse::<u64>().ok());
            cells.len() == names.len() && step.is_some_and(|step| step <= last)
        };
        let rows: Vec<Vec<String>> = lines.map(split).filter(counts).collect();
        // A column whose figures all came later is not there yet.
        let used: Vec<usize> = (0..names.len())
            .filter(|&column| rows.iter().any(|row| !row[column].is_empty()))
            .collect();
        self.names = used.iter().skip(1).map(|&column| names[column].clone()).collect();
        self.begun = !rows.is_empty();
        if !self.begun {
            return String::new();
        }
        let pick = |row: &Vec<String>| line(used.iter().map(|&column| row[column].clone()));
        std::iter::once(self.head()).chain(rows.iter().map(pick)).collect()
    }

    fn record(&mut self, step: u64, figures: &[(&str, f64)]) -> Result<Addition> {
        let before = self.names.len();
        for (name, _) in figures {
            if !self.names.iter().any(|known| known == name) {
                self.names.push((*name).to_owned());
            }
        }
        let cell = |name: &String| {
            let value = figures.iter().find(|(other, _)| other == name);
            value.map_or_else(String::new, |(_, value)| format!("{value:?}"))
        };
        let record = line(std::iter::once(step.to_string()).chain(self.names.iter().map(cell)));
        let added = self.names.len() - before;
        if added == 0 && self.begun {
            return Ok(Addition::Line(record));
        }
        self.begun = true;
        let head = self.head();
        Ok(Addition::Rewrite(Box::new(move |old| {
            let empty = ",".repeat(added);
            let widened = old.lines().skip(1).flat_map(|line| [line, &empty, "\n"]);
            std::iter::once(head.as_str())
                .chain(widened)
                .chain([record.as_str()])
                .collect()
        })))
    }
}

impl Csv {
    fn head(&self) -> String {
        line(std::iter::once("step".to_owned()).chain(self.names.iter().map(|name| quoted(name))))
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// A cell in quotes if it needs them. Line breaks become spaces, so that a record is a line.
fn quoted(cell: &str) -> String {
    let cell = cell.replace(['\n', '\r'], " ");
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// The cells of a line.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut inside = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => {
                letters.next();
                cells.iter_mut().last().into_iter().for_each(|cell| cell.push('"'));
            }
            '"' => inside = !inside,
            ',' if !inside => cells.push(String::new()),
            other => cells.iter_mut().last().into_iter().for_each(|cell| cell.push(other)),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_survive_quoting() {
        for cell in ["plain", "a,b", "say \"x\"", "\"", ",", "", "line break"] {
            assert_eq!(split(&format!("1,{},2", quoted(cell))), ["1", cell, "2"]);
        }
        assert_eq!(quoted("line\nbreak"), "line break");
    }

    #[test]
    fn what_is_no_log_is_not_kept() {
        for old in ["", "no head\n1,2\n", "step,a\n", "step,a\nx,1\n1\n"] {
            let mut csv = Csv::default();
            assert_eq!(csv.keep(old, 5), "");
            assert!(csv.names.is_empty());
        }
    }
}
