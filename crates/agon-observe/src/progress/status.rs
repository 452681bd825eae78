//! What a progress line says.

use std::time::Duration;

use agon_core::Ending;

/// How far a run has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Status {
    pub(crate) step: u64,
    pub(crate) total: Option<u64>,
    /// Rounds per second, once it is known.
    pub(crate) rate: Option<f64>,
    pub(crate) elapsed: Duration,
    /// The newest figures.
    pub(crate) figures: Vec<(String, f64)>,
}

const BAR: usize = 20;

impl Status {
    /// One line, at most `width` characters if a width is given.
    pub(crate) fn line(&self, width: Option<usize>) -> String {
        let mut line = self.place(width.is_some());
        if let Some(rate) = self.rate {
            line.push_str(&format!("  {}/s", figure(rate)));
        }
        match self.left() {
            Some(left) => line.push_str(&format!("  {} left", time(left))),
            None => line.push_str(&format!("  {}", time(self.elapsed))),
        }
        for (name, value) in &self.figures {
            let more = format!("  {name} {}", figure(*value));
            if width.is_some_and(|width| line.chars().count() + more.chars().count() > width) {
                break;
            }
            line.push_str(&more);
        }
        match width {
            Some(width) => line.chars().take(width).collect(),
            None => line,
        }
    }

    fn summary(&self, ending: &str) -> String {
        let rate = self
            .rate
            .map(|rate| format!(" ({}/s)", figure(rate)))
            .unwrap_or_default();
        let rounds = if self.step == 1 { "round" } else { "rounds" };
        format!("{} {rounds}, {}{rate}: {ending}", self.step, time(self.elapsed))
    }

    /// What the run came to, by its ending.
    pub(crate) fn ended(&self, ending: &Ending) -> String {
        self.summary(&match ending {
            Ending::Spent => "done".to_owned(),
            Ending::Stopped(reason) => format!("stopped, {reason}"),
            Ending::Failed(error) => format!("failed, {error}"),
        })
    }

    fn place(&self, bar: bool) -> String {
        let Some(total) = self.total else {
            return format!("round {}", self.step);
        };
        let share = self.share().unwrap_or_default();
        let place = format!("{}/{total} {:3.0} %", self.step, (share * 100.0).floor());
        if !bar {
            return place;
        }
        let full = (share * BAR as f64) as usize;
        let head = if full < BAR { ">" } else { "" };
        let bar = format!("{}{head}", "=".repeat(full));
        format!("[{bar:<BAR$}] {place}")
    }

    /// How much of the run is done, if its end is known.
    pub(crate) fn share(&self) -> Option<f64> {
        match self.total? {
            0 => Some(1.0),
            total => Some((self.step as f64 / total as f64).min(1.0)),
        }
    }

    /// Until the last round.
    pub(crate) fn left(&self) -> Option<Duration> {
        let rounds = self.total?.checked_sub(self.step)?;
        let seconds = rounds as f64 / self.rate.filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// A number in few characters.
pub(crate) fn figure(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1e-3 => format!("{value:.2e}"),
        size if size < 10.0 => format!("{value:.3}"),
        size if size < 100.0 => format!("{value:.1}"),
        size if size < 1e5 => format!("{value:.0}"),
        _ => format!("{value:.2e}"),
    }
}

/// `4:07`, `3:04:07`, `2d 03:04`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{:02}", seconds % 60),
        (0, _) => format!("{hours}:{:02}:{:02}", minutes % 60, seconds % 60),
        _ => format!("{days}d {:02}:{:02}", hours % 24, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status {
            step: 250,
            total: Some(1000),
            rate: Some(12.5),
            elapsed: Duration::from_secs(20),
            figures: vec![("loss/d".to_owned(), 0.7251), ("loss/g".to_owned(), -1234.5)],
        }
    }

    #[test]
    fn a_line_says_where_the_run_is() {
        assert_eq!(
            status().line(None),
            "250/1000  25 %  12.5/s  1:00 left  loss/d 0.725  loss/g -1234"
        );
        assert_eq!(
            status().line(Some(80)),
            "[=====>              ] 250/1000  25 %  12.5/s  1:00 left  loss/d 0.725"
        );
    }

    #[test]
    fn an_unknown_end_is_no_obstacle() {
        let open = Status {
            total: None,
            ..status()
        };
        assert_eq!(open.line(Some(40)), "round 250  12.5/s  0:20  loss/d 0.725");
        let start = Status {
            total: Some(0),
            ..Status::default()
        };
        assert_eq!(start.line(Some(80)), "[====================] 0/0 100 %  0:00");
        let over = Status {
            total: Some(200),
            ..status()
        };
        assert!(over.line(None).starts_with("250/200 100 %  12.5/s  0:20"));
    }

    #[test]
    fn a_line_never_wraps() {
        for width in 0..100 {
            assert!(status().line(Some(width)).chars().count() <= width);
        }
    }

    #[test]
    fn times_and_figures_are_short() {
        assert_eq!(time(Duration::from_secs(3 * 3600 + 4 * 60 + 7)), "3:04:07");
        assert_eq!(time(Duration::from_secs(2 * 86_400 + 3 * 3600 + 60)), "2d 03:01");
        assert_eq!(figure(f64::NAN), "NaN");
        assert_eq!(figure(1.5e-7), "1.50e-7");
        assert_eq!(figure(f64::INFINITY), "inf");
    }
}
