use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::column::{Column, Kind, Mode, choose, number};
use crate::dataset::{Dataset, Extent, count};
use crate::error::{Error, Result, ensure};
use crate::random::stream;
use crate::table::{Schema, Value};

/// Rows of a table whose columns are numbers of several modes and categories, with dependences between them
/// that are known.
///
/// Each column is drawn on its own or given a category column before it: from weights, or from a mixture of
/// normal distributions. What a generator should have learned is known exactly: [`joint`](Self::joint) and
/// [`marginal`](Self::marginal) of categories, [`modes`](Self::modes) of numbers, given any category or none.
///
/// It is endless and drawn by the run's seed, unless [`fixed`](Self::fixed) makes it a set of so many rows. The
/// i-th row of a seed follows from the seed and i alone.
///
/// # Shapes
/// A batch: `[size, features]`: numbers standardised, categories as one feature each, as its [`Schema`] says.
///
/// # Errors
/// Of the first batch: no columns, two of one name, a column that depends on none before it, or distributions
/// that cannot be.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Mode, Tabular};
/// use burn::prelude::Device;
///
/// let table = Tabular::new()
///     .category("weather", &["sun", "rain"], &[2.0, 1.0])
///     .category_given("weather", "umbrella", &["no", "yes"], &[&[9.0, 1.0], &[1.0, 3.0]])
///     .number_given("weather", "visitors", &[
///         &[Mode::new(1.0, 80.0, 10.0), Mode::new(1.0, 140.0, 10.0)],
///         &[Mode::new(1.0, 20.0, 5.0)],
///     ]);
/// let batch = table.clone().batches(64).batch(0, 7, &Device::default())?;
/// assert_eq!(batch.dims(), [64, 2 + 2 + 1]);
///
/// assert_eq!(table.marginal("umbrella")?, [2.0 / 3.0 * 0.9 + 1.0 / 3.0 * 0.25, 2.0 / 3.0 * 0.1 + 1.0 / 3.0 * 0.75]);
/// let rows = table.schema()?.values(batch)?;
/// assert!(rows[0][2].number().is_some());
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// The kind of table that Xu, Skoularidou, Cuesta-Infante and Veeramachaneni 2019, "Modeling Tabular Data using
/// Conditional GAN", arXiv:1907.00503, is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabular {
    pub(super) columns: Vec<Column>,
    extent: Extent,
}

impl Default for Tabular {
    fn default() -> Self {
        Self::new()
    }
}

impl Tabular {
    /// No columns yet; endless.
    pub fn new() -> Self {
        Self {
            columns: Vec::new(),
            extent: Extent::Endless,
        }
    }

    /// A day at the seaside: the season, the weather given the season, what one does given the weather, the
    /// temperature given the season (summer and winter days, and two kinds of spring), and what one spends given
    /// what one does.
    pub fn seaside() -> Self {
        let one = Mode::new;
        Self::new()
            .category("season", &["spring", "summer", "winter"], &[3.0, 4.0, 3.0])
            .category_given(
                "season",
                "weather",
                &["sun", "rain", "fog"],
                &[&[5.0, 4.0, 1.0], &[8.0, 2.0, 0.0], &[2.0, 4.0, 4.0]],
            )
            .category_given(
                "weather",
                "activity",
                &["swim", "museum", "harbour", "sleep"],
                &[&[6.0, 1.0, 2.0, 1.0], &[0.0, 6.0, 1.0, 3.0], &[0.0, 2.0, 5.0, 3.0]],
            )
            .number_given(
                "season",
                "temperature",
                &[
                    &[one(1.0, 9.0, 1.5), one(1.0, 17.0, 1.5)],
                    &[one(1.0, 26.0, 2.5)],
                    &[one(3.0, 4.0, 1.5), one(1.0, -4.0, 1.0)],
                ],
            )
            .number_given(
                "activity",
                "spent",
                &[
                    &[one(1.0, 5.0, 1.0)],
                    &[one(1.0, 14.0, 1.0), one(1.0, 24.0, 1.5)],
                    &[one(2.0, 12.0, 2.0), one(1.0, 40.0, 3.0)],
                    &[one(1.0, 0.0, 0.5)],
                ],
            )
    }

