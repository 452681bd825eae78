use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::record::RunRecord;

/// Where two runs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs: `seed`, `figures.loss/generator`, `players.0.digest`.
    pub what: String,
    /// What the first run has there.
    pub first: String,
    /// What the second has.
    pub second: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} and {}", self.what, self.first, self.second)
    }
}

/// What may differ between equal runs.
const CIRCUMSTANCES: [&str; 6] = ["command", "versions", "machine", "started", "ended", "resumed"];

impl RunRecord {
    /// What must be equal if this run repeats the other: games, players with their networks' digests, seed,
    /// budget, settings, data, ending, rounds and figures, to the last bit.
    ///
    /// # Example
    /// ```
    /// use agon_observe::RunRecord;
    ///
    /// let first = RunRecord { seed: 7, ..RunRecord::default() };
    /// let second = RunRecord { seed: 8, ..RunRecord::default() };
    /// assert_eq!(first.differences(&second)[0].to_string(), "seed: 7 and 8");
    /// ```
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        self.compared(other, |part| !CIRCUMSTANCES.contains(&part))
    }

    /// What may differ and still explain why results do: versions, machine, command line, times.
    pub fn circumstances(&self, other: &Self) -> Vec<Difference> {
        self.compared(other, |part| CIRCUMSTANCES.contains(&part))
    }

    fn compared(&self, other: &Self, wanted: impl Fn(&str) -> bool) -> Vec<Difference> {
        let parts = |record: &Self| match serde_json::to_value(record) {
            Ok(Value::Object(parts)) => parts,
            _ => serde_json::Map::new(),
        };
        let (first, second) = (parts(self), parts(other));
        let mut found = Vec::new();
        for (name, value) in first.iter().filter(|(name, _)| wanted(name)) {
            compare(name, value, second.get(name).unwrap_or(&Value::Null), &mut found);
        }
        found
    }
}

/// Walks down both values and notes the leaves that differ.
fn compare(what: &str, first: &Value, second: &Value, found: &mut Vec<Difference>) {
    match (first, second) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let [x, y] = [a, b].map(|side| side.get(key).unwrap_or(&Value::Null));
                compare(&format!("{what}.{key}"), x, y, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                compare(&format!("{what}.{i}"), x, y, found);
            }
        }
        _ if first == second => {}
        _ => found.push(Difference {
            what: what.to_owned(),
            first: first.to_string(),
            second: second.to_string(),
        }),
    }
}
