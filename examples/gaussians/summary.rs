//! Means over runs, with their standard errors.

use std::fmt;

use agon::data::Coverage;
use serde_json::{Value, json};

/// A mean, and its standard error if there are two runs or more.
#[derive(Debug, Clone, Copy)]
struct Mean {
    mean: f64,
    error: Option<f64>,
}

/// What several runs came to.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    modes: Mean,
    high_quality: Mean,
    reverse_kl: Mean,
}

impl Mean {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt());
        Self { mean, error }
    }

    fn show(self, digits: usize, unit: &str) -> String {
        match self.error {
            Some(error) => format!("{:.digits$}{unit} +- {error:.digits$}", self.mean),
            None => format!("{:.digits$}{unit}", self.mean),
        }
    }
}

impl Summary {
    pub fn of(runs: &[Coverage]) -> Self {
        Self {
            modes: Mean::of(runs.iter().map(|run| run.modes as f64)),
            high_quality: Mean::of(runs.iter().map(|run| run.high_quality)),
            reverse_kl: Mean::of(runs.iter().map(|run| run.reverse_kl)),
        }
    }

    /// Adds the figures to a report: `modes`, `high_quality` (a share, 0 to 1), `reverse_kl` (nats), and each
    /// with `_se`.
    pub fn add_to(&self, report: &mut Value) {
        let figures = [
            ("modes", self.modes),
            ("high_quality", self.high_quality),
            ("reverse_kl", self.reverse_kl),
        ];
        for (name, figure) in figures {
            report[name] = json!(figure.mean);
            report[format!("{name}_se")] = json!(figure.error);
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |x: f64| 100.0 * x;
        let quality = Mean {
            mean: percent(self.high_quality.mean),
            error: self.high_quality.error.map(percent),
        };
        let (modes, quality) = (self.modes.show(1, ""), quality.show(2, " %"));
        write!(f, "{modes:<16}{quality:<18}{}", self.reverse_kl.show(3, ""))
    }
}
