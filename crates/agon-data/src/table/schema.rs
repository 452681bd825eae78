use std::ops::Range;
use std::path::Path;

use burn::prelude::Tensor;
use serde::{Deserialize, Serialize};

use super::{Column, Value};
use crate::error::{Error, Result, ensure};
use crate::file::{Partial, Source};

/// How the columns of a [`Table`](crate::Table) or a [`Tabular`](crate::Tabular) world become numbers, and back.
///
/// Number columns are moved and scaled; category columns become one number per category (one-hot). It is saved
/// as JSON beside a generator, so that what that makes can be read as a table.
///
/// # Example
/// ```
/// use agon_data::{Source, Table};
/// use burn::prelude::{Device, Tensor};
///
/// let table = Table::open(Source::from(b"age,colour\n20,red\n40,blue\n30,red\n".as_slice()))?;
/// let schema = table.schema();
/// assert_eq!(schema.width(), 1 + 2);
/// let generated = Tensor::<2>::from_data([[0.49, 0.2, 0.8]], &Device::default());
/// assert_eq!(schema.decode(generated)?, [["35", "red"]]);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    pub(super) columns: Vec<Column>,
}

impl Schema {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many numbers a row becomes.
    pub fn width(&self) -> usize {
        self.columns.iter().map(Column::width).sum()
    }

    /// Which numbers of a row belong to each column: where a generator needs a softmax, and of what width.
    pub fn blocks(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let block = |column: &Column| {
            let block = start..start + column.width();
            start = block.end;
            block
        };
        self.columns.iter().map(block).collect()
    }

    /// Adds the numbers of a row, which has a value for each column.
    pub(crate) fn encode(&self, row: &[Value], numbers: &mut Vec<f32>) {
        for (column, value) in self.columns.iter().zip(row) {
            column.encode(*value, numbers);
        }
    }

    /// Rows of numbers as the values that they stand for.
    ///
    /// # Shapes
    /// `rows`: `[n, width]`.
    ///
    /// # Errors
    /// If they have another width, or cannot be read from their device.
    pub fn values(&self, rows: Tensor<2>) -> Result<Vec<Vec<Value>>> {
        let (width, got) = (self.width(), rows.dims()[1]);
        ensure(got == width, "the width of rows of a table", &width.to_string(), got)?;
        let numbers = rows
            .try_into_vec_as::<f32>()
            .map_err(|error| Error::Device(error.to_string()))?;
        let blocks = self.blocks();
        let row = |numbers: &[f32]| {
            let cells = self.columns.iter().zip(&blocks);
            cells
                .map(|(column, block)| column.value(numbers.get(block.clone()).unwrap_or_default()))
                .collect()
        };
        Ok(numbers.chunks_exact(width.max(1)).map(row).collect())
    }

    /// Rows of numbers as the cells that a file has for them.
    ///
    /// # Shapes
    /// `rows`: `[n, width]`.
    ///
    /// # Errors
    /// As [`values`](Self::values).
    pub fn decode(&self, rows: Tensor<2>) -> Result<Vec<Vec<String>>> {
        let row = |values: Vec<Value>| {
            let cells = self.columns.iter().zip(values);
            cells.map(|(column, value)| column.cell(value)).collect()
        };
        Ok(self.values(rows)?.into_iter().map(row).collect())
    }

    /// Writes rows of numbers as a CSV file, with the columns' names above: whole or not at all.
    ///
    /// # Shapes
    /// `rows`: `[n, width]`.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if the file cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>, rows: Tensor<2>) -> Result<()> {
        let other = |error: csv::Error| Error::Other(Box::new(error));
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = self.columns.iter().map(|column| column.name.as_str());
        writer.write_record(names).map_err(other)?;
        for row in self.decode(rows)? {
            writer.write_record(row).map_err(other)?;
        }
        let text = writer.into_inner().map_err(|error| Error::Other(Box::new(error)))?;
        Partial::write(path.as_ref(), &text)
    }

    /// Writes it as JSON: whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| Error::Other(Box::new(error)))?;
        Partial::write(path.as_ref(), &json)
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, or is no schema.
    pub fn load(source: impl Into<Source>) -> Result<Self> {
        let bytes = source.into().open()?;
        let json = bytes.read(0, bytes.len())?;
        serde_json::from_slice(&json).map_err(|error| bytes.error("a schema of a table", error))
    }
}
