//! Published figures.

use std::fmt;

use serde_json::{Value, json};

use crate::layout::Layout;
use crate::method::Method;

/// A row of a published table: means, and standard errors where there are any.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Whose table 1.
    paper: &'static str,
    row: &'static str,
    modes: (f64, Option<f64>),
    /// In percent.
    high_quality: (f64, Option<f64>),
    reverse_kl: Option<(f64, f64)>,
}

/// What was published of the method on the layout.
#[rustfmt::skip]
pub fn rows(layout: Layout, method: Method) -> Vec<Row> {
    use {Layout::{Grid, Ring}, Method::{Ali, Gan, Pacgan2, Pacgan3, Pacgan4, Unrolled, Veegan, VeeganLearned}};
    match (layout, method) {
        (Ring, Gan) => vec![pacgan("GAN", (6.3, 0.5), (98.2, 0.2), (0.45, 0.09)), veegan("GAN", 1.0, 99.3)],
        (Grid, Gan) => vec![pacgan("GAN", (17.3, 0.8), (94.8, 0.7), (0.70, 0.07)), veegan("GAN", 3.3, 0.5)],
        (Ring, Ali) => vec![pacgan("ALI", (6.6, 0.3), (97.6, 0.4), (0.36, 0.04)), veegan("ALI", 2.8, 0.13)],
        (Grid, Ali) => vec![pacgan("ALI", (24.1, 0.4), (95.7, 0.6), (0.14, 0.03)), veegan("ALI", 15.8, 1.6)],
        (Ring, Pacgan2) => vec![pacgan("PacGAN2", (7.9, 0.1), (95.6, 2.0), (0.07, 0.03))],
        (Grid, Pacgan2) => vec![pacgan("PacGAN2", (23.8, 0.7), (91.3, 0.8), (0.13, 0.04))],
        (Ring, Pacgan3) => vec![pacgan("PacGAN3", (7.8, 0.1), (97.7, 0.3), (0.10, 0.02))],
        (Grid, Pacgan3) => vec![pacgan("PacGAN3", (24.6, 0.4), (94.2, 0.4), (0.06, 0.02))],
        (Ring, Pacgan4) => vec![pacgan("PacGAN4", (7.8, 0.1), (95.9, 1.4), (0.07, 0.02))],
        (Grid, Pacgan4) => vec![pacgan("PacGAN4", (24.8, 0.2), (93.6, 0.6), (0.04, 0.01))],
        (Ring, Veegan | VeeganLearned) => vec![veegan("VEEGAN", 8.0, 52.9)],
        (Grid, Veegan | VeeganLearned) => vec![veegan("VEEGAN", 24.6, 40.0)],
        (Ring, Unrolled) => vec![veegan("unrolled", 7.6, 35.6)],
        (Grid, Unrolled) => vec![veegan("unrolled", 23.6, 16.0)],
        _ => Vec::new(),
    }
}

/// 10 trials, means and standard errors.
fn pacgan(row: &'static str, modes: (f64, f64), high_quality: (f64, f64), reverse_kl: (f64, f64)) -> Row {
    let with_error = |(mean, error)| (mean, Some(error));
    Row {
        paper: "PacGAN",
        row,
        modes: with_error(modes),
        high_quality: with_error(high_quality),
        reverse_kl: Some(reverse_kl),
    }
}

/// 5 trials, means alone; the same rule, another protocol.
fn veegan(row: &'static str, modes: f64, high_quality: f64) -> Row {
    Row {
        paper: "VEEGAN",
        row,
        modes: (modes, None),
        high_quality: (high_quality, None),
        reverse_kl: None,
    }
}

impl Row {
    fn source(&self) -> String {
        format!("{}, table 1: {}", self.paper, self.row)
    }

    pub fn json(&self) -> Value {
        json!({
            "source": self.source(),
            "modes": self.modes.0, "modes_se": self.modes.1,
            "high_quality": self.high_quality.0 / 100.0, "high_quality_se": self.high_quality.1.map(|se| se / 100.0),
            "reverse_kl": self.reverse_kl.map(|(mean, _)| mean), "reverse_kl_se": self.reverse_kl.map(|(_, se)| se),
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_error = |(mean, error): (f64, Option<f64>), unit: &str| match error {
            Some(error) => format!("{mean}{unit} +- {error}"),
            None => format!("{mean}{unit}"),
        };
        let (modes, quality) = (with_error(self.modes, ""), with_error(self.high_quality, " %"));
        write!(f, "{:<28}{modes:<16}{quality:<18}", self.source())?;
        match self.reverse_kl {
            Some((mean, error)) => write!(f, "{mean} +- {error}"),
            None => write!(f, "-"),
        }
    }
}
