use std::borrow::Cow;
use std::sync::OnceLock;

use burn::prelude::Tensor;
use burn::tensor::Transaction;

use crate::{Error, Result};

/// The named figures of one round.
///
/// Figures that live on the device stay there until somebody asks; then all of the round are read in one
/// transaction.
#[derive(Debug, Default)]
pub struct Measurements {
    entries: Vec<(Cow<'static, str>, Figure)>,
    read: OnceLock<Vec<f64>>,
}

#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are a handful in a round, nearly all on the device"
)]
enum Figure {
    OnDevice(Tensor<1>),
    Known(f64),
}

impl Measurements {
    /// Adds a figure which lives on the device. A second one of the same name replaces the first.
    pub fn add(&mut self, name: impl Into<Cow<'static, str>>, value: Tensor<1>) {
        self.put(name.into(), Figure::OnDevice(value.inner()));
    }

    /// Adds a figure which is known already.
    pub fn add_known(&mut self, name: impl Into<Cow<'static, str>>, value: f64) {
        self.put(name.into(), Figure::Known(value));
    }

    fn put(&mut self, name: Cow<'static, str>, figure: Figure) {
        match self.entries.iter_mut().find(|(other, _)| *other == name) {
            Some(entry) => entry.1 = figure,
            None => self.entries.push((name, figure)),
        }
        self.read = OnceLock::new();
    }

    /// The names, in the order in which they were measured.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_ref())
    }

    /// The figure of this name, read from the device if need be.
    pub fn get(&self, name: &str) -> Result<Option<f64>> {
        let Some(index) = self.names().position(|other| other == name) else {
            return Ok(None);
        };
        Ok(self.values()?.get(index).copied())
    }

    /// All names and figures, read from the device in one transaction.
    pub fn all(&self) -> Result<Vec<(&str, f64)>> {
        Ok(self.names().zip(self.values()?.iter().copied()).collect())
    }

    fn values(&self) -> Result<&[f64]> {
        if let Some(values) = self.read.get() {
            return Ok(values);
        }
        let values = read(self.entries.iter().map(|(_, figure)| figure))?;
        Ok(self.read.get_or_init(|| values))
    }

    /// The figures of several rounds, read in one transaction.
    pub(crate) fn read_together<'a>(rounds: impl Iterator<Item = &'a Self>) -> Result<()> {
        let unread: Vec<&Self> = rounds.filter(|round| round.read.get().is_none()).collect();
        let figures = unread
            .iter()
            .flat_map(|round| round.entries.iter().map(|(_, figure)| figure));
        let mut values = read(figures)?.into_iter();
        for round in unread {
            let own: Vec<f64> = values.by_ref().take(round.entries.len()).collect();
            let _ = round.read.set(own);
        }
        Ok(())
    }
}

impl Clone for Measurements {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            read: self.read.clone(),
        }
    }
}

fn read<'a>(figures: impl Iterator<Item = &'a Figure> + Clone) -> Result<Vec<f64>> {
    let mut transaction = Transaction::default();
    let mut waiting = 0;
    for figure in figures.clone() {
        if let Figure::OnDevice(tensor) = figure {
            transaction = transaction.register(tensor.clone());
            waiting += 1;
        }
    }
    let data = if waiting == 0 {
        Vec::new()
    } else {
        transaction.try_execute().map_err(Error::device)?
    };
    let mut data = data
        .into_iter()
        .map(|data| data.iter::<f64>().next().unwrap_or(f64::NAN));
    let value = |figure: &Figure| match figure {
        Figure::Known(value) => *value,
        Figure::OnDevice(_) => data.next().unwrap_or(f64::NAN),
    };
    Ok(figures.map(value).collect())
}
