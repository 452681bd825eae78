use super::{Schema, Table, read};
use crate::error::Result;
use crate::file::Source;

/// How a table is read.
///
/// Without settings the first line has the names, cells are divided by commas, and a column is of numbers if all
/// its cells are.
///
/// # Example
/// ```
/// use agon_data::{Scaling, Source, TableOptions};
///
/// let file = Source::from(b"7;north;1.5\n8;south;2.5\n".as_slice());
/// let table = TableOptions::new()
///     .delimiter(b';')
///     .names(["id", "place", "rain"])
///     .without(["id"])
///     .scaling(Scaling::Standard)
///     .open(file)?;
/// assert_eq!(table.schema().width(), 2 + 1);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TableOptions {
    pub(super) delimiter: u8,
    pub(super) names: Option<Vec<String>>,
    pub(super) numbers: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) without: Vec<String>,
    pub(super) scaling: Scaling,
    pub(super) most_categories: usize,
    pub(super) skip_incomplete: bool,
    pub(super) schema: Option<Schema>,
}

/// How a column of numbers is moved and scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scaling {
    /// The smallest number becomes -1 and the largest 1.
    #[default]
    Range,
    /// The mean becomes 0 and the standard deviation 1.
    Standard,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            delimiter: b',',
            names: None,
            numbers: Vec::new(),
            categories: Vec::new(),
            without: Vec::new(),
            scaling: Scaling::default(),
            most_categories: 1000,
            skip_incomplete: false,
            schema: None,
        }
    }
}

impl TableOptions {
    /// A table with names, divided by commas.
    pub fn new() -> Self {
        Self::default()
    }

    /// What divides cells.
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// The names of the columns: the file has none, its first line is data.
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Columns that must be of numbers. A cell that is none is an error instead of a category.
    pub fn numbers<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.numbers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Columns of categories even if all their cells are numbers: codes, years, yes and no as 1 and 0.
    pub fn categories<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.categories.extend(names.into_iter().map(Into::into));
        self
    }

    /// Columns that are left out.
    pub fn without<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.without.extend(names.into_iter().map(Into::into));
        self
    }

    /// How columns of numbers are moved and scaled.
    pub fn scaling(mut self, scaling: Scaling) -> Self {
        self.scaling = scaling;
        self
    }

    /// More categories than this in a column are an error (a thousand, unless told): it is more likely one of
    /// names, which is better left out.
    pub fn most_categories(mut self, most: usize) -> Self {
        self.most_categories = most;
        self
    }

    /// Leaves out rows with an empty cell, and counts them, instead of refusing the table.
    pub fn skip_incomplete(mut self) -> Self {
        self.skip_incomplete = true;
        self
    }

    /// Turns cells into numbers as another table's schema does: that of the training, for a table to test on.
    /// Its columns are found by name; categories that it does not have are an error.
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Reads a table.
    ///
    /// # Errors
    /// If it cannot be read, is no table, has no row, or a cell that does not fit its column: named by line and
    /// column.
    pub fn open(&self, source: impl Into<Source>) -> Result<Table> {
        read::table(&source.into().open()?, self)
    }
}
