use std::ops::Range;

use burn::prelude::Tensor;

use crate::error::{Error, Result, ensure};

/// How rows of a table are laid out as features, and how features become rows again.
///
/// A number is one feature, standardised: `(x - mean) / sd`. A category is as many features as there are
/// categories, of which one is 1 and the others 0.
#[derive(Debug, Clone, PartialEq)]
pub struct TabularSchema {
    pub(super) fields: Vec<Field>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Where its features lie in a row.
    pub features: Range<usize>,
}

/// What a column of a table holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// Numbers with this mean and standard deviation.
    Number {
        /// What is taken off.
        mean: f64,
        /// What is divided by.
        sd: f64,
    },
    /// One of these.
    Category {
        /// Their names, in the order of their features.
        names: Vec<String>,
    },
}

/// An entry of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// The number of a category, from 0.
    Category(usize),
}

impl Value {
    /// The number, if it is one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Category(_) => None,
        }
    }

    /// The category, if it is one.
    pub fn category(self) -> Option<usize> {
        match self {
            Self::Number(_) => None,
            Self::Category(category) => Some(category),
        }
    }
}

impl TabularSchema {
    /// The columns, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.fields.last().map_or(0, |field| field.features.end)
    }

    /// The features of a row, which has a value for each column.
    pub(super) fn encode(&self, row: &[Value], features: &mut Vec<f32>) {
        for (field, value) in self.fields.iter().zip(row) {
            match (&field.kind, value) {
                (FieldKind::Number { mean, sd }, Value::Number(number)) => features.push(((number - mean) / sd) as f32),
                (FieldKind::Category { names }, Value::Category(category)) => {
                    features.extend((0..names.len()).map(|i| f32::from(u8::from(i == *category))));
                }
                // A row is made by the columns the fields are made of.
                _ => features.extend(field.features.clone().map(|_| f32::NAN)),
            }
        }
    }

    /// The rows that features stand for: of categories, the one with the greatest feature.
    ///
    /// # Shapes
    /// `samples`: `[n, features]`.
    ///
    /// # Errors
    /// If the samples have another width, or cannot be read from their device.
    pub fn decode(&self, samples: Tensor<2>) -> Result<Vec<Vec<Value>>> {
        let (width, features) = (samples.dims()[1], self.features());
        ensure(
            width == features,
            "the features of a table's rows",
            &features.to_string(),
            width,
        )?;
        let values = samples.try_into_vec_as::<f32>();
        let values = values.map_err(|error| Error::Device(error.to_string()))?;
        Ok(values.chunks(features.max(1)).map(|row| self.row(row)).collect())
    }

    fn row(&self, features: &[f32]) -> Vec<Value> {
        let value = |field: &Field| match &field.kind {
            FieldKind::Number { mean, sd } => Value::Number(f64::from(features[field.features.start]) * sd + mean),
            FieldKind::Category { .. } => {
                let own = features[field.features.clone()].iter().enumerate();
                let greatest = own.max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)));
                Value::Category(greatest.map_or(0, |(i, _)| i))
            }
        };
        self.fields.iter().map(value).collect()
    }
}
