//! What is known about a table before any row of it is drawn.

use super::column::{Column, Kind, Mode};
use super::world::{Tabular, category};
use crate::error::{Error, Result};
use crate::table::{self, ColumnKind, Schema};

impl Tabular {
    /// The true probabilities of a column's categories.
    ///
    /// # Errors
    /// If there is no such column of categories, or the columns cannot be.
    pub fn marginal(&self, column: &str) -> Result<Vec<f64>> {
        let parents = self.check()?;
        let (place, _) = category(&self.columns, column)?;
        Ok(self.marginals(&parents).swap_remove(place))
    }

    /// The true probabilities of each pair of categories of two columns: a row for each of the first, an entry
    /// for each of the second.
    ///
    /// # Errors
    /// If there are no such columns of categories, or the columns cannot be.
    pub fn joint(&self, first: &str, second: &str) -> Result<Vec<Vec<f64>>> {
        let parents = self.check()?;
        let (place, names) = category(&self.columns, first)?;
        let (other, _) = category(&self.columns, second)?;
        let marginal = self.marginals(&parents).swap_remove(place);
        let row = |(case, &weight): (usize, &f64)| {
            let given = self.given(&parents, place, case);
            given.map_or_else(
                || vec![0.0; self.cases(other)],
                |given| given[other].iter().map(|p| p * weight).collect(),
            )
        };
        Ok(marginal.iter().enumerate().take(names.len()).map(row).collect())
    }

    /// The true distribution of a column of numbers, its weights summing to 1: of all rows, or of those with
    /// this category in that column. No modes: there are no such rows.
    ///
    /// # Errors
    /// If there is no such column or category, or the columns cannot be.
    pub fn modes(&self, column: &str, given: Option<(&str, &str)>) -> Result<Vec<Mode>> {
        let parents = self.check()?;
        let is_number = |other: &&Column| other.name == column && matches!(other.kind, Kind::Number { .. });
        let place = self.columns.iter().position(|other| is_number(&other));
        let place = place.ok_or_else(|| Error::config("a column of numbers", "one of the table", column))?;
        let marginals = match given {
            None => Some(self.marginals(&parents)),
            Some((other, name)) => {
                let (other, names) = category(&self.columns, other)?;
                let case = names.iter().position(|known| known == name);
                let known = || Error::config("a category", names.join(", "), name);
                self.given(&parents, other, case.ok_or_else(known)?)
            }
        };
        Ok(marginals.map_or_else(Vec::new, |marginals| self.mixture(&parents, &marginals, place)))
    }

    /// The probabilities of every column's categories; columns of numbers have none.
    fn marginals(&self, parents: &[Option<usize>]) -> Vec<Vec<f64>> {
        self.propagated(parents, None)
    }

    /// As [`marginals`](Self::marginals), of the rows with this category in this column. `None`: there are none.
    ///
    /// Columns form a forest, in which a category says something about the columns above it, by Bayes' rule, and
    /// these about all that hang on them.
    fn given(&self, parents: &[Option<usize>], place: usize, case: usize) -> Option<Vec<Vec<f64>>> {
        let marginals = self.marginals(parents);
        // The way up: the probability of what is known, given each category of the columns above.
        let mut known = vec![None; self.columns.len()];
        let mut evidence: Vec<f64> = (0..self.cases(place)).map(|i| f64::from(u8::from(i == case))).collect();
        let mut at = place;
        loop {
            let here = &marginals[at];
            let total: f64 = here.iter().zip(&evidence).map(|(p, e)| p * e).sum();
            if total <= 0.0 {
                return None;
            }
            known[at] = Some(
                here.iter()
                    .zip(&evidence)
                    .map(|(p, e)| p * e / total)
                    .collect::<Vec<f64>>(),
            );
            let Some(parent) = parents[at] else {
                break;
            };
            let likely = |weights: &[f64]| weights.iter().zip(&evidence).map(|(w, e)| w * e).sum();
            evidence = (0..self.cases(parent)).map(|i| likely(&self.weights(at, i))).collect();
            at = parent;
        }
        Some(self.propagated(parents, Some(&known)))
    }

    /// The way down: each column's categories from those of the column it depends on, unless they are known.
    fn propagated(&self, parents: &[Option<usize>], known: Option<&[Option<Vec<f64>>]>) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = Vec::with_capacity(self.columns.len());
        for (place, parent) in parents.iter().enumerate() {
            let given = known.and_then(|known| known[place].clone());
            let own = given.unwrap_or_else(|| {
                let cases = parent.map_or_else(|| vec![1.0], |parent| all[parent].clone());
                let mut own = vec![0.0; self.cases(place)];
                for (case, p) in cases.into_iter().enumerate() {
                    let weights = self.weights(place, case);
                    own.iter_mut().zip(weights).for_each(|(own, weight)| *own += p * weight);
                }
                own
            });
            all.push(own);
        }
        all
    }

    /// How many categories a column has; one of numbers has none.
    fn cases(&self, place: usize) -> usize {
        match &self.columns[place].kind {
            Kind::Category { names, .. } => names.len(),
            Kind::Number { .. } => 0,
        }
    }

    /// The probabilities of a column's categories in a case of the column it depends on.
    fn weights(&self, place: usize, case: usize) -> Vec<f64> {
        match &self.columns[place].kind {
            Kind::Category { weights, .. } => {
                let total: f64 = weights[case].iter().sum();
                weights[case].iter().map(|weight| weight / total).collect()
            }
            Kind::Number { .. } => Vec::new(),
        }
    }

    fn mixture(&self, parents: &[Option<usize>], marginals: &[Vec<f64>], place: usize) -> Vec<Mode> {
        let Kind::Number { modes } = &self.columns[place].kind else {
            return Vec::new();
        };
        let cases = parents[place].map_or_else(|| vec![1.0], |parent| marginals[parent].clone());
        let case = |(p, modes): (f64, &Vec<Mode>)| {
            let total: f64 = modes.iter().map(|mode| mode.weight).sum();
            let share = move |mode: &Mode| Mode {
                weight: p * mode.weight / total,
                ..*mode
            };
            modes
                .iter()
                .map(share)
                .filter(|mode| mode.weight > 0.0)
                .collect::<Vec<_>>()
        };
        cases.into_iter().zip(modes).flat_map(case).collect()
    }

    /// The schema of checked columns.
    pub(super) fn laid_out(&self, parents: &[Option<usize>]) -> Schema {
        let marginals = self.marginals(parents);
        let column = |(place, column): (usize, &Column)| table::Column {
            name: column.name.clone(),
            kind: match &column.kind {
                Kind::Category { names, .. } => ColumnKind::Category { values: names.clone() },
                Kind::Number { .. } => standard(&self.mixture(parents, &marginals, place)),
            },
        };
        Schema::new(self.columns.iter().enumerate().map(column).collect())
    }
}

