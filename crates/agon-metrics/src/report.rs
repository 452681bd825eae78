use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Figure;

/// Several figures: prints as a table, serialises as a list.
///
/// # Example
/// ```
/// use agon_metrics::{Figure, Report};
///
/// let report: Report = [Figure::new("a", 1.0), Figure::new("b", 2.0)].into_iter().collect();
/// assert_eq!(report.value("b"), Some(2.0));
/// print!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Report {
    /// The figures, in the order in which they are printed.
    pub figures: Vec<Figure>,
}

impl Report {
    /// No figures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The figure of this name.
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    /// The value of the figure of this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figure(name).map(|figure| figure.value)
    }

    /// Says of all figures by which extractor, and after which preparation, their features were made.
    pub fn extracted_by(mut self, extractor: &str, preparation: &str) -> Self {
        for figure in &mut self.figures {
            figure.protocol.extractor = Some(extractor.to_owned());
            figure.protocol.preparation = Some(preparation.to_owned());
        }
        self
    }
}

impl From<Vec<Figure>> for Report {
    fn from(figures: Vec<Figure>) -> Self {
        Self { figures }
    }
}

impl FromIterator<Figure> for Report {
    fn from_iter<I: IntoIterator<Item = Figure>>(figures: I) -> Self {
        Self::from(Vec::from_iter(figures))
    }
}

impl Extend<Figure> for Report {
    fn extend<I: IntoIterator<Item = Figure>>(&mut self, figures: I) {
        self.figures.extend(figures);
    }
}

impl IntoIterator for Report {
    type Item = Figure;
    type IntoIter = std::vec::IntoIter<Figure>;

    fn into_iter(self) -> Self::IntoIter {
        self.figures.into_iter()
    }
}

const TITLES: [&str; 7] = ["metric", "value", "interval", "spread", "real", "fake", "protocol"];

fn cells(figure: &Figure) -> [String; 7] {
    let interval = |interval: crate::Interval| {
        format!(
            "{} .. {} ({:.0} %)",
            short(interval.low),
            short(interval.high),
            interval.level * 100.0
        )
    };
    let count = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
    [
        figure.name.clone(),
        short(figure.value),
        figure.interval.map_or_else(|| "-".to_owned(), interval),
        figure.spread.map_or_else(|| "-".to_owned(), short),
        count(figure.real),
        count(figure.fake),
        figure.protocol.to_string(),
    ]
}

/// Five digits that count, whatever the size.
fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || value == 0.0 {
        value.to_string()
    } else if (1e-3..1e6).contains(&size) {
        let before = size.log10().floor() as i32 + 1;
        format!("{value:.*}", usize::try_from(5 - before).unwrap_or(0))
    } else {
        format!("{value:.4e}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 7]> = std::iter::once(TITLES.map(str::to_owned))
            .chain(self.figures.iter().map(cells))
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for row in &rows {
            let [name, numbers @ .., protocol] = row;
            write!(f, "{name:<0$}", widths[0])?;
            for (cell, width) in numbers.iter().zip(&widths[1..]) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f, "  {protocol}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interval, Protocol};

    #[test]
    fn columns_line_up() {
        let report = Report::from(vec![
            Figure::new("Frechet distance", 5.558_366).of(300, 260),
            Figure::new("recall", 0.633_333)
                .interval(Interval::normal(0.633_333, 0.01))
                .spread(1e-5)
                .of(300, 260)
                .protocol(Protocol::new().with("k", 3)),
        ]);
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let at = |line: &str, word: &str| line.find(word).map(|at| at + word.len());
        assert_eq!(at(lines[1], "5.5584"), at(lines[2], "0.63333"));
        assert_eq!(at(lines[1], "300"), at(lines[2], "300"));
        assert!(lines[2].ends_with("values, k 3"), "{text}");
    }

    #[test]
    fn five_digits_of_any_size() {
        let shown = [0.0, 1.0, 123.456_789, -0.012_345_678, 1.5e-9, 2e8, f64::INFINITY].map(short);
        assert_eq!(
            shown,
            ["0", "1.0000", "123.46", "-0.012346", "1.5000e-9", "2.0000e8", "inf"]
        );
    }

    #[test]
    fn figures_are_found_by_name() {
        let report: Report = [Figure::new("a", 1.0)].into_iter().collect();
        assert_eq!((report.value("a"), report.value("b")), (Some(1.0), None));
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}