    /// A column of categories with these weights.
    pub fn category(self, name: &str, names: &[&str], weights: &[f64]) -> Self {
        self.column(name, None, categories(names, &[weights]))
    }

    /// A column of categories that depends on another one: weights for each of its categories.
    pub fn category_given(self, given: &str, name: &str, names: &[&str], weights: &[&[f64]]) -> Self {
        self.column(name, Some(given), categories(names, weights))
    }

    /// A column of numbers out of these modes.
    pub fn number(self, name: &str, modes: &[Mode]) -> Self {
        self.column(name, None, numbers(&[modes]))
    }

    /// A column of numbers that depends on one of categories: modes for each of them.
    pub fn number_given(self, given: &str, name: &str, modes: &[&[Mode]]) -> Self {
        self.column(name, Some(given), numbers(modes))
    }

    fn column(mut self, name: &str, given: Option<&str>, kind: Kind) -> Self {
        self.columns.push(Column {
            name: name.to_owned(),
            given: given.map(str::to_owned),
            kind,
        });
        self
    }

    /// Makes it a table of so many rows, the same in every run.
    pub fn fixed(self, items: usize) -> Self {
        self.fixed_from(items, 0)
    }

    /// As [`fixed`](Self::fixed), with the rows that another seed draws.
    pub fn fixed_from(mut self, items: usize, seed: u64) -> Self {
        self.extent = Extent::Fixed {
            items: count(items),
            seed,
        };
        self
    }

    /// The first `n` rows that a seed draws.
    ///
    /// # Errors
    /// If the columns cannot be.
    pub fn rows(&self, n: usize, seed: u64) -> Result<Vec<Vec<Value>>> {
        let parents = self.check()?;
        Ok((0..count(n)).map(|i| self.row(&parents, seed, i)).collect())
    }

    /// How rows become features, and features rows.
    ///
    /// # Errors
    /// If the columns cannot be.
    pub fn schema(&self) -> Result<Schema> {
        let parents = self.check()?;
        Ok(self.laid_out(&parents))
    }

    fn row(&self, parents: &[Option<usize>], seed: u64, index: u64) -> Vec<Value> {
        let mut random = stream(seed, index);
        let mut row: Vec<Value> = Vec::with_capacity(self.columns.len());
        for (column, parent) in self.columns.iter().zip(parents) {
            let case = parent.and_then(|parent| row[parent].category()).unwrap_or(0);
            row.push(match &column.kind {
                Kind::Category { weights, .. } => Value::Category(choose(weights[case].iter().copied(), &mut random)),
                Kind::Number { modes } => Value::Number(number(&modes[case], &mut random)),
            });
        }
        row
    }

    /// The place of the column which each column depends on, or an error.
    pub(super) fn check(&self) -> Result<Vec<Option<usize>>> {
        ensure(!self.columns.is_empty(), "the columns of a table", "at least one", 0)?;
        let mut parents = Vec::with_capacity(self.columns.len());
        for (i, column) in self.columns.iter().enumerate() {
            let before = &self.columns[..i];
            let twice = before.iter().any(|other| other.name == column.name);
            ensure(!twice, "the columns of a table", "names of their own", &column.name)?;
            let (parent, cases) = match &column.given {
                None => (None, 1),
                Some(given) => {
                    let (parent, names) = category(before, given)?;
                    (Some(parent), names.len())
                }
            };
            column.check(cases)?;
            parents.push(parent);
        }
        Ok(parents)
    }
}

/// The place and the categories of the column of this name.
pub(super) fn category<'a>(columns: &'a [Column], name: &str) -> Result<(usize, &'a [String])> {
    let found = columns.iter().enumerate().find_map(|(i, column)| match &column.kind {
        Kind::Category { names, .. } if column.name == name => Some((i, names.as_slice())),
        _ => None,
    });
    found.ok_or_else(|| {
        let is_category = |column: &&Column| matches!(column.kind, Kind::Category { .. });
        let names: Vec<&str> = columns
            .iter()
            .filter(is_category)
            .map(|column| column.name.as_str())
            .collect();
        Error::config("a column of categories", format!("one of: {}", names.join(", ")), name)
    })
}