/// Mean and standard deviation of a mixture, by the law of total variance. What never varies is divided by 1.
fn standard(modes: &[Mode]) -> ColumnKind {
    let mean: f64 = modes.iter().map(|mode| mode.weight * mode.mean).sum();
    let variance = modes
        .iter()
        .map(|mode| mode.weight * (mode.sd.powi(2) + (mode.mean - mean).powi(2)));
    let sd = variance.sum::<f64>().sqrt();
    ColumnKind::Number {
        centre: mean,
        spread: if sd > 0.0 { sd } else { 1.0 },
        whole: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    const ROWS: usize = 20_000;

    fn rows() -> Vec<Vec<Value>> {
        Tabular::seaside().rows(ROWS, 3).unwrap()
    }

    fn category(row: &[Value], place: usize) -> usize {
        row[place].category().unwrap()
    }

    #[test]
    fn categories_are_as_often_together_as_the_truth_says() {
        let (table, rows) = (Tabular::seaside(), rows());
        let names = ["season", "weather", "activity"];
        for (a, first) in names.into_iter().enumerate() {
            for (b, second) in names.into_iter().enumerate() {
                let truth = table.joint(first, second).unwrap();
                for (i, row) in truth.iter().enumerate() {
                    for (j, &expected) in row.iter().enumerate() {
                        let both = rows.iter().filter(|row| category(row, a) == i && category(row, b) == j);
                        let found = both.count() as f64 / ROWS as f64;
                        assert!(
                            (found - expected).abs() < 0.012,
                            "{first} {i}, {second} {j}: {found}, {expected}"
                        );
                    }
                }
                let total: f64 = truth.iter().flatten().sum();
                assert!((total - 1.0).abs() < 1e-12);
            }
            let diagonal = table.joint(first, first).unwrap();
            for (i, p) in table.marginal(first).unwrap().into_iter().enumerate() {
                assert!((diagonal[i][i] - p).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn numbers_are_distributed_as_the_truth_says() {
        let (table, rows) = (Tabular::seaside(), rows());
        // Below and above, in all rows and in those with a category of a column near or far.
        for (column, place, given) in [
            ("temperature", 3, None),
            ("temperature", 3, Some(("season", "winter", 0, 2))),
            ("temperature", 3, Some(("weather", "fog", 1, 2))),
            ("spent", 4, Some(("season", "summer", 0, 1))),
            ("spent", 4, Some(("activity", "harbour", 2, 2))),
        ] {
            let modes = table
                .modes(column, given.map(|(other, name, ..)| (other, name)))
                .unwrap();
            assert!((modes.iter().map(|mode| mode.weight).sum::<f64>() - 1.0).abs() < 1e-12);
            let chosen = rows
                .iter()
                .filter(|row| given.is_none_or(|(_, _, at, case)| category(row, at) == case));
            let numbers: Vec<f64> = chosen.map(|row| row[place].number().unwrap()).collect();
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            let squares = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
            let ColumnKind::Number {
                centre: expected,
                spread: sd,
                ..
            } = standard(&modes)
            else {
                unreachable!();
            };
            assert!(
                (mean - expected).abs() < 5.0 * sd / (numbers.len() as f64).sqrt(),
                "{column}: {mean}, {expected}"
            );
            assert!(
                (squares.sqrt() / sd - 1.0).abs() < 0.04,
                "{column}: {}, {sd}",
                squares.sqrt()
            );
        }
    }

    #[test]
    fn what_cannot_be_has_no_distribution() {
        let table = Tabular::new()
            .category("a", &["x", "never"], &[1.0, 0.0])
            .number("b", &[Mode::new(1.0, 2.0, 0.0)]);
        assert_eq!(table.modes("b", Some(("a", "never"))).unwrap(), []);
        assert_eq!(table.modes("b", None).unwrap(), [Mode::new(1.0, 2.0, 0.0)]);
        assert_eq!(table.joint("a", "a").unwrap(), [[1.0, 0.0], [0.0, 0.0]]);
        assert!(table.modes("a", None).is_err() && table.marginal("b").is_err());
        assert!(table.modes("b", Some(("a", "y"))).is_err());
        assert!(table.joint("a", "c").is_err());
    }
}
