use std::collections::BTreeSet;

use super::column::number;
use super::{Column, ColumnKind, Scaling};

/// What a first look at a column finds.
#[derive(Debug)]
pub(super) struct Survey {
    cells: f64,
    numbers: bool,
    whole: bool,
    low: f64,
    high: f64,
    mean: f64,
    /// The sum of squared distances to the mean.
    squares: f64,
    /// Empty if there were too many.
    values: BTreeSet<String>,
    too_many: bool,
}

impl Survey {
    pub(super) fn new() -> Self {
        Self {
            cells: 0.0,
            numbers: true,
            whole: true,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            mean: 0.0,
            squares: 0.0,
            values: BTreeSet::new(),
            too_many: false,
        }
    }

    pub(super) fn add(&mut self, cell: &str, most_categories: usize) {
        self.cells += 1.0;
        match number(cell) {
            Some(number) => {
                self.whole &= number.fract() == 0.0;
                self.low = self.low.min(number);
                self.high = self.high.max(number);
                let distance = number - self.mean;
                self.mean += distance / self.cells;
                self.squares += distance * (number - self.mean);
            }
            None => self.numbers &= cell.is_empty(),
        }
        if !self.too_many && !self.values.contains(cell) {
            self.too_many = self.values.len() >= most_categories;
            if self.too_many {
                self.values.clear();
            } else {
                self.values.insert(cell.to_owned());
            }
        }
    }

    /// The column, if `numbers` or `category` says so or its cells do. An error says what there is too much of.
    pub(super) fn column(self, name: &str, numbers: bool, category: bool, scaling: Scaling) -> Result<Column, String> {
        // Cells that are all empty are no numbers.
        let any = self.low <= self.high;
        let kind = if numbers || (self.numbers && any && !category) {
            self.number(scaling)
        } else if self.too_many {
            return Err(format!("too many categories in column `{name}`"));
        } else {
            ColumnKind::Category {
                values: self.values.into_iter().collect(),
            }
        };
        Ok(Column {
            name: name.to_owned(),
            kind,
        })
    }

    fn number(&self, scaling: Scaling) -> ColumnKind {
        let (centre, spread) = match scaling {
            Scaling::Range => (self.low / 2.0 + self.high / 2.0, self.high / 2.0 - self.low / 2.0),
            Scaling::Standard => (self.mean, (self.squares / self.cells).sqrt()),
        };
        ColumnKind::Number {
            centre: if centre.is_finite() { centre } else { 0.0 },
            // A column that never changes becomes 0, and back.
            spread: if spread.is_normal() { spread } else { 1.0 },
            whole: self.whole,
        }
    }
}
