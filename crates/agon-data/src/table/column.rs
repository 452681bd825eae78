use serde::{Deserialize, Serialize};

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

    /// The cell that these numbers stand for: of categories the one with the largest.
    pub(super) fn cell(&self, numbers: &[f32]) -> String {
        match &self.kind {
            ColumnKind::Number { centre, spread, whole } => {
                let number = f64::from(numbers.first().copied().unwrap_or(f32::NAN)) * spread + centre;
                if *whole {
                    // Without a sign on zero.
                    format!("{}", number.round() + 0.0)
                } else {
                    // More digits than an `f32` has would be noise.
                    format!("{}", number as f32)
                }
            }
            ColumnKind::Category { values } => {
                let largest = numbers.iter().zip(values).max_by(|a, b| a.0.total_cmp(b.0));
                largest.map(|(_, value)| value.clone()).unwrap_or_default()
            }
        }
    }
}

/// A cell as a number, if it is one: finite, in the usual ways of writing.
pub(super) fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}
