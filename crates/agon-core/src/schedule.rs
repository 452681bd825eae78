use std::fmt;
use std::sync::Arc;

/// How the learning rate changes with the number of updates, or of rounds ([`Pacing`](crate::Pacing)): a factor, and nothing
/// to save or restore.
#[derive(Clone, Default)]
pub enum Schedule {
    /// The same rate throughout.
    #[default]
    Constant,
    /// The full rate for `after` updates, then in a straight line to `end` times it over `over` updates.
    Linear {
        /// When the change begins.
        after: u64,
        /// How long it takes.
        over: u64,
        /// The factor from then on.
        end: f64,
    },
    /// Half a cosine from the full rate to `end` times it, over `over` updates.
    Cosine {
        /// How long it takes.
        over: u64,
        /// The factor from then on.
        end: f64,
    },
    /// Multiplied by `factor` at every update.
    Exponential {
        /// The factor of one update.
        factor: f64,
    },
    /// Multiplied by `factor` at every `every`-th update.
    Steps {
        /// Updates between two changes.
        every: u64,
        /// The factor of one change.
        factor: f64,
    },
    /// In a straight line from nothing over `over` updates, then as `then` says.
    Warmup {
        /// How long it takes.
        over: u64,
        /// What follows.
        then: Box<Schedule>,
    },
    /// Any function of the number of updates made so far.
    Custom(Arc<dyn Fn(u64) -> f64 + Send + Sync>),
}

impl Schedule {
    /// The full rate for the first half of so many updates, then in a straight line to `end` times it at the last.
    ///
    /// # Example
    /// ```
    /// use agon_core::Schedule;
    ///
    /// let schedule = Schedule::second_half(1_000, 0.5);
    /// assert_eq!((schedule.factor(500), schedule.factor(1_000)), (1.0, 0.5));
    /// ```
    pub fn second_half(updates: u64, end: f64) -> Self {
        Self::Linear {
            after: updates / 2,
            over: updates - updates / 2,
            end,
        }
    }

    /// The factor for the update after `updates` updates.
    pub fn factor(&self, updates: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Linear { after, over, end } => {
                let t = part(updates.saturating_sub(*after), *over);
                1.0 + (end - 1.0) * t
            }
            Self::Cosine { over, end } => {
                let t = part(updates, *over);
                end + (1.0 - end) * 0.5 * (1.0 + (std::f64::consts::PI * t).cos())
            }
            Self::Exponential { factor } => factor.powf(updates as f64),
            Self::Steps { every, factor } => factor.powf((updates / (*every).max(1)) as f64),
            Self::Warmup { over, then } if updates < *over => part(updates + 1, *over) * then.factor(0),
            Self::Warmup { over, then } => then.factor(updates - over),
            Self::Custom(function) => function(updates),
        }
    }
}

impl Schedule {
    /// The factor that it was told, if it was: what it ends at, or what it multiplies by again and again.
    pub(crate) fn told_factor(&self) -> Option<f64> {
        match self {
            Self::Linear { end, .. } | Self::Cosine { end, .. } => Some(*end),
            Self::Exponential { factor } | Self::Steps { factor, .. } => Some(*factor),
            Self::Warmup { then, .. } => then.told_factor(),
            Self::Constant | Self::Custom(_) => None,
        }
    }
}

fn part(done: u64, of: u64) -> f64 {
    if of == 0 {
        1.0
    } else {
        (done as f64 / of as f64).min(1.0)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("Constant"),
            Self::Linear { after, over, end } => write!(f, "Linear({after}, {over}, {end})"),
            Self::Cosine { over, end } => write!(f, "Cosine({over}, {end})"),
            Self::Exponential { factor } => write!(f, "Exponential({factor})"),
            Self::Steps { every, factor } => write!(f, "Steps({every}, {factor})"),
            Self::Warmup { over, then } => write!(f, "Warmup({over}, {then:?})"),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn linear_holds_then_falls_to_its_end() {
        let schedule = Schedule::Linear {
            after: 100,
            over: 100,
            end: 0.0,
        };
        let factors = [0, 100, 150, 200, 300].map(|t| schedule.factor(t));
        assert_eq!(factors, [1.0, 1.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn the_second_half_falls_to_the_end() {
        for updates in [0, 1, 9, 10] {
            let schedule = Schedule::second_half(updates, 0.5);
            assert_eq!(schedule.factor(updates), 0.5, "{updates}");
            assert!(updates == 0 || schedule.factor(updates / 2) == 1.0, "{updates}");
        }
    }

    #[test]
    fn warmup_hands_over_to_what_follows() {
        let then = Schedule::Steps { every: 10, factor: 0.5 };
        let schedule = Schedule::Warmup {
            over: 4,
            then: Box::new(then),
        };
        let factors = [0, 3, 4, 13, 14].map(|t| schedule.factor(t));
        assert_eq!(factors, [0.25, 1.0, 1.0, 1.0, 0.5]);
    }

    #[test]
    fn steps_multiply_and_never_divide_by_nothing() {
        let at = |every, updates| Schedule::Steps { every, factor: 0.5 }.factor(updates);
        assert_eq!([0, 9, 10, 29, 30].map(|t| at(10, t)), [1.0, 1.0, 0.5, 0.25, 0.125]);
        assert_eq!([0, 1, 2].map(|t| at(0, t)), [1.0, 0.5, 0.25]);
    }

    #[test]
    fn cosine_is_half_way_in_the_middle() {
        let schedule = Schedule::Cosine { over: 10, end: 0.2 };
        assert!((schedule.factor(5) - 0.6).abs() < 1e-12);
        assert!((schedule.factor(99) - 0.2).abs() < 1e-12);
    }
}
