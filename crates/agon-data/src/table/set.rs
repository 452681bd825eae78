use std::sync::Arc;

use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::{ColumnKind, Schema, TableOptions};
use crate::array::Labels;
use crate::dataset::{Dataset, count, row};
use crate::error::{Error, Result};
use crate::file::Source;

/// A table of a CSV file: columns of numbers, moved and scaled, and of categories, one number for each.
///
/// It is read into memory, four bytes a cell; categories become several numbers batch by batch. What column
/// became which numbers is in its [`Schema`], which also turns generated rows into cells.
///
/// # Shapes
/// A batch: `[size, width]`.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Source, Table};
/// use burn::prelude::Device;
///
/// let file = Source::from(b"age,colour\n20,red\n40,blue\n30,red\n".as_slice());
/// let (table, colours) = Table::open(file)?.label("colour")?;
/// let rows = table.gather(&[1, 2], 7, &Device::default())?;
/// assert_eq!(rows.into_data().try_into_vec::<f32>().unwrap(), [1.0, 0.0]);
/// assert_eq!(colours.of(&[1, 2])?, [0, 1]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    schema: Schema,
    columns: Vec<Arc<Values>>,
    rows: usize,
    skipped: usize,
}

/// The cells of a column.
#[derive(Debug)]
pub(super) enum Values {
    Numbers(Vec<f32>),
    Codes(Vec<u32>),
}

impl Table {
    /// Reads a table with names above, divided by commas. [`TableOptions`] has more to say.
    ///
    /// # Errors
    /// As [`TableOptions::open`].
    pub fn open(source: impl Into<Source>) -> Result<Self> {
        TableOptions::new().open(source)
    }

    pub(super) fn new(schema: Schema, columns: Vec<Values>, rows: usize, skipped: usize) -> Self {
        Self {
            schema,
            columns: columns.into_iter().map(Arc::new).collect(),
            rows,
            skipped,
        }
    }

    /// How its columns became numbers.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none, which no table is that was opened.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many rows were left out because a cell was empty.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Takes a column of categories out of the table, as labels for the rows.
    ///
    /// # Errors
    /// If there is no such column, or it is of numbers.
    pub fn label(mut self, name: &str) -> Result<(Self, Labels)> {
        let place = self.schema.columns.iter().position(|column| column.name == name);
        let Some(place) = place.filter(|&place| place < self.columns.len()) else {
            let names: Vec<_> = self.schema.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(Error::config("the label of a table", names.join(", "), name));
        };
        let values = self.columns.remove(place);
        self.schema.columns.remove(place);
        match &*values {
            Values::Codes(codes) => {
                let labels: Vec<i64> = codes.iter().copied().map(i64::from).collect();
                Ok((self, Labels::new(labels)))
            }
            Values::Numbers(_) => {
                let expected = "a column of categories (`TableOptions::categories` makes it one)";
                Err(Error::config("the label of a table", expected, name))
            }
        }
    }

    fn append(&self, row: usize, numbers: &mut Vec<f32>) {
        for (column, values) in self.schema.columns.iter().zip(&self.columns) {
            match (&**values, &column.kind) {
                (Values::Numbers(values), _) => numbers.extend(values.get(row)),
                (Values::Codes(codes), ColumnKind::Category { values }) => {
                    let code = codes.get(row).map_or(usize::MAX, |&code| code as usize);
                    numbers.extend((0..values.len()).map(|value| f32::from(u8::from(value == code))));
                }
                (Values::Codes(_), ColumnKind::Number { .. }) => {}
            }
        }
    }
}

