use serde::{Deserialize, Serialize};

use super::Value;

/// A column of a table: its name, and how its cells become numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// As the table calls it.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are, and how they become numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// One number `(x - centre) / spread`.
    Number {
        /// What becomes 0.
        centre: f64,
        /// What becomes 1, above the centre.
        spread: f64,
        /// Whether all were whole, so that what is generated is rounded.
        whole: bool,
    },
    /// One number for each category, 1 for the one that it is and 0 for the others.
    Category {
        /// All that there are.
        values: Vec<String>,
    },
}

impl Column {
    /// How many numbers a cell becomes.
    pub fn width(&self) -> usize {
        match &self.kind {
            ColumnKind::Number { .. } => 1,
            ColumnKind::Category { values } => values.len(),
        }
    }

    /// What these numbers stand for: of categories the one with the largest, the first of equals.
    pub(super) fn value(&self, numbers: &[f32]) -> Value {
        match &self.kind {
            ColumnKind::Number { centre, spread, .. } => {
                Value::Number(f64::from(numbers.first().copied().unwrap_or(f32::NAN)) * spread + centre)
            }
            ColumnKind::Category { .. } => {
                let all = numbers.iter().enumerate();
                let largest = all.max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)));
                Value::Category(largest.map_or(0, |(i, _)| i))
            }
        }
    }

    /// Adds the numbers that a value becomes.
    pub(super) fn encode(&self, value: Value, numbers: &mut Vec<f32>) {
        match (&self.kind, value) {
            (ColumnKind::Number { centre, spread, .. }, Value::Number(number)) => {
                numbers.push(((number - centre) / spread) as f32);
            }
            (ColumnKind::Category { values }, Value::Category(category)) => {
                numbers.extend((0..values.len()).map(|i| f32::from(u8::from(i == category))));
            }
            // Which a row of these columns does not have.
            _ => numbers.extend(std::iter::repeat_n(f32::NAN, self.width())),
        }
    }

    /// A value as a table writes it.
    pub(super) fn cell(&self, value: Value) -> String {
        match (&self.kind, value) {
            // Without a sign on zero.
            (ColumnKind::Number { whole: true, .. }, Value::Number(number)) => format!("{}", number.round() + 0.0),
            // More digits than an `f32` has would be noise.
            (ColumnKind::Number { .. }, Value::Number(number)) => format!("{}", number as f32),
            (ColumnKind::Category { values }, Value::Category(category)) => {
                values.get(category).cloned().unwrap_or_default()
            }
            // Which a row of these columns does not have.
            _ => String::new(),
        }
    }
}

/// A cell as a number, if it is one: finite, in the usual ways of writing.
pub(super) fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}