fn categories(names: &[&str], weights: &[&[f64]]) -> Kind {
    Kind::Category {
        names: names.iter().map(ToString::to_string).collect(),
        weights: weights.iter().map(|row| row.to_vec()).collect(),
    }
}

fn numbers(modes: &[&[Mode]]) -> Kind {
    Kind::Number {
        modes: modes.iter().map(|modes| modes.to_vec()).collect(),
    }
}

impl Dataset for Tabular {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        self.extent.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Tensor<2>> {
        let parents = self.check()?;
        let (schema, content) = (self.laid_out(&parents), self.extent.content(seed));
        let mut features = Vec::with_capacity(items.len() * schema.width());
        for &item in items {
            schema.encode(&self.row(&parents, content, item), &mut features);
        }
        let shape = [items.len(), schema.width()];
        Ok(Tensor::from_data(TensorData::new(features, shape), device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_rows_and_rows_are_features() {
        let device = Device::default();
        let table = Tabular::seaside().fixed_from(300, 4);
        let items: Vec<u64> = (0..300).collect();
        let batch = table.gather(&items, 9, &device).unwrap();
        assert_eq!(batch.dims(), [300, 3 + 3 + 4 + 1 + 1]);
        let schema = table.schema().unwrap();
        assert_eq!(schema.blocks()[3], 10..11);
        let (found, expected) = (schema.values(batch.clone()).unwrap(), table.rows(300, 4).unwrap());
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            match (found, expected) {
                (Value::Number(found), Value::Number(expected)) => assert!((found - expected).abs() < 1e-4),
                _ => assert_eq!(found, expected),
            }
        }
        // Standardised numbers, and categories of which one is 1.
        for row in batch.try_into_vec_as::<f32>().unwrap().chunks(12) {
            assert_eq!(
                [
                    row[..3].iter().sum::<f32>(),
                    row[3..6].iter().sum(),
                    row[6..10].iter().sum()
                ],
                [1.0; 3]
            );
            assert!(row[10].abs() < 4.0);
        }
        assert!(schema.values(Tensor::zeros([2, 11], &device)).is_err());
    }

    #[test]
    fn rows_follow_from_seed_and_number() {
        let table = Tabular::seaside();
        assert_eq!(table.rows(5, 7).unwrap(), table.rows(50, 7).unwrap()[..5]);
        assert_ne!(table.rows(5, 7).unwrap(), table.rows(5, 8).unwrap());
    }

    #[test]
    fn tables_that_cannot_be_are_errors() {
        let new = Tabular::new;
        let weather = || new().category("weather", &["sun", "rain"], &[1.0, 1.0]);
        for wrong in [
            new(),
            new().category("a", &[], &[]),
            new().category("a", &["x", "y"], &[1.0]),
            new().category("a", &["x", "y"], &[1.0, -1.0]),
            new().category("a", &["x", "y"], &[0.0, 0.0]),
            new().number("a", &[]),
            new().number("a", &[Mode::new(1.0, 0.0, f64::NAN)]),
            weather().category("weather", &["x"], &[1.0]),
            weather().number_given("season", "b", &[&[Mode::new(1.0, 0.0, 1.0)]]),
            weather().number_given("weather", "b", &[&[Mode::new(1.0, 0.0, 1.0)]]),
            new()
                .number("b", &[Mode::new(1.0, 0.0, 1.0)])
                .category_given("b", "c", &["x"], &[&[1.0]]),
        ] {
            assert!(wrong.rows(1, 1).is_err(), "{wrong:?}");
            assert!(wrong.schema().is_err() && wrong.marginal("a").is_err());
            assert!(wrong.batches(4).batch(0, 1, &Device::default()).is_err());
        }
    }
}