impl Dataset for Table {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        Some(count(self.rows))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<2>> {
        let mut numbers = Vec::new();
        for &item in items {
            self.append(row(item, self.rows)?, &mut numbers);
        }
        let shape = [items.len(), self.schema.width()];
        Ok(Tensor::from_data(TensorData::new(numbers, shape), device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scaling;
    use crate::testing::{Folder, spoil};

    const PEOPLE: &[u8] =
        b"\xef\xbb\xbfage, height ,town,one\n20,1.5,\"Bonn, am Rhein\",7\n60,2.0,Ulm,7\n40,1.75,Ulm,7\n";

    fn values(table: &Table, items: &[u64]) -> Vec<f32> {
        let batch = table.gather(items, 0, &Device::default()).unwrap();
        batch.into_data().try_into_vec::<f32>().unwrap()
    }

    #[test]
    fn cells_become_numbers_and_back() {
        let table = Table::open(PEOPLE).unwrap();
        assert_eq!((table.len(), table.schema().width()), (3, 5));
        assert_eq!(table.schema().blocks(), [0..1, 1..2, 2..4, 4..5]);
        assert_eq!(values(&table, &[0, 1]), [-1., -1., 1., 0., 0., 1., 1., 0., 1., 0.]);
        let all = table.gather(&[0, 1, 2], 0, &Device::default()).unwrap();
        let cells = table.schema().decode(all.clone()).unwrap();
        assert_eq!(cells[0], ["20", "1.5", "Bonn, am Rhein", "7"]);
        assert_eq!(cells[2], ["40", "1.75", "Ulm", "7"]);
        let folder = Folder::new();
        let path = folder.path().join("out.csv");
        table.schema().write_csv(&path, all).unwrap();
        let again = Table::open(&path).unwrap();
        assert_eq!(again.schema(), table.schema());
        assert_eq!(values(&again, &[2]), values(&table, &[2]));
        assert!(
            table
                .schema()
                .decode(Tensor::zeros([1, 4], &Device::default()))
                .is_err()
        );
    }

    #[test]
    fn standard_scaling_has_mean_zero_and_deviation_one() {
        let options = TableOptions::new().scaling(Scaling::Standard).without(["town", "one"]);
        let rows = values(&options.open(PEOPLE).unwrap(), &[0, 1, 2]);
        for column in 0..2 {
            let column: Vec<f32> = rows.iter().skip(column).step_by(2).copied().collect();
            let (sum, squares): (f32, f32) = (column.iter().sum(), column.iter().map(|x| x * x).sum());
            assert!(sum.abs() < 1e-5 && (squares - 3.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_schema_is_kept_for_other_tables() {
        let folder = Folder::new();
        let path = folder.path().join("schema.json");
        Table::open(PEOPLE).unwrap().schema().save(&path).unwrap();
        let schema = Schema::load(&path).unwrap();
        let options = TableOptions::new().schema(schema);
        let other = options.open(b"town,one,age,height\nUlm,7,50,1.0\n".as_slice()).unwrap();
        assert_eq!(values(&other, &[0]), [0.5, -3.0, 0.0, 1.0, 0.0]);
        let error = options
            .open(b"town,one,age,height\nKiel,7,50,1.0\n".as_slice())
            .unwrap_err()
            .to_string();
        assert!(error.contains("`Kiel` in line 2, column `town`"), "{error}");
        let json = std::fs::read(&path).unwrap();
        spoil(&json, 2_000, |bytes| Schema::load(bytes).is_ok());
    }

    #[test]
    fn cells_that_do_not_fit_are_named() {
        let open = |text: &str| Table::open(text.as_bytes());
        let error = open("a,b\n1,2\n3,\n").unwrap_err().to_string();
        assert!(error.contains("line 3, column `b`"), "{error}");
        let skipped = TableOptions::new()
            .skip_incomplete()
            .open("a,b\n1,2\n3,\n".as_bytes())
            .unwrap();
        assert_eq!((skipped.len(), skipped.skipped()), (1, 1));
        let numbers = TableOptions::new().numbers(["a"]);
        let error = numbers.open("a\n1\nnan\n".as_bytes()).unwrap_err().to_string();
        assert!(error.contains("`nan` in line 3"), "{error}");
        let error = open("a,b\n1,2\n3\n").unwrap_err().to_string();
        assert!(error.contains("line"), "{error}");
        for wrong in ["", "a,b\n", "a,a\n1,2\n"] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
        assert!(Table::open(b"a\n\xff\n".as_slice()).is_err());
        let few = TableOptions::new().most_categories(1);
        let error = few.open("a\nx\ny\n".as_bytes()).unwrap_err().to_string();
        assert!(error.contains("column `a`"), "{error}");
        let error = TableOptions::new()
            .without(["c"])
            .open("a\n1\n".as_bytes())
            .unwrap_err()
            .to_string();
        assert!(error.contains("a column `c`"), "{error}");
    }

    #[test]
    fn a_column_may_be_the_label() {
        let (table, towns) = Table::open(PEOPLE).unwrap().label("town").unwrap();
        assert_eq!(
            (table.schema().width(), towns.of(&[0, 1, 2]).unwrap()),
            (3, vec![0, 1, 1])
        );
        assert!(Table::open(PEOPLE).unwrap().label("age").is_err());
        assert!(Table::open(PEOPLE).unwrap().label("x").is_err());
    }

    #[test]
    fn damage_is_an_error_or_another_table() {
        let (tried, content) = spoil(&PEOPLE.repeat(3), 3_000, |bytes| {
            let Ok(table) = Table::open(bytes) else { return false };
            let first = table.gather(&[0], 0, &Device::default()).unwrap();
            let numbers = first.clone().into_data().try_into_vec::<f32>().unwrap();
            assert!(numbers.iter().all(|number| number.is_finite()));
            table.schema().decode(first).is_ok()
        });
        assert!(tried > 3_000 && content > 0 && content < tried, "{content} of {tried}");
    }
}
