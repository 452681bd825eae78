use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Protocol, Report};

/// Where a value lies, and with which confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    #[serde(with = "crate::number")]
    pub low: f64,
    /// The upper end.
    #[serde(with = "crate::number")]
    pub high: f64,
    /// The confidence, such as 0.95.
    pub level: f64,
}

impl Interval {
    /// `value` plus and minus 1.96 standard errors: the 95 % interval of what is nearly normal.
    pub fn normal(value: f64, standard_error: f64) -> Self {
        let reach = 1.959_963_984_540_054 * standard_error;
        Self {
            low: value - reach,
            high: value + reach,
            level: 0.95,
        }
    }

    /// The 95 % interval of a share (Wilson's, which holds near 0 and 1 too).
    pub fn proportion(hits: usize, of: usize) -> Self {
        let (n, z) = (of.max(1) as f64, 1.959_963_984_540_054);
        let share = hits as f64 / n;
        let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let reach = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        Self {
            low: (centre - reach).max(0.0),
            high: (centre + reach).min(1.0),
            level: 0.95,
        }
    }
}

/// What would be best.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Goal {
    /// The lower the better.
    #[default]
    Lowest,
    /// The higher the better.
    Highest,
    /// The nearer to this the better.
    Near(f64),
}

/// A value with all that it takes to trust and to compare it.
///
/// # Example
/// ```
/// use agon_metrics::{Figure, Goal, Interval, Protocol};
///
/// let figure = Figure::new("precision", 0.75)
///     .of(1000, 1000)
///     .goal(Goal::Highest)
///     .interval(Interval { low: 0.72, high: 0.78, level: 0.95 })
///     .protocol(Protocol::new().with("k", 5));
/// println!("{figure}");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is called.
    pub name: String,
    /// The value.
    #[serde(with = "crate::number")]
    pub value: f64,
    /// Where the value would lie, were it measured again on other samples.
    pub interval: Option<Interval>,
    /// The standard deviation over the parts it is a mean of: subsets, splits, repeats.
    pub spread: Option<f64>,
    /// How many real samples it saw; 0 if it needs none, or if they are statistics that do not say.
    pub real: usize,
    /// How many generated samples it saw.
    pub fake: usize,
    /// What would be best.
    pub goal: Goal,
    /// How it was made.
    pub protocol: Protocol,
}

impl Figure {
    /// A value and what it is called; the lower the better, unless [`goal`](Self::goal) says otherwise.
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            value,
            interval: None,
            spread: None,
            real: 0,
            fake: 0,
            goal: Goal::Lowest,
            protocol: Protocol::default(),
        }
    }

    /// Of so many real and so many generated samples.
    pub fn of(mut self, real: usize, fake: usize) -> Self {
        self.real = real;
        self.fake = fake;
        self
    }

    /// With what would be best.
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = goal;
        self
    }

    /// With an interval.
    pub fn interval(mut self, interval: Interval) -> Self {
        self.interval = Some(interval);
        self
    }

    /// With the standard deviation over the parts it is a mean of.
    pub fn spread(mut self, spread: f64) -> Self {
        self.spread = Some(spread);
        self
    }

    /// With how it was made.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Report::from(vec![self.clone()]).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_keeps_an_interval_at_its_ends() {
        let (none, half, all) = (
            Interval::proportion(0, 20),
            Interval::proportion(10, 20),
            Interval::proportion(20, 20),
        );
        assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 1e-4, "{none:?}");
        assert!(
            (half.low - 0.2993).abs() < 1e-4 && (half.high - 0.7007).abs() < 1e-4,
            "{half:?}"
        );
        assert!(
            (all.low - (1.0 - none.high)).abs() < 1e-12 && all.high == 1.0,
            "{all:?}"
        );
    }

    #[test]
    fn a_figure_survives_json_even_if_it_is_infinite() {
        for value in [0.1, f64::INFINITY, f64::NEG_INFINITY] {
            let figure = Figure::new("KL", value)
                .of(3, 4)
                .interval(Interval::normal(value, 0.5))
                .protocol(Protocol::new().with("k", 5).extracted_by("glyphs"));
            let text = serde_json::to_string(&figure).unwrap();
            assert_eq!(serde_json::from_str::<Figure>(&text).unwrap(), figure, "{text}");
        }
        let text = serde_json::to_string(&Figure::new("KL", f64::NAN)).unwrap();
        assert!(serde_json::from_str::<Figure>(&text).unwrap().value.is_nan(), "{text}");
    }
}
