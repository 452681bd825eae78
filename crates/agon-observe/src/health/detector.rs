use super::symptom::Limit;

/// A smoothed figure and how long it has been beyond its limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Detector {
    smooth: Option<f64>,
    /// The round in which it went beyond the limit, unless it has been well since.
    since: Option<u64>,
    /// The round of the last alarm of a trouble that is not over.
    alarm: Option<u64>,
    warned: bool,
}

/// What a look at a figure tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Nothing new.
    Quiet,
    /// It has been bad for half of the patience.
    Suspicious,
    /// It has been bad for all of the patience, or for as long again since the last alarm.
    Ill {
        /// The round in which it began.
        since: u64,
    },
    /// It was bad, and no longer is.
    Recovered,
}

/// How much a new value counts beside the earlier ones: some five looks are remembered.
const NEWEST: f64 = 0.2;

impl Detector {
    pub(super) fn look(&mut self, step: u64, value: f64, limit: Limit, patience: u64) -> Verdict {
        let smooth = self.smooth.map_or(value, |before| before + NEWEST * (value - before));
        self.smooth = Some(smooth);
        if limit.is_well(smooth) {
            let over = self.alarm.is_some();
            *self = Self {
                smooth: Some(smooth),
                ..Self::default()
            };
            return if over { Verdict::Recovered } else { Verdict::Quiet };
        }
        if !limit.is_ill(smooth) {
            // Between the limits nothing begins, and nothing is over.
            return Verdict::Quiet;
        }
        let since = *self.since.get_or_insert(step);
        let lasts = step.saturating_sub(self.alarm.unwrap_or(since));
        if lasts >= patience {
            self.alarm = Some(step);
            return Verdict::Ill { since };
        }
        if 2 * lasts >= patience && !std::mem::replace(&mut self.warned, true) {
            return Verdict::Suspicious;
        }
        Verdict::Quiet
    }

    /// The smoothed figure.
    pub(super) fn value(&self) -> f64 {
        self.smooth.unwrap_or(f64::NAN)
    }

    /// Whether there is an alarm that is not over.
    pub(super) fn is_ill(&self) -> bool {
        self.alarm.is_some()
    }

    /// Whether it has been bad for half of the patience, and is not good again.
    pub(super) fn is_suspicious(&self) -> bool {
        self.warned
    }

    pub(super) fn to_numbers(self) -> [f64; 4] {
        let round = |step: Option<u64>| step.map_or(-1.0, |step| step as f64);
        let smooth = self.smooth.unwrap_or(f64::NAN);
        [
            smooth,
            round(self.since),
            round(self.alarm),
            f64::from(u8::from(self.warned)),
        ]
    }

    pub(super) fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let &[smooth, since, alarm, warned] = numbers else {
            return None;
        };
        let round = |step: f64| (step >= 0.0).then_some(step as u64);
        Some(Self {
            smooth: Some(smooth).filter(|smooth| !smooth.is_nan()),
            since: round(since),
            alarm: round(alarm),
            warned: warned > 0.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { ill: 0.2, well: 0.4 };

    /// What is said about these values, looked at every 10 rounds with a patience of 100.
    fn verdicts(values: impl IntoIterator<Item = f64>) -> Vec<(u64, Verdict)> {
        let mut detector = Detector::default();
        let mut said = Vec::new();
        for (i, value) in values.into_iter().enumerate() {
            let step = 10 * (i as u64 + 1);
            // Every look could be the first after a break.
            detector = Detector::from_numbers(&detector.to_numbers()).unwrap();
            match detector.look(step, value, LIMIT, 100) {
                Verdict::Quiet => {}
                verdict => said.push((step, verdict)),
            }
        }
        said
    }

    #[test]
    fn what_lasts_is_an_alarm_and_is_repeated() {
        let said = verdicts([0.1; 25]);
        assert_eq!(
            said,
            [
                (60, Verdict::Suspicious),
                (110, Verdict::Ill { since: 10 }),
                (210, Verdict::Ill { since: 10 })
            ]
        );
    }

    #[test]
    fn what_passes_is_none() {
        assert_eq!(verdicts([0.1; 5].into_iter().chain([1.0; 20])), []);
        assert_eq!(verdicts((0..100).map(|i| if i % 10 == 0 { 0.0 } else { 0.5 })), []);
    }

    #[test]
    fn between_the_limits_an_alarm_goes_on() {
        let values = [[0.1; 11], [0.3; 11], [0.3; 11], [1.0; 11]].concat();
        let said: Vec<_> = verdicts(values).into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(
            said,
            [Verdict::Suspicious, Verdict::Ill { since: 10 }, Verdict::Recovered]
        );
        assert_eq!(verdicts([0.3; 50]), []);
    }

    #[test]
    fn a_swing_that_does_not_reach_the_second_limit_is_no_recovery() {
        let swings = verdicts((0..16).map(|i| if i % 5 == 4 { 0.5 } else { 0.1 }));
        assert_eq!(swings, [(60, Verdict::Suspicious), (110, Verdict::Ill { since: 10 })]);
    }

    #[test]
    fn limits_go_either_way() {
        let high = Limit { ill: 10.0, well: 5.0 };
        assert!(high.is_ill(11.0) && !high.is_ill(7.0) && !high.is_well(7.0) && high.is_well(5.0));
        assert!(LIMIT.is_ill(0.1) && !LIMIT.is_ill(0.3) && !LIMIT.is_well(0.3) && LIMIT.is_well(0.4));
    }
}
