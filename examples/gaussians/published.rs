//! Published figures.

use std::fmt;

use serde_json::{Value, json};

use crate::Layout;
use crate::method::Method;

/// A row of a published table: means, and standard errors where there are any.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    source: &'static str,
    modes: (f64, Option<f64>),
    /// In percent.
    high_quality: (f64, Option<f64>),
    reverse_kl: Option<(f64, f64)>,
}

/// What was published of the method on the layout.
pub fn rows(layout: Layout, method: Method) -> Vec<Row> {
    use Layout::{Grid, Ring};
    match (layout, method) {
        (Ring, Method::Gan) => vec![
            pacgan("PacGAN, table 1: GAN", (6.3, 0.5), (98.2, 0.2), (0.45, 0.09)),
            veegan("VEEGAN, table 1: GAN", 1.0, 99.3),
        ],
        (Grid, Method::Gan) => vec![
            pacgan("PacGAN, table 1: GAN", (17.3, 0.8), (94.8, 0.7), (0.70, 0.07)),
            veegan("VEEGAN, table 1: GAN", 3.3, 0.5),
        ],
        (Ring, Method::Pacgan2) => vec![pacgan(
            "PacGAN, table 1: PacGAN2",
            (7.9, 0.1),
            (95.6, 2.0),
            (0.07, 0.03),
        )],
        (Grid, Method::Pacgan2) => vec![pacgan(
            "PacGAN, table 1: PacGAN2",
            (23.8, 0.7),
            (91.3, 0.8),
            (0.13, 0.04),
        )],
        (Ring, Method::Pacgan3) => vec![pacgan(
            "PacGAN, table 1: PacGAN3",
            (7.8, 0.1),
            (97.7, 0.3),
            (0.10, 0.02),
        )],
        (Grid, Method::Pacgan3) => vec![pacgan(
            "PacGAN, table 1: PacGAN3",
            (24.6, 0.4),
            (94.2, 0.4),
            (0.06, 0.02),
        )],
        (Ring, Method::Pacgan4) => vec![pacgan(
            "PacGAN, table 1: PacGAN4",
            (7.8, 0.1),
            (95.9, 1.4),
            (0.07, 0.02),
        )],
        (Grid, Method::Pacgan4) => vec![pacgan(
            "PacGAN, table 1: PacGAN4",
            (24.8, 0.2),
            (93.6, 0.6),
            (0.04, 0.01),
        )],
        (Ring, Method::Unrolled) => vec![veegan("VEEGAN, table 1: unrolled", 7.6, 35.6)],
        (Grid, Method::Unrolled) => vec![veegan("VEEGAN, table 1: unrolled", 23.6, 16.0)],
        _ => Vec::new(),
    }
}

/// 10 trials, means and standard errors.
fn pacgan(source: &'static str, modes: (f64, f64), high_quality: (f64, f64), reverse_kl: (f64, f64)) -> Row {
    let with_error = |(mean, error)| (mean, Some(error));
    Row {
        source,
        modes: with_error(modes),
        high_quality: with_error(high_quality),
        reverse_kl: Some(reverse_kl),
    }
}

/// 5 trials, means alone; the same rule, another protocol.
fn veegan(source: &'static str, modes: f64, high_quality: f64) -> Row {
    Row {
        source,
        modes: (modes, None),
        high_quality: (high_quality, None),
        reverse_kl: None,
    }
}

impl Row {
    pub fn json(&self) -> Value {
        json!({
            "source": self.source,
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
        write!(f, "{:<28}{modes:<16}{quality:<18}", self.source)?;
        match self.reverse_kl {
            Some((mean, error)) => write!(f, "{mean} +- {error}"),
            None => write!(f, "-"),
        }
    }
}
