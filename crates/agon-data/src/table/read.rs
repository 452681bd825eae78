use std::collections::{HashMap, HashSet};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::column::number;
use super::set::Values;
use super::survey::Survey;
use super::{ColumnKind, Schema, Table, TableOptions};
use crate::error::{Error, Result};
use crate::file::{Bytes, Reader};

const MOST_COLUMNS: usize = 10_000;

/// Reads a table in two passes: what the columns are, then what the cells are.
pub(super) fn table(bytes: &Bytes, options: &TableOptions) -> Result<Table> {
    let mut sheet = Sheet::open(bytes, options)?;
    let schema = match &options.schema {
        Some(schema) => schema.clone(),
        None => survey(&mut sheet, options)?,
    };
    let places = places(&sheet, &schema)?;
    let mut columns: Vec<_> = schema.columns.iter().map(|column| Codes::new(&column.kind)).collect();
    let mut sheet = Sheet::open(bytes, options)?;
    let (mut rows, mut skipped) = (0, 0);
    while sheet.next()? {
        let cells: Vec<&str> = places.iter().map(|&place| sheet.cell(place)).collect();
        if options.skip_incomplete && cells.iter().any(|cell| cell.is_empty()) {
            skipped += 1;
            continue;
        }
        for ((codes, cell), column) in columns.iter_mut().zip(cells).zip(&schema.columns) {
            let expected = codes.add(cell).err();
            if let Some(expected) = expected {
                return Err(bytes.error(expected, format!("`{cell}` in {}", sheet.place(&column.name))));
            }
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(bytes.error("a table with at least one whole row", "none"));
    }
    let columns = columns.into_iter().map(|codes| codes.values).collect();
    Ok(Table::new(schema, columns, rows, skipped))
}

/// A first pass: what each column is.
fn survey(sheet: &mut Sheet<'_>, options: &TableOptions) -> Result<Schema> {
    let known: HashSet<&String> = sheet.names.iter().collect();
    let named = options
        .without
        .iter()
        .chain(&options.numbers)
        .chain(&options.categories);
    for name in named {
        if !known.contains(name) {
            return Err(sheet.no_column(name));
        }
    }
    let wanted = |name: &String| !options.without.contains(name);
    let places: Vec<usize> = (0..)
        .zip(&sheet.names)
        .filter(|(_, name)| wanted(name))
        .map(|(place, _)| place)
        .collect();
    let mut surveys: Vec<_> = places.iter().map(|_| Survey::new()).collect();
    while sheet.next()? {
        let skip = options.skip_incomplete && places.iter().any(|&place| sheet.cell(place).is_empty());
        for (survey, &place) in surveys.iter_mut().zip(&places).filter(|_| !skip) {
            survey.add(sheet.cell(place), options.most_categories);
        }
    }
    let mut columns = Vec::new();
    for (survey, place) in surveys.into_iter().zip(places) {
        let name = sheet.names.get(place).map(String::as_str).unwrap_or_default();
        let (numbers, category) = (has(&options.numbers, name), has(&options.categories, name));
        let column = survey.column(name, numbers, category, options.scaling);
        columns.push(column.map_err(|got| {
            let expected = format!("at most {} of them, or the column left out", options.most_categories);
            sheet.bytes.error(expected, got)
        })?);
    }
    Ok(Schema { columns })
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|other| other == name)
}

/// Where the columns of a schema are in a file.
fn places(sheet: &Sheet<'_>, schema: &Schema) -> Result<Vec<usize>> {
    let place = |name: &String| {
        let place = sheet.names.iter().position(|other| other == name);
        place.ok_or_else(|| sheet.no_column(name))
    };
    schema.columns.iter().map(|column| place(&column.name)).collect()
}

/// A file, row by row.
struct Sheet<'a> {
    bytes: &'a Bytes,
    reader: csv::Reader<Reader>,
    record: StringRecord,
    names: Vec<String>,
}

impl<'a> Sheet<'a> {
    fn open(bytes: &'a Bytes, options: &TableOptions) -> Result<Self> {
        let mut reader = ReaderBuilder::new()
            .delimiter(options.delimiter)
            .has_headers(options.names.is_none())
            .trim(Trim::All)
            .from_reader(bytes.reader()?);
        let names = match &options.names {
            Some(names) => names.clone(),
            None => {
                let names = reader.headers().map_err(|error| bytes.error("a table", error))?;
                names
                    .iter()
                    .map(|name| name.trim_start_matches('\u{feff}').to_owned())
                    .collect()
            }
        };
        let different: HashSet<&String> = names.iter().collect();
        if different.len() != names.len() || names.is_empty() || names.len() > MOST_COLUMNS {
            let got = format!("{} names, {} of them different", names.len(), different.len());
            return Err(bytes.error(format!("up to {MOST_COLUMNS} columns with names of their own"), got));
        }
        Ok(Self {
            bytes,
            reader,
            record: StringRecord::new(),
            names,
        })
    }

    /// Goes on to the next row, if there is one.
    fn next(&mut self) -> Result<bool> {
        let read = self.reader.read_record(&mut self.record);
        let read = read.map_err(|error| self.bytes.error("a table", error))?;
        if read && self.record.len() != self.names.len() {
            let expected = format!("{} cells in every row", self.names.len());
            let got = format!("{} in line {}", self.record.len(), self.line());
            return Err(self.bytes.error(expected, got));
        }
        Ok(read)
    }

    fn cell(&self, place: usize) -> &str {
        self.record.get(place).unwrap_or_default()
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn place(&self, column: &str) -> String {
        format!("line {}, column `{column}`", self.line())
    }

    fn no_column(&self, name: &str) -> Error {
        self.bytes.error(format!("a column `{name}`"), self.names.join(", "))
    }
}

/// Turns the cells of a column into numbers.
struct Codes<'a> {
    kind: &'a ColumnKind,
    by_name: HashMap<&'a str, u32>,
    values: Values,
}

impl<'a> Codes<'a> {
    fn new(kind: &'a ColumnKind) -> Self {
        let (by_name, values) = match kind {
            ColumnKind::Number { .. } => (HashMap::new(), Values::Numbers(Vec::new())),
            ColumnKind::Category { values } => {
                let names = values.iter().map(String::as_str).zip(0..).collect();
                (names, Values::Codes(Vec::new()))
            }
        };
        Self { kind, by_name, values }
    }

    /// An error says what would do.
    fn add(&mut self, cell: &str) -> Result<(), &'static str> {
        match (self.kind, &mut self.values) {
            (ColumnKind::Number { centre, spread, .. }, Values::Numbers(numbers)) => {
                let scaled = number(cell).map(|number| ((number - centre) / spread) as f32);
                let scaled = scaled.filter(|scaled| scaled.is_finite());
                numbers.push(scaled.ok_or("a finite number (or `TableOptions::skip_incomplete`)")?);
            }
            (_, Values::Codes(codes)) => codes.push(*self.by_name.get(cell).ok_or("a category of the schema")?),
            _ => {}
        }
        Ok(())
    }
}
